package dev.treadle.internal.ready;

import dev.treadle.spi.Micros;
import dev.treadle.spi.Route.LimitRef;

/// A rate as a gate: so many starts in any window. Remembers the starts that still count, in the
/// order in which they came: the next may come when the one `max` before it has left the window.
///
/// Counts in [SteadyTime]: where the wall clock is set back, the rate goes on at once from where it
/// stood, and no window holds more starts than it may.
public final class RateGate extends Gate {
  private final LimitRef ref;
  private final SteadyTime time;
  private int max;
  private long window;

  /// The last starts in steady time, a ring that grows.
  private long[] starts = new long[4];

  private int oldest;
  private int count;
  private long latest = Long.MIN_VALUE;

  /// The steady time at which it is looked at again; 0 if it is not in that queue.
  long wakeAt;

  RateGate(LimitRef ref, int max, long window, SteadyTime time) {
    this.ref = ref;
    this.time = time;
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

  /// Its window, in microseconds.
  public long window() {
    return window;
  }

  /// How many starts it allows in a window.
  public int max() {
    return max;
  }

  /// Returns when the next start may come, by the wall clock as it stands now.
  public long opensAt() {
    return count < max ? 0 : time.wall(opens());
  }

  /// Returns the steady time at which the next start may come.
  long opens() {
    return count < max ? 0 : leaves(count - max);
  }

  /// Whether no start is in the window any more, so that nothing is lost if it is forgotten.
  boolean forgettable(long now) {
    return count == 0 || time.of(now) >= Micros.plus(latest, window);
  }

  @Override
  boolean open(long now) {
    return time.of(now) >= opens();
  }

  @Override
  void take(long now) {
    long start = time.of(now);
    while (count >= max && start >= leaves(0)) {
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
    starts[(oldest + count++) % starts.length] = start;
    latest = start;
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
