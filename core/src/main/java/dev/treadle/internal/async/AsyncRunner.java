package dev.treadle.internal.async;

import dev.treadle.Strategy;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.Runner;
import dev.treadle.internal.run.Work;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/// Calls a handler on a virtual thread, which ends when the handler has returned its stage; the
/// attempt ends, on whatever thread, when the stage does.
public final class AsyncRunner extends Runner {
  private final ThreadFactory threads;

  /// A runner of so many attempts at once.
  public AsyncRunner(String node, Work work, int permits) {
    super(Strategy.ASYNC, work, permits);
    this.threads = Thread.ofVirtual().name(node + "-async").factory();
  }

  @Override
  protected void launch(Run run) {
    threads.newThread(() -> handle(run)).start();
  }

  private void handle(Run run) {
    CompletableFuture<?> future;
    try {
      if (!(run.call() instanceof CompletionStage<?> stage)) {
        throw new NullPointerException(
            "the handler of an async task returned no stage; return a CompletionStage, or make the"
                + " task io or cpu");
      }
      future = stage.toCompletableFuture();
    } catch (Throwable t) {
      end(run, null, t);
      return;
    }
    run.becomes(future);
    future.whenComplete((value, thrown) -> end(run, value, unwrap(thrown)));
  }

  private void end(Run run, @Nullable Object value, @Nullable Throwable thrown) {
    long seen = signals();
    if (run.end(value, thrown, -1, -1)) {
      reuseSlot(seen, run.next());
    }
  }

  private static @Nullable Throwable unwrap(@Nullable Throwable thrown) {
    return thrown instanceof CompletionException wrapper && wrapper.getCause() != null
        ? wrapper.getCause()
        : thrown;
  }

  @Override
  public void close() {
    // Stages end on their own.
  }
}
