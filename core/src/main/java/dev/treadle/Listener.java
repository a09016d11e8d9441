package dev.treadle;

import java.time.Duration;

/// An observer of what happens to jobs on this node.
///
/// Called on the thread on which it happened: be quick and never block. What a method throws is
/// logged with the id of the job and harms nothing else. Thread-safe implementations only.
public interface Listener {
  /// An attempt is about to start.
  default void attemptStarted(long jobId, String task, int attempt) {}

  /// The code of an attempt has ended, or was abandoned; what becomes of the job follows.
  default void attemptEnded(long jobId, String task, Attempt attempt) {}

  /// An attempt takes far longer than its task usually does, and still runs. Told once, by a thread
  /// that looks every second.
  ///
  /// @param ran how long it has run by now
  /// @param p99 99 of 100 attempts of its task take no longer than this
  default void attemptSlow(long jobId, String task, int attempt, Duration ran, Duration p99) {}

  /// A job has ended, and the store has it.
  default void jobEnded(long jobId, String task, Outcome<?> outcome) {}
}
