package dev.treadle.internal.engine;

import dev.treadle.WaitException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

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

  /// Waits until the engine is idle or nothing else is worth waiting for, at most so long on the
  /// system's clock, whatever the clock of the engine does; false if that is over first.
  boolean awaitAtMost(long nanos, BooleanSupplier enough) {
    long until = System.nanoTime() + nanos;
    synchronized (this) {
      waiting++;
    }
    try {
      while (true) {
        long seen;
        synchronized (this) {
          seen = changes;
        }
        if (engine.idle() || enough.getAsBoolean()) {
          return true;
        }
        synchronized (this) {
          while (changes == seen) {
            long left = until - System.nanoTime();
            if (left <= 0) {
              return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
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

  /// Waits until the engine is idle; false if the time of [Time#nanos] comes first.
  boolean await(long until) {
    Alarm.Entry alarmed = null;
    synchronized (this) {
      waiting++;
    }
    try {
      if (until != Long.MAX_VALUE) {
        alarmed = engine.alarm.in(until - engine.time.nanos(), this::mayHaveCome);
      }
      while (true) {
        long seen;
        synchronized (this) {
          seen = changes;
        }
        if (engine.idle()) {
          return true;
        }
        if (until != Long.MAX_VALUE && until - engine.time.nanos() <= 0) {
          return false;
        }
        synchronized (this) {
          while (changes == seen) {
            wait();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitException("interrupted while waiting for the treadle to be idle", e);
    } finally {
      if (alarmed != null) {
        engine.alarm.cancel(alarmed);
      }
      synchronized (this) {
        waiting--;
      }
    }
  }
}
