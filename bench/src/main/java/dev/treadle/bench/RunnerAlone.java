package dev.treadle.bench;

import dev.treadle.JobContext;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.internal.process.ProcessRunner;
import dev.treadle.internal.run.Order;
import dev.treadle.internal.run.Remote;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.Work;
import dev.treadle.spi.Finish;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The runner of worker processes without an engine around it: from its send to its end.
final class RunnerAlone implements AutoCloseable {
  /// An echo neither logs nor submits.
  private static final JobContext QUIET =
      (JobContext)
          Proxy.newProxyInstance(
              JobContext.class.getClassLoader(),
              new Class<?>[] {JobContext.class},
              (proxy, method, args) -> {
                throw new UnsupportedOperationException(method.getName());
              });

  private final Order order;
  private final AtomicReference<@Nullable Chain> waiting = new AtomicReference<>();
  private final ProcessRunner runner;

  /// @param input what is sent, and must come back
  <T> RunnerAlone(Task<T, T> task, T input) {
    this.order =
        new Order(
            1,
            task.name(),
            1,
            null,
            Long.MAX_VALUE,
            Objects.requireNonNull(task.settings().isolation()),
            input,
            task.settings().input().type(),
            task.settings().output().type());
    this.runner = new ProcessRunner("bench", new One(), 1);
  }

  private final class One implements Work {
    @Override
    public List<? extends Run> claim(Strategy strategy, int max) {
      Chain chain = waiting.getAndSet(null);
      return chain == null ? List.of() : List.of(chain);
    }
  }

  /// Microseconds an attempt.
  double micros(int times) throws Exception {
    Chain chain = new Chain(times);
    waiting.set(chain);
    runner.available();
    chain.end.await();
    if (chain.failure != null) {
      throw new IllegalStateException(chain.failure);
    }
    return (System.nanoTime() - chain.start) / 1e3 / times;
  }

  /// The same attempt again and again.
  private final class Chain implements Run {
    private final CountDownLatch end = new CountDownLatch(1);
    private final long start = System.nanoTime();
    private int left;
    private volatile @Nullable Throwable failure;

    Chain(int times) {
      this.left = times;
    }

    @Override
    public long jobId() {
      return 1;
    }

    @Override
    public String task() {
      return "task";
    }

    @Override
    public void leavesSlot() {}

    @Override
    public void starts() {}

    @Override
    public @Nullable Object call() {
      throw new UnsupportedOperationException("it runs elsewhere");
    }

    @Override
    public Order order() {
      return order;
    }

    @Override
    public JobContext context() {
      return QUIET;
    }

    @Override
    public void becomes(Remote remote) {}

    @Override
    public void becomes(CompletableFuture<?> future) {}

    @Override
    public boolean end(@Nullable Object value, @Nullable Throwable thrown, Finish.Cost cost) {
      left--;
      if (thrown != null || !Objects.equals(value, order.input())) {
        failure = thrown == null ? new IllegalStateException("not the same: " + value) : thrown;
        left = 0;
      }
      return true;
    }

    @Override
    public @Nullable Run next() {
      if (left > 0) {
        return this;
      }
      end.countDown();
      return null;
    }
  }

  @Override
  public void close() {
    runner.close();
  }
}
