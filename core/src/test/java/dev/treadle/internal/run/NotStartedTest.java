package dev.treadle.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobContext;
import dev.treadle.Strategy;
import dev.treadle.spi.Finish;
import dev.treadle.spi.NotStartedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What becomes of attempts for which no thread can be started.
class NotStartedTest {
  private final Deque<OneRun> waiting = new ArrayDeque<>();
  private final List<Throwable> ends = new ArrayList<>();

  private final class OneRun implements Run {
    private @Nullable Run next;

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
      throw new AssertionError("it has no thread");
    }

    @Override
    public @Nullable Order order() {
      return null;
    }

    @Override
    public JobContext context() {
      throw new AssertionError("it has no thread");
    }

    @Override
    public void becomes(Remote remote) {}

    @Override
    public void becomes(CompletableFuture<?> future) {}

    @Override
    public boolean end(@Nullable Object value, @Nullable Throwable thrown, Finish.Cost cost) {
      ends.add(thrown == null ? new AssertionError("it cannot succeed") : thrown);
      next = waiting.poll();
      return true;
    }

    @Override
    public @Nullable Run next() {
      return next;
    }
  }

  private final class WithoutThreads extends Runner {
    WithoutThreads() {
      super(Strategy.CPU, NotStartedTest.this::claim, 2);
    }

    @Override
    protected void launch(Run run) {
      throw new OutOfMemoryError("unable to create native thread");
    }

    int free() {
      return slots.free();
    }

    @Override
    public void close() {}
  }

  private List<Run> claim(Strategy strategy, int max) {
    List<Run> claimed = new ArrayList<>();
    while (claimed.size() < max && !waiting.isEmpty()) {
      claimed.add(waiting.poll());
    }
    return claimed;
  }

  @Test
  void attemptsWithoutThreadsEndAsNotStartedAndGiveTheirSlotsBack() {
    for (int i = 0; i < 5; i++) {
      waiting.add(new OneRun());
    }
    WithoutThreads runner = new WithoutThreads();
    runner.available();
    assertThat(ends)
        .hasSize(5)
        .allSatisfy(end ->
            assertThat(end)
                .isInstanceOf(NotStartedException.class)
                .hasMessageContaining("unable to create native thread")
                .hasMessageContaining("permits"));
    assertThat(runner.free()).isEqualTo(2);
  }
}
