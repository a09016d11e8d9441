package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Snooze;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Costs on a file that must not grow faster than the work. Each size is one at which the wrong
/// growth would exceed the time limit of a test.
class GrowthTest {
  private static final Task<Integer, Integer> SAME =
      Task.io("same", Integer.class, Integer.class, i -> i);
  private static final Task<Integer, Integer> REMOVED =
      Task.io("removed", Integer.class, Integer.class, i -> i);

  @TempDir Path folder;
  private Path file = Path.of("jobs.db");

  @BeforeEach
  void setUp() {
    file = folder.resolve("jobs.db");
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  void virtualThreadsThatSubmitDoNotStarveOneAnother() {
    int submitters = 20_000;
    try (Treadle treadle = Treadle.open(file, SAME)) {
      try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
        numbers(submitters).forEach(i -> each.execute(() -> treadle.submit(SAME, i)));
      }
      treadle.awaitIdle();
      assertThat(treadle.counts()).containsEntry(JobState.SUCCEEDED, (long) submitters);
    }
  }

  @Test
  void jobsOfARemovedTaskAreParkedTogether() throws Exception {
    int removed = 20_000;
    Semaphore submitted = new Semaphore(0);
    try (Treadle treadle = Treadle.with(REMOVED, SAME).submitOnly().mapWindow(removed).open(file)) {
      try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
        numbers(removed)
            .forEach(i ->
                each.execute(() -> {
                  treadle.submit(REMOVED, i);
                  submitted.release();
                }));
      }
      submitted.acquire(removed);
      treadle.submit(SAME, 1);
    }
    try (Treadle treadle = Treadle.open(file, SAME)) {
      treadle.awaitIdle();
      assertThat(treadle.counts())
          .containsEntry(JobState.HELD, (long) removed)
          .containsEntry(JobState.SUCCEEDED, 1L);
    }
    try (Treadle treadle = Treadle.open(file, SAME, REMOVED)) {
      treadle.awaitIdle();
      assertThat(treadle.counts())
          .containsEntry(JobState.HELD, 0L)
          .containsEntry(JobState.SUCCEEDED, removed + 1L);
    }
  }

  @Test
  void closeHandsRunningJobsBackTogether() throws Exception {
    int running = 5_000;
    CountDownLatch began = new CountDownLatch(running);
    Task<Integer, Integer> endless =
        Task.async(
            "endless",
            Integer.class,
            Integer.class,
            i -> {
              began.countDown();
              return new CompletableFuture<>();
            });
    try (Treadle treadle =
        Treadle.with(endless).drainFor(Duration.ZERO).mapWindow(running).open(file)) {
      var unused = treadle.map(endless, numbers(running));
      began.await();
    }
    try (Treadle treadle = Treadle.with(endless).submitOnly().open(file)) {
      assertThat(treadle.counts()).containsEntry(JobState.AVAILABLE, (long) running);
      assertThat(treadle.job(1).orElseThrow().attempts())
          .singleElement()
          .satisfies(it -> assertThat(it.end()).isInstanceOf(Attempt.End.Lost.class));
    }
  }

  @Test
  void onlyTheLatestAttemptsOfAJobAreKept() {
    int attempts = 350;
    int[] calls = {0};
    Task<Integer, Integer> snoozes =
        Task.io(
            "snoozes",
            Integer.class,
            Integer.class,
            i -> {
              if (++calls[0] < attempts) {
                throw Snooze.of(Duration.ZERO);
              }
              return i;
            });
    long id;
    try (Treadle treadle = Treadle.open(file, snoozes)) {
      Job<Integer> job = treadle.submit(snoozes, 1);
      id = job.id();
      assertThat(job.get()).isEqualTo(1);
      checkAttempts(treadle.job(id).orElseThrow(), attempts);
    }
    assertThat(Sqlite.ask(file, "SELECT count(*) FROM attempt")).isEqualTo("100");
    try (Treadle treadle = Treadle.open(file, snoozes)) {
      checkAttempts(treadle.job(id).orElseThrow(), attempts);
    }
  }

  private static void checkAttempts(JobInfo job, int latest) {
    assertThat(job.attempts())
        .extracting(Attempt::number)
        .containsExactlyElementsOf(IntStream.rangeClosed(latest - 99, latest).boxed().toList());
  }

  @Test
  void jobsThatSnoozedAreReadBackWithTheirLatestAttempts() {
    int jobs = 300;
    Task<Integer, Integer> late =
        Task.io(
            "late",
            Integer.class,
            Integer.class,
            i -> {
              throw Snooze.of(Duration.ofDays(1));
            });
    try (Treadle treadle = Treadle.open(file, late)) {
      var unused = treadle.map(late, numbers(jobs));
      while (treadle.counts().getOrDefault(JobState.SCHEDULED, 0L) < jobs) {
        Thread.onSpinWait();
      }
    }
    Sqlite.run(
        file,
        "INSERT INTO attempt WITH RECURSIVE n(value) AS (SELECT 2 UNION ALL SELECT value + 1 FROM n"
            + " WHERE value < 300) SELECT a.job, n.value, a.node, a.started, a.ran, a.cpu, a.allocated,"
            + " a.peak, a.detail, a.waited, a.logged FROM attempt a, n",
        "UPDATE course SET attempt = 300");
    try (Treadle treadle = Treadle.open(file, late)) {
      for (long id = 1; id <= jobs; id++) {
        checkAttempts(treadle.job(id).orElseThrow(), 300);
      }
    }
  }

  @Test
  void lookUpsByKeyAndParentDoNotWalkAllThatWaits() throws Exception {
    int waiting = 50_000;
    int looks = 3_000;
    Task<Integer, Long> parent =
        Task.io(
            "parent", Integer.class, Long.class, i -> JobContext.current().submit(SAME, i).id());
    try (Treadle treadle = Treadle.with(SAME, parent, REMOVED).mapWindow(waiting).open(file)) {
      treadle.pause("default");
      var unused = treadle.map(REMOVED, numbers(waiting));
      Job<Integer> keyed = treadle.submit(SAME.queue("other").with(1).key("ended"));
      assertThat(keyed.get()).isEqualTo(1);
      Job<Integer> waits = treadle.submit(SAME.with(1).key("waits"));
      Job<Long> adult = treadle.submit(parent.queue("other"), 1);
      long child = adult.get();
      while (treadle.counts().getOrDefault(JobState.AVAILABLE, 0L) < waiting + 2) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < looks; i++) {
        assertThat(ids(treadle, JobQuery.ALL.key("ended"))).containsExactly(keyed.id());
        assertThat(ids(treadle, JobQuery.ALL.key("waits"))).containsExactly(waits.id());
        assertThat(ids(treadle, JobQuery.ALL.parent(adult.id()))).containsExactly(child);
        assertThat(ids(treadle, JobQuery.ALL.key("none"))).isEmpty();
      }
      assertThat(ids(treadle, JobQuery.ALL.key("waits").states(JobState.SUCCEEDED))).isEmpty();
      assertThat(ids(treadle, JobQuery.ALL.key("waits").after(waits.id()))).isEmpty();
    }
  }

  private static List<Long> ids(Treadle treadle, JobQuery query) {
    return treadle.jobs(query).stream().map(JobInfo::id).toList();
  }

  @Test
  void forgetFindsTheJobsOfAQueueAmongManyOthers() {
    int others = 25_000;
    int gone = 1_200;
    try (Treadle treadle = Treadle.open(file, SAME)) {
      assertThat(treadle.map(SAME, numbers(others)).settled()).hasSize(others);
      assertThat(treadle.map(SAME.queue("gone"), numbers(gone)).settled()).hasSize(gone);
      assertThat(treadle.submit(SAME, 1).settled()).isInstanceOf(Outcome.Succeeded.class);
      assertThat(treadle.forget("gone")).isEqualTo(gone);
      assertThat(treadle.forget("gone")).isZero();
      assertThat(treadle.forget("never seen")).isZero();
    }
    assertThat(Sqlite.ask(file, "SELECT count(*) FROM job")).isEqualTo(others + 1 + "");
    assertThat(Sqlite.ask(file, "SELECT count(*) FROM done")).isEqualTo(others + 1 + "");
  }
}
