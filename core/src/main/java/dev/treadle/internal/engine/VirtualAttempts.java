package dev.treadle.internal.engine;

import dev.treadle.internal.monitor.Suspect;
import dev.treadle.internal.monitor.Watched;
import java.time.Duration;
import java.util.function.Consumer;

/// The attempts of an engine, as the starvation guard sees them.
final class VirtualAttempts implements Watched {
  /// So many attempts of a task have ended before its code counts as compiled.
  private static final long WARM = 10;

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

  /// The first attempts of a task run code that is not compiled yet: they are no evidence.
  @Override
  public void starved(
      long job, String task, StackTraceElement[] where, Duration lasted, boolean certain) {
    String measured = engine.measuredAs(task);
    if (certain || engine.monitor.run(measured, engine.time.micros()).count() >= WARM) {
      engine.monitor.starvations().starved(job, measured, where, lasted, certain);
    }
  }
}
