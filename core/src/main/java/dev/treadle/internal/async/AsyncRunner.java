package dev.treadle.internal.async;

import dev.treadle.Strategy;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.VirtualRunner;
import dev.treadle.internal.run.Work;
import dev.treadle.spi.Finish;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Calls a handler on a virtual thread, which ends when the handler has returned its stage; the
/// attempt ends, on whatever thread, when the stage does.
public final class AsyncRunner extends VirtualRunner {
  /// A runner of so many attempts at once.
  public AsyncRunner(String node, Work work, int permits) {
    super(Strategy.ASYNC, node + "-async", work, permits);
  }

  @Override
  protected void attempt(Run run) {
    CompletableFuture<?> future;
    try {
      if (!(run.call() instanceof CompletionStage<?> stage)) {
        throw new NullPointerException(
            "the handler of an async task returned no stage; return a CompletionStage, or make the"
                + " task io or cpu");
      }
      // A copy: the stage may be shared with other attempts, or be a user's own, and whoever ends
      // this attempt must not end it for the others.
      future = stage.toCompletableFuture().copy();
    } catch (Throwable t) {
      end(run, null, t);
      return;
    }
    run.becomes(future);
    if (future.isDone()) {
      future.whenComplete((value, thrown) -> end(run, value, unwrap(thrown)));
    } else {
      // What follows, the next attempt included, is no work for the thread that completed it.
      future.whenCompleteAsync(
          (value, thrown) -> end(run, value, unwrap(thrown)), this::startOrRun);
    }
  }

  private void startOrRun(Runnable what) {
    try {
      start(what);
    } catch (Throwable noThread) {
      what.run(); // An attempt that is never ended would hold its slot for good.
    }
  }

  private void end(Run run, @Nullable Object value, @Nullable Throwable thrown) {
    long seen = signals();
    if (run.end(value, thrown, Finish.Cost.UNKNOWN)) {
      reuseSlot(seen, run.next());
    }
  }

  private static @Nullable Throwable unwrap(@Nullable Throwable thrown) {
    if (!(thrown instanceof CompletionException wrapper)) {
      return thrown;
    }
    try {
      Throwable cause = wrapper.getCause();
      return cause == null ? wrapper : cause;
    } catch (Throwable hostile) {
      return wrapper; // A subclass whose getCause() throws.
    }
  }
}
