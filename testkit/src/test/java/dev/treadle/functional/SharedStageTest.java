package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobCancelledException;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Attempts of `async` tasks whose stages are one and the same.
class SharedStageTest {
  private final Treadle treadle = Treadle.open();
  private final CompletableFuture<Integer> shared = new CompletableFuture<>();

  @AfterEach
  void close() {
    shared.complete(0);
    treadle.close();
  }

  @Test
  void theCancelOfOneJobLeavesTheOthersAndTheStageAlone() throws InterruptedException {
    CountDownLatch called = new CountDownLatch(2);
    Task<Integer, Integer> task =
        Task.async(
            "shared",
            Integer.class,
            Integer.class,
            i -> {
              called.countDown();
              return shared;
            });
    Job<Integer> one = treadle.submit(task, 1);
    Job<Integer> other = treadle.submit(task, 2);
    called.await();
    one.cancel();
    assertThatThrownBy(one::get).isInstanceOf(JobCancelledException.class);
    assertThat(shared).isNotDone();
    shared.complete(7);

    assertThat(other.get()).isEqualTo(7);
  }

  @Test
  void whatFollowsAnEndIsNoWorkForTheThreadThatCompletesTheStage() throws InterruptedException {
    AtomicReference<Thread> told = new AtomicReference<>();
    CountDownLatch called = new CountDownLatch(1);
    try (Treadle listening =
        Treadle.with()
            .listener(
                new Listener() {
                  @Override
                  public void jobEnded(long id, String task, Outcome<?> outcome) {
                    told.set(Thread.currentThread());
                  }
                })
            .open()) {
      Job<Integer> job =
          listening.submit(
              Task.async(
                  "shared",
                  Integer.class,
                  Integer.class,
                  i -> {
                    called.countDown();
                    return shared;
                  }),
              1);
      called.await();
      shared.complete(7);
      assertThat(job.get()).isEqualTo(7);
    }

    assertThat(told.get()).isNotNull().isNotSameAs(Thread.currentThread());
  }

  /// 100,000 stages at once, completed one after another.
  @Test
  void anAttemptEndsAsQuicklyBesideManyThatRun() {
    int many = 100_000;
    List<CompletableFuture<Integer>> stages = new ArrayList<>();
    Task<Integer, Integer> task = Task.async("timer", Integer.class, Integer.class, stages::get);
    List<Job<Integer>> jobs = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      stages.add(new CompletableFuture<>());
    }
    for (int i = 0; i < many; i++) {
      jobs.add(treadle.submit(task, i));
    }
    stages.forEach(stage -> stage.complete(1));

    assertThat(jobs).allSatisfy(job -> assertThat(job.get()).isEqualTo(1));
  }
}
