package dev.treadle.internal.ready;

import dev.treadle.Reason;
import dev.treadle.spi.Route.LimitRef;

/// A limit as a gate: so many attempts at once.
final class LimitGate extends Gate {
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

  LimitRef ref() {
    return ref;
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

  @Override
  Reason reason(long now) {
    return new Reason(
        Reason.Kind.LIMIT, "waits for limit " + ref + ": " + held + " of " + max + " taken");
  }
}
