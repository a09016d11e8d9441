package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobInfo;
import dev.treadle.Outcome;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What runs when its owner closes runs again at the next open, at no charge.
class CleanCloseTest {
  private static final int RUNNING = 12;

  private final CountDownLatch release = new CountDownLatch(1);

  private final Task<Integer, Integer> io = Task.io("io", Integer.class, Integer.class, this::run);
  private final Task<Integer, Integer> cpu =
      Task.cpu("cpu", Integer.class, Integer.class, this::run);
  private final Task<Integer, Integer> async =
      Task.async(
          "async",
          Integer.class,
          Integer.class,
          i -> {
            CompletableFuture<Integer> value = new CompletableFuture<>();
            if (release.getCount() == 0) {
              value.complete(i);
            }
            return value;
          });

  @TempDir Path folder;

  @AfterEach
  void letGo() {
    release.countDown();
  }

  private int run(int i) throws InterruptedException {
    JobContext.current().log("runs");
    release.await();
    return i;
  }

  private Treadle open() {
    return Treadle.with(io, cpu, async)
        .drainFor(Duration.ofMillis(1))
        .lossBudget(0)
        .open(folder.resolve("jobs.db"));
  }

  @Test
  void whatRunsAtCloseIsHandedBackAtNoCharge() {
    List<Long> ids;
    try (Treadle treadle = open()) {
      ids = submit(treadle).stream().map(Job::id).toList();
      awaitAllRun(treadle, ids);
    }
    for (int round = 2; round <= 5; round++) {
      try (Treadle treadle = open()) {
        awaitAllRun(treadle, ids);
        for (long id : ids) {
          JobInfo job = treadle.job(id).orElseThrow();
          assertThat(job.attemptCount()).isEqualTo(round);
          assertThat(job.attempts().subList(0, round - 1))
              .extracting(Attempt::end)
              .allSatisfy(end ->
                  assertThat(end)
                      .isInstanceOfSatisfying(
                          Attempt.End.Lost.class, it -> assertThat(it.blameless()).isTrue()));
        }
      }
    }
    release.countDown();
    try (Treadle treadle = open()) {
      treadle.awaitIdle();
      for (long id : ids) {
        assertThat(treadle.job(id).orElseThrow().outcome())
            .isInstanceOfSatisfying(
                Outcome.Succeeded.class, it -> assertThat(it.attempts()).isEqualTo(6));
      }
      assertThat(Sqlite.check(folder.resolve("jobs.db"))).isEqualTo("ok");
    }
  }

  private List<Job<Integer>> submit(Treadle treadle) {
    return IntStream.range(0, RUNNING)
        .mapToObj(i ->
            switch (i) {
              case 0 -> treadle.submit(cpu, i);
              case 1, 2 -> treadle.submit(async, i);
              default -> treadle.submit(io, i);
            })
        .toList();
  }

  private static void awaitAllRun(Treadle treadle, List<Long> ids) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() ->
            ids.stream()
                .allMatch(id -> {
                  JobInfo job = treadle.job(id).orElseThrow();
                  return job.task().equals("async")
                      ? !job.attempts().isEmpty() && job.attempts().getLast().end() == null
                      : !job.attempts().isEmpty()
                          && job.attempts().getLast().end() == null
                          && !job.log().isEmpty();
                }));
  }
}
