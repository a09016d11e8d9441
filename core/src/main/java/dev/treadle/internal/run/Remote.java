package dev.treadle.internal.run;

/// An attempt that runs elsewhere, as those see it who want it to end. Thread-safe.
public interface Remote {
  /// Asks it to end. Does not wait.
  void ask();

  /// Ends it for certain. Does not wait.
  ///
  /// @param why who or what wants that, in words: `its timeout`
  void kill(String why);
}
