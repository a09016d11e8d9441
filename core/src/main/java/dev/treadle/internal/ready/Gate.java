package dev.treadle.internal.ready;

import dev.treadle.Strategy;

/// Something a job must pass to start: its queue, a limit or a rate. Lanes whose first job cannot
/// pass are parked here, outside the ready order, so that they cost the others nothing.
public abstract sealed class Gate permits QueueGate, LimitGate, RateGate {
  private static final int STRATEGIES = Strategy.values().length;

  /// Parked lanes, one heap a strategy: a free permit is offered to each, since nobody knows which
  /// has a free slot.
  final LaneHeap[] parked = new LaneHeap[STRATEGIES];

  /// Lanes that pass here.
  int users;

  Gate() {
    for (int i = 0; i < STRATEGIES; i++) {
      parked[i] = new LaneHeap();
    }
  }

  /// Whether a job could pass now.
  abstract boolean open(long now);

  /// A job passes.
  abstract void take(long now);

  /// A job that passed has ended.
  abstract void give();

  boolean anyParked() {
    for (LaneHeap heap : parked) {
      if (!heap.isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
