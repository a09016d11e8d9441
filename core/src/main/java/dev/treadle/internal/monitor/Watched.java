package dev.treadle.internal.monitor;

import java.util.function.Consumer;

/// Where attempts run on virtual threads: one engine.
public interface Watched extends Starved {
  /// Whether attempts run there. Costs next to nothing, and never waits.
  boolean busy();

  /// Shows every attempt whose code has yet to return. Never waits.
  void each(Consumer<? super Suspect> to);
}
