package dev.treadle.internal.io;

import dev.treadle.Strategy;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.VirtualRunner;
import dev.treadle.internal.run.Work;
import dev.treadle.spi.Finish;

/// A new virtual thread for each attempt, so that nothing of one (thread locals, an interrupt)
/// reaches the next.
public final class IoRunner extends VirtualRunner {
  /// A runner of so many attempts at once.
  public IoRunner(String node, Work work, int permits) {
    super(Strategy.IO, node + "-io", work, permits);
  }

  @Override
  protected void attempt(Run run) {
    Object value = null;
    Throwable thrown = null;
    try {
      value = run.call();
    } catch (Throwable t) {
      thrown = t;
    }
    long seen = signals();
    if (run.end(value, thrown, Finish.Cost.UNKNOWN)) {
      reuseSlot(seen, run.next());
    }
  }
}
