package dev.treadle.internal.ready;

import dev.treadle.spi.Route.LimitRef;

/// A limit as a gate: so many attempts at once.
public final class LimitGate extends Gate {
  private final LimitRef ref;
  private int max;
  private int held;

  LimitGate(LimitRef ref, int max) {
    this.ref = ref;
    this.max = max;
  }

  void max(int max) {
    this.max = max;
  }

  /// The limit.
  public LimitRef ref() {
    return ref;
  }

  /// How many it allows.
  public int max() {
    return max;
  }

  /// How many hold it.
  public int held() {
    return held;
  }

  @Override
  boolean open(long now) {
    return held < max;
  }

  @Override
  void take(long now) {
    held++;
  }

  @Override
  void give() {
    held--;
  }
}
