package dev.treadle.internal.io;

import dev.treadle.Strategy;
import dev.treadle.internal.monitor.IoCpu;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.VirtualRunner;
import dev.treadle.internal.run.Work;
import dev.treadle.spi.Finish;
import org.jspecify.annotations.Nullable;

/// A new virtual thread for each attempt, so that nothing of one (thread locals, an interrupt)
/// reaches the next.
public final class IoRunner extends VirtualRunner {
  private final @Nullable IoCpu cpu;

  /// A runner of so many attempts at once.
  ///
  /// @param cpu told which attempts run where; null if nobody asks
  public IoRunner(String node, Work work, int permits, @Nullable IoCpu cpu) {
    super(Strategy.IO, node + "-io", work, permits);
    this.cpu = cpu;
  }

  @Override
  protected void attempt(Run run) {
    Object value = null;
    Throwable thrown = null;
    if (cpu != null) {
      cpu.begins(run.task());
    }
    try {
      value = run.call();
    } catch (Throwable t) {
      thrown = t;
    }
    if (cpu != null) {
      cpu.ends();
    }
    long seen = signals();
    if (run.end(value, thrown, Finish.Cost.UNKNOWN)) {
      reuseSlot(seen, run.next());
    }
  }
}
