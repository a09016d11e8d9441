package dev.treadle.internal.engine;

import dev.treadle.Outcome;
import dev.treadle.TreadleException;
import dev.treadle.WaitException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A thread that waits for the end of a job.
final class Waiter implements Watcher {
  private static final long SPIN_NANOS = 20_000;
  private static final boolean SPINS = Runtime.getRuntime().availableProcessors() > 1;

  private final Thread thread = Thread.currentThread();
  private volatile @Nullable Outcome<?> outcome;
  private volatile @Nullable Supplier<TreadleException> givenUp;

  @Override
  public void ended(Outcome<?> ended) {
    outcome = ended;
    LockSupport.unpark(thread);
  }

  @Override
  public void givenUp(Supplier<TreadleException> why) {
    givenUp = why;
    LockSupport.unpark(thread);
  }

  /// Waits until the job has ended or it is told to look at the time; returns null if it is over.
  ///
  /// @param until the time of [Time#nanos] at which to give up
  @Nullable Outcome<?> await(Time time, long until, Object what) {
    Outcome<?> ended = spin();
    while (ended == null && (ended = outcome) == null) {
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new WaitException(
            "interrupted while waiting for " + what + "; the job goes on",
            new InterruptedException());
      }
      Supplier<TreadleException> why = givenUp;
      if (why != null) {
        throw why.get();
      }
      if (until != Long.MAX_VALUE && until - time.nanos() <= 0) {
        return null;
      }
      LockSupport.park(this);
    }
    return ended;
  }

  /// Looks for a moment before going to sleep: to be woken costs some 20 µs, which is more than
  /// many jobs take. Not on a virtual thread, which would hold up its carrier.
  private @Nullable Outcome<?> spin() {
    if (thread.isVirtual() || !SPINS) {
      return null;
    }
    long start = System.nanoTime();
    Outcome<?> ended;
    do {
      Thread.onSpinWait();
      ended = outcome;
    } while (ended == null && System.nanoTime() - start < SPIN_NANOS);
    return ended;
  }

  /// Has it look at the time.
  void lookAtTime() {
    LockSupport.unpark(thread);
  }
}
