package dev.treadle.internal.ready;

import dev.treadle.spi.Micros;
import dev.treadle.spi.Route.LimitRef;

/// A rate as a gate: so many starts in any window. Remembers the starts that still count, in the
/// order in which they came: the next may come when the one `max` before it has left the window.
///
/// That holds whatever the clock does, also if it goes back between two starts: of `max + 1`
/// starts, two are a multiple of `max` apart in this order, and so a window or more apart in time.
public final class RateGate extends Gate {
  private final LimitRef ref;
  private int max;
  private long window;

  /// The last starts, a ring that grows.
  private long[] starts = new long[4];

  private int oldest;
  private int count;
  private long latest = Long.MIN_VALUE;

  /// When it is in the queue of gates to look at again; 0 if it is not.
  long wakeAt;

  RateGate(LimitRef ref, int max, long window) {
    this.ref = ref;
    this.max = max;
    this.window = window;
  }

  void define(int max, long window) {
    this.max = max;
    this.window = window;
  }

  /// The rate.
  public LimitRef ref() {
    return ref;
  }

  /// How many starts it allows in a window.
  public int max() {
    return max;
  }

  /// When the next start may come.
  public long opensAt() {
    return count < max ? 0 : leaves(count - max);
  }

  /// Whether no start is in the window any more, so that nothing is lost if it is forgotten.
  boolean forgettable(long now) {
    return count == 0 || now >= Micros.plus(latest, window);
  }

  @Override
  boolean open(long now) {
    return now >= opensAt();
  }

  @Override
  void take(long now) {
    while (count >= max && now >= leaves(0)) {
      oldest = (oldest + 1) % starts.length;
      count--;
    }
    if (count == starts.length) {
      long[] more = new long[count * 2];
      for (int i = 0; i < count; i++) {
        more[i] = starts[(oldest + i) % count];
      }
      starts = more;
      oldest = 0;
    }
    starts[(oldest + count++) % starts.length] = now;
    latest = Math.max(latest, now);
  }

  /// When a start leaves the window.
  private long leaves(int index) {
    return Micros.plus(starts[(oldest + index) % starts.length], window);
  }

  @Override
  void give() {
    // A start stays a start.
  }
}
