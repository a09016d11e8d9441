package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What one wait costs does not grow with how many there are. Each number here is one at which a
/// test would not end in its time if a step looked at all of them.
class ManyWaitsTest {
  private Treadle treadle = Treadle.open();

  @AfterEach
  void close() {
    treadle.close();
  }

  @Test
  void callbacksOfOneJobAreAddedAsQuicklyAsTheFirst() throws InterruptedException {
    int many = 400_000;
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch called = new CountDownLatch(many);
    Job<Boolean> job =
        treadle.submit(() -> {
          go.await();
          return true;
        });
    for (int i = 0; i < many; i++) {
      job.whenEnded(outcome -> called.countDown());
    }
    go.countDown();
    called.await();
  }

  @Test
  void aRaceInsideAJobOfWhichTheLastWinsCostsAsMuchForEachAsASmallOne() {
    int many = 80_000;
    Task<Integer, Integer> runner =
        Task.io(
                "runner",
                Integer.class,
                Integer.class,
                i -> {
                  if (i < many - 1) {
                    throw new IllegalStateException("lost");
                  }
                  return i;
                })
            .retry(Retry.NONE);
    Job<Integer> race =
        treadle.submit(() -> treadle.race(runner, IntStream.range(0, many).boxed().toList()));

    assertThat(race.get()).isEqualTo(many - 1);
  }

  @Test
  void aMapInsideAJobCostsAsMuchForEachItemAsASmallOne() {
    int many = 300_000;
    Task<Integer, Integer> item = Task.io("item", Integer.class, Integer.class, i -> i);
    Job<Integer> sum =
        treadle.submit(
            () -> JobContext.current().map(item, IntStream.range(0, many).boxed()).get().size());

    assertThat(sum.get()).isEqualTo(many);
  }

  @Test
  void manyAttemptsTimeOutAtTheSameInstant() throws InterruptedException {
    int many = 20_000;
    ManualClock clock = new ManualClock();
    treadle.close();
    treadle = Treadle.with().permits(Strategy.IO, many).clock(clock).open();
    CountDownLatch running = new CountDownLatch(many);
    Task<Integer, Integer> task =
        Task.io(
                "slow",
                Integer.class,
                Integer.class,
                i -> {
                  running.countDown();
                  new CountDownLatch(1).await();
                  return i;
                })
            .timeout(Duration.ofSeconds(1));
    List<Job<Integer>> jobs = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      jobs.add(treadle.submit(task, i));
    }
    running.await();
    clock.advance(Duration.ofSeconds(1));

    assertThat(jobs)
        .allSatisfy(job ->
            assertThat(job.settled())
                .isInstanceOfSatisfying(
                    Outcome.Failed.class,
                    it -> assertThat(it.reason()).isEqualTo(Outcome.Failed.Reason.TIMED_OUT)));
  }
}
