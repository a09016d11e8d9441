package dev.treadle.internal.ready;

import dev.treadle.Strategy;
import org.jspecify.annotations.Nullable;

/// Something a job must pass to start: its queue, a limit or a rate. Lanes whose first job cannot
/// pass are parked here, outside the ready order, so that they cost the others nothing.
public abstract sealed class Gate permits QueueGate, LimitGate, RateGate {
  private static final int STRATEGIES = Strategy.values().length;

  /// Parked lanes, one heap a strategy: a free permit is offered to each, since nobody knows which
  /// has a free slot. Null until the first lane parks here: most gates of a key never park one.
  private @Nullable LaneHeap @Nullable [] parked;

  /// Lanes that pass here.
  int users;

  /// The lanes of a strategy that are parked here, to be added to.
  LaneHeap toPark(int strategy) {
    @Nullable LaneHeap[] heaps = parked;
    if (heaps == null) {
      heaps = new @Nullable LaneHeap[STRATEGIES];
      parked = heaps;
    }
    LaneHeap heap = heaps[strategy];
    if (heap == null) {
      heap = new LaneHeap();
      heaps[strategy] = heap;
    }
    return heap;
  }

  /// The lanes of a strategy that are parked here; null if none ever was.
  @Nullable LaneHeap parked(int strategy) {
    return parked == null ? null : parked[strategy];
  }

  /// Whether a job could pass now.
  abstract boolean open(long now);

  /// A job passes.
  abstract void take(long now);

  /// A job that passed has ended.
  abstract void give();

  boolean anyParked() {
    for (int i = 0; parked != null && i < STRATEGIES; i++) {
      LaneHeap heap = parked[i];
      if (heap != null && !heap.isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
