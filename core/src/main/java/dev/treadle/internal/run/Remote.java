package dev.treadle.internal.run;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// An attempt that runs elsewhere, as those see it who want it to end. Thread-safe.
public interface Remote {
  /// Asks it to end. Does not wait.
  void ask();

  /// Asks where its code is; an empty list if that cannot be told. Who asks should not wait for
  /// long: what is stopped never answers.
  default CompletableFuture<List<StackTraceElement>> stack() {
    return CompletableFuture.completedFuture(List.of());
  }

  /// Ends it for certain. Does not wait.
  ///
  /// @param why who or what wants that, in words: `its timeout`
  void kill(String why);
}
