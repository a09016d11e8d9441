package dev.treadle;

import java.util.Locale;

/// Where the attempts of a task run.
///
/// Choose by what the code does with its time: waits for a network or a disk ([#IO]), computes
/// ([#CPU]), hands back a stage at once and holds no thread at all ([#ASYNC]), or must not harm
/// others and be ended for certain ([#PROCESS]).
public enum Strategy {
  /// A virtual thread for each attempt, at most 256 at once unless `permits(IO, n)` says otherwise.
  IO,
  /// Platform threads, as many as there are cores, with exact CPU time and allocation an attempt.
  CPU,
  /// A handler that returns a `CompletionStage`; no thread is held while the stage is open.
  ASYNC,
  /// A worker JVM for each attempt, as many at once as there are cores: memory of its own, and it
  /// can be killed.
  PROCESS;

  /// The name used in messages, records and on the command line: `io`, `cpu`, `async` or `process`.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return label();
  }
}
