package dev.treadle.internal.io;

import dev.treadle.Strategy;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.Runner;
import dev.treadle.internal.run.Work;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/// A new virtual thread for each attempt, so that nothing of one (thread locals, an interrupt)
/// reaches the next.
public final class IoRunner extends Runner {
  private final ThreadFactory threads;

  /// A runner of so many attempts at once.
  public IoRunner(String node, Work work, int permits) {
    super(Strategy.IO, work, permits);
    this.threads = Thread.ofVirtual().name(node + "-io").factory();
  }

  @Override
  protected void launch(Run run) {
    threads.newThread(() -> attempt(run)).start();
  }

  private void attempt(Run run) {
    Object value = null;
    Throwable thrown = null;
    try {
      value = run.call();
    } catch (Throwable t) {
      thrown = t;
    }
    end(run, value, thrown);
  }

  private void end(Run run, @Nullable Object value, @Nullable Throwable thrown) {
    long seen = signals();
    if (run.end(value, thrown, -1, -1)) {
      reuseSlot(seen, run.next());
    }
  }

  @Override
  public void close() {
    // Virtual threads end with their attempts.
  }
}
