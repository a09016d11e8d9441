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

  /// Ends it because its treadle closes: at once, unless it may take its time. Does not wait.
  default void leave() {
    kill("its treadle closes");
  }

  /// How long it was stopped so far by somebody who let it go on, or will: its timeout does not
  /// count that.
  default long suspendedNanos() {
    return 0;
  }

  /// Where it is now; null if it does not run at present or nobody can tell. Waits for a second at
  /// most.
  @Nullable Stack stack();
}
