package dev.treadle.internal.engine;

import dev.treadle.internal.monitor.Suspect;
import dev.treadle.internal.monitor.Watched;
import java.time.Duration;
import java.util.function.Consumer;

/// The attempts of an engine, as the starvation guard sees them.
final class VirtualAttempts implements Watched {
  private final Engine engine;

  VirtualAttempts(Engine engine) {
    this.engine = engine;
  }

  @Override
  public boolean busy() {
    return !engine.running().isEmpty() || !engine.abandoned.runs().isEmpty();
  }

  @Override
  public void each(Consumer<? super Suspect> to) {
    engine.running().forEach(to);
    engine.abandoned.runs().forEach(to);
  }

  @Override
  public void starved(long job, String task, StackTraceElement[] where, Duration lasted) {
    engine.monitor.starvations().starved(job, task, where, lasted);
  }
}
