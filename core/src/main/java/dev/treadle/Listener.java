package dev.treadle;

import java.time.Duration;

/// An observer of what happens to jobs on this node.
///
/// Called on the thread on which it happened: be quick and never block. What a method throws is
/// logged with the id of the job and harms nothing else. Thread-safe implementations only.
public interface Listener {
  /// A treadle is open, and this listener hears of it. Jobs of a file may have started before.
  default void opened(Treadle treadle) {}

  /// The treadle is closed, and nothing follows but what abandoned code may still do.
  default void closed() {}

  /// An attempt is about to start.
  default void attemptStarted(long jobId, String task, int attempt) {}

  /// The code of an attempt has ended, or was abandoned; what becomes of the job follows.
  default void attemptEnded(long jobId, String task, Attempt attempt) {}

  /// The same, with the place it ran in: this is what is called. It calls the shorter one, for
  /// those who do not ask for more.
  ///
  /// @param queue the queue its job waited in
  /// @param strategy where it ran
  default void attemptEnded(
      long jobId, String task, String queue, Strategy strategy, Attempt attempt) {
    attemptEnded(jobId, task, attempt);
  }

  /// An attempt takes far longer than its task usually does, and still runs. Told once, by a thread
  /// that looks every second.
  ///
  /// @param ran how long it has run by now
  /// @param p99 99 of 100 attempts of its task take no longer than this
  default void attemptSlow(long jobId, String task, int attempt, Duration ran, Duration p99) {}

  /// The store has failed: nothing more is taken or run, every call throws, and whoever waits for a
  /// job is told. Comes once. What was acknowledged before is kept; what has not ended runs again
  /// after the next open.
  default void storeFailed(StoreException why) {}

  /// A job has ended, and the store has it.
  default void jobEnded(long jobId, String task, Outcome<?> outcome) {}
}
