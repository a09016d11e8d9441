package dev.treadle.internal.engine;

import dev.treadle.Outcome;
import dev.treadle.WaitException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A thread that waits for the end of a job.
final class Waiter implements Consumer<Outcome<?>> {
  private final Thread thread = Thread.currentThread();
  private volatile @Nullable Outcome<?> outcome;

  @Override
  public void accept(Outcome<?> ended) {
    outcome = ended;
    LockSupport.unpark(thread);
  }

  /// Waits until the job has ended or it is told to look at the time; returns null if it is over.
  ///
  /// @param until the time of [Time#nanos] at which to give up
  @Nullable Outcome<?> await(Time time, long until, Object what) {
    Outcome<?> ended;
    while ((ended = outcome) == null) {
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new WaitException(
            "interrupted while waiting for " + what + "; the job goes on",
            new InterruptedException());
      }
      if (until != Long.MAX_VALUE && until - time.nanos() <= 0) {
        return null;
      }
      LockSupport.park(this);
    }
    return ended;
  }

  /// Has it look at the time.
  void lookAtTime() {
    LockSupport.unpark(thread);
  }
}
