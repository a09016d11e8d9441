package dev.treadle.internal.engine;

import dev.treadle.WaitException;
import java.util.concurrent.TimeUnit;

/// Where those wait who want to hear that the engine is idle. Costs one volatile read a job while
/// nobody waits.
final class Quiet {
  private final Engine engine;
  private volatile int waiting;
  private long changes;

  Quiet(Engine engine) {
    this.engine = engine;
  }

  /// Something ended, was parked or was paused: look again.
  void mayHaveCome() {
    if (waiting > 0) {
      synchronized (this) {
        changes++;
        notifyAll();
      }
    }
  }

  /// Waits until the engine is idle; false if the time of [Time#nanos] comes first.
  boolean await(long until) {
    synchronized (this) {
      waiting++;
    }
    try {
      while (true) {
        long seen;
        synchronized (this) {
          seen = changes;
        }
        if (engine.idle()) {
          return true;
        }
        synchronized (this) {
          while (changes == seen) {
            long left = until == Long.MAX_VALUE ? Long.MAX_VALUE : until - engine.time.nanos();
            if (left <= 0) {
              return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, TimeUnit.DAYS.toNanos(1)));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitException("interrupted while waiting for the treadle to be idle", e);
    } finally {
      synchronized (this) {
        waiting--;
      }
    }
  }
}
