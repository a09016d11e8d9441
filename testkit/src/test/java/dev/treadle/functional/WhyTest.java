package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.stats.Waiting;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What an engine adds to the sentence on a job: what is usual, where it is, what it said.
class WhyTest {
  private static final Duration USUAL = Duration.ofSeconds(2);
  private static final int ENOUGH = 5;

  private final ManualClock clock = new ManualClock();
  private final Treadle treadle = Treadle.with().clock(clock).open();
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void close() {
    end.countDown();
    treadle.close();
  }

  private int hold(CountDownLatch began) throws InterruptedException {
    JobContext.current().progress(40, 200);
    JobContext.current().log("reading page 40");
    began.countDown();
    end.await();
    return 1;
  }

  private Job<Integer> begin(Task<CountDownLatch, Integer> task) throws InterruptedException {
    CountDownLatch began = new CountDownLatch(1);
    Job<Integer> job = treadle.submit(task, began);
    began.await();
    return job;
  }

  private static int takeAsUsual(ManualClock clock) {
    clock.advance(USUAL);
    return 1;
  }

  /// Has a task known by attempts that took what is usual.
  private void usual(Task<ManualClock, Integer> task) {
    Stream.generate(() -> clock).limit(ENOUGH).forEach(it -> treadle.submit(task, it).join());
  }

  @Test
  void ofOneThatRuns() throws Exception {
    usual(Task.io("page", ManualClock.class, Integer.class, WhyTest::takeAsUsual));
    Instant start = clock.instant();
    Job<Integer> job = begin(Task.io("page", CountDownLatch.class, Integer.class, this::hold));
    clock.advance(Duration.ofMillis(4_200));

    assertThat(job.why().text())
        .matches(
            "runs since \\Q%s\\E, attempt 1, for 4\\.2 s, usual 2\\.0 s; at \\S*WhyTest\\.hold\\(WhyTest\\.java:\\d+\\); 40 of 200 done; last said: reading page 40"
                .formatted(start));
    assertThat(job.why().kind()).isEqualTo(Reason.Kind.RUNNING);
  }

  @Test
  void ofOneThatWaitsForALimit() throws Exception {
    usual(Task.io("page", ManualClock.class, Integer.class, WhyTest::takeAsUsual));
    Instant start = clock.instant();
    Task<CountDownLatch, Integer> page =
        Task.io("page", CountDownLatch.class, Integer.class, this::hold).limit("db", 1);
    Job<Integer> holder = begin(page);
    Job<Integer> waits = treadle.submit(page, new CountDownLatch(1));

    assertThat(waits.why().text())
        .isEqualTo(
            "waits for limit db: 1 of 1 taken, by job %d (since %s); usually page runs 2.0 s"
                .formatted(holder.id(), start));
    assertThat(treadle.waiting())
        .containsExactly(new Waiting("default", "page", Strategy.IO, Reason.Kind.LIMIT, 1));
    assertThat(waits.why().jobs()).containsExactly(holder.id());
  }

  @Test
  void ofOneThatWaitsForAJobOfAnotherTreadle() throws Exception {
    try (Treadle other = Treadle.with().clock(clock).open()) {
      CountDownLatch began = new CountDownLatch(1);
      Instant start = clock.instant();
      Job<Integer> inner =
          other.submit(Task.io("page", CountDownLatch.class, Integer.class, this::hold), began);
      began.await();
      Job<Integer> job = treadle.submit(() -> inner.get());
      while (!job.why().text().contains("another treadle")) { // It comes to its wait.
        assertThat(job.outcome()).isEmpty();
        Thread.onSpinWait();
      }
      String why = job.why().text();
      end.countDown();

      assertThat(why)
          .matches(
              "runs since \\Q%1$s\\E, attempt 1, for 0 us; waits for job %2$d \\(page\\) of another treadle, which runs since \\Q%1$s\\E, attempt 1, for 0 us; at \\S*WhyTest\\.hold\\(WhyTest\\.java:\\d+\\); 40 of 200 done; last said: reading page 40"
                  .formatted(start, inner.id()));
    }
  }
}
