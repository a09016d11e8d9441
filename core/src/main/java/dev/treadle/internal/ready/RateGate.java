package dev.treadle.internal.ready;

import dev.treadle.Reason;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Route.LimitRef;

/// A rate as a gate: so many starts in any window. Remembers the instants of the last `max` starts:
/// the next may come when the oldest of them has left the window.
final class RateGate extends Gate {
  private final LimitRef ref;
  private int max;
  private long window;

  /// The last starts, a ring that grows up to `max`.
  private long[] starts = new long[4];

  private int oldest;
  private int count;

  /// When it is in the queue of gates to look at again; 0 if it is not.
  long wakeAt;

  RateGate(LimitRef ref, int max, long window) {
    this.ref = ref;
    this.max = max;
    this.window = window;
  }

  void define(int max, long window) {
    while (count > max) {
      removeOldest();
    }
    this.max = max;
    this.window = window;
  }

  LimitRef ref() {
    return ref;
  }

  /// When the next start may come.
  long opensAt() {
    return count < max ? 0 : Micros.plus(starts[oldest], window);
  }

  /// Whether no start is in the window any more, so that nothing is lost if it is forgotten.
  boolean forgettable(long now) {
    return count == 0 || now >= Micros.plus(starts[(oldest + count - 1) % starts.length], window);
  }

  @Override
  boolean open(long now) {
    return count < max || now >= opensAt();
  }

  @Override
  void take(long now) {
    if (count == max) {
      removeOldest();
    }
    if (count == starts.length) {
      long[] more = new long[Math.min(max, count * 2)];
      for (int i = 0; i < count; i++) {
        more[i] = starts[(oldest + i) % count];
      }
      starts = more;
      oldest = 0;
    }
    starts[(oldest + count++) % starts.length] = now;
  }

  private void removeOldest() {
    oldest = (oldest + 1) % starts.length;
    count--;
  }

  @Override
  void give() {
    // A start stays a start.
  }

  @Override
  Reason reason(long now) {
    return new Reason(
        Reason.Kind.LIMIT,
        "waits for rate " + ref + ": " + max + " starts used, the next at "
            + Micros.instant(opensAt()));
  }
}
