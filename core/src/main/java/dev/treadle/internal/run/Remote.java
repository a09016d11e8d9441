package dev.treadle.internal.run;

import dev.treadle.Stack;
import org.jspecify.annotations.Nullable;

/// An attempt that runs elsewhere, as those see it who want it to end. Thread-safe.
public interface Remote {
  /// Asks it to end. Does not wait.
  void ask();

  /// Ends it for certain. Does not wait.
  ///
  /// @param why who or what wants that, in words: `its timeout`
  void kill(String why);

  /// Where it is now; null if it does not run at present or nobody can tell. Waits for a second at
  /// most.
  @Nullable Stack stack();
}
