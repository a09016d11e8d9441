package dev.treadle.cli.shell;

import java.time.Duration;
import java.util.concurrent.CancellationException;

/// Keeps the starts of commands apart. Jobs are already claimed at that rate; what comes between a
/// claim and its start, such as the first processes of a run, must not bring them together again.
/// Thread-safe.
final class Spacing {
  private final long nanos;
  private long next = System.nanoTime(); // guarded by this

  /// @param least the time between two starts
  Spacing(Duration least) {
    this.nanos = least.toNanos();
  }

  /// Waits until a command may start.
  ///
  /// @throws CancellationException if the thread is interrupted
  void await() {
    if (nanos == 0) {
      return;
    }
    long wait = turn();
    try {
      if (wait > 0) {
        Thread.sleep(Duration.ofNanos(wait));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted before it began");
    }
  }

  private synchronized long turn() {
    long now = System.nanoTime();
    long start = Math.max(0, next - now) + now;
    next = start + nanos;
    return start - now;
  }
}
