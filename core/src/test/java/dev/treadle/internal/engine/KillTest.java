package dev.treadle.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.Outcome;
import dev.treadle.Stack;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.internal.memory.MemoryStore;
import dev.treadle.internal.run.Remote;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is done, in which order, to code that runs elsewhere and is killed.
class KillTest {
  private final Queue<String> done = new ConcurrentLinkedQueue<>();
  private final CountDownLatch elsewhere = new CountDownLatch(1);

  /// Writes down what is done to it.
  private final Remote remote =
      new Remote() {
        @Override
        public void ask() {
          done.add("ask");
        }

        @Override
        public void kill(String why) {
          done.add("kill " + why);
        }

        @Override
        public @Nullable Stack stack() {
          return null;
        }
      };

  private final Task<Integer, Integer> task =
      Task.io(
          "elsewhere",
          Integer.class,
          Integer.class,
          x -> {
            Objects.requireNonNull(AttemptRun.current()).becomes(remote);
            elsewhere.countDown();
            new CountDownLatch(1).await();
            return x;
          });

  /// Code that is asked may end by itself, and leave what it has started.
  @Test
  void killsBeforeItAsks() throws Exception {
    Engine engine = new Engine(new EngineSetup(List.of(task)), new MemoryStore(100));
    try (Treadle treadle = new FrontDoor(engine)) {
      Job<Integer> job = treadle.submit(task, 1);
      elsewhere.await();
      engine.kill(job.id());

      assertThat(job.settled())
          .isInstanceOfSatisfying(
              Outcome.Cancelled.class, it -> assertThat(it.cause()).isEqualTo("killed"));
      assertThat(done.peek()).isEqualTo("kill on request");
    }
  }
}
