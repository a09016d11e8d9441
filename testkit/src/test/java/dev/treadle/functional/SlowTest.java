package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Listener;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.data.Percentage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An attempt that takes far longer than its task usually does is told of, once.
class SlowTest {
  private static final Duration USUAL = Duration.ofSeconds(2);

  /// So many attempts tell what is usual.
  private static final int ENOUGH = 20;

  /// An attempt, which ends when it is told to.
  private static final class Work {
    final CountDownLatch began = new CountDownLatch(1);
    final CountDownLatch end = new CountDownLatch(1);

    /// What the second attempt does after this one has failed.
    @Nullable Work retry;

    Integer run() throws Exception {
      if (retry != null && JobContext.current().attempt() == 2) {
        return retry.run();
      }
      began.countDown();
      end.await();
      if (retry != null) {
        throw new IllegalStateException("at last");
      }
      return 1;
    }
  }

  private record Told(long job, String task, int attempt, Duration ran, Duration p99) {}

  private final ManualClock clock = new ManualClock();
  private final List<Told> told = new CopyOnWriteArrayList<>();
  private final List<Work> unended = new ArrayList<>();
  private final Listener listener =
      new Listener() {
        @Override
        public void attemptSlow(long jobId, String task, int attempt, Duration ran, Duration p99) {
          told.add(new Told(jobId, task, attempt, ran, p99));
          throw new IllegalStateException("a listener that fails harms nothing");
        }
      };
  private Treadle treadle = Treadle.open();

  private void open(double slowAfter) {
    treadle.close();
    treadle =
        Treadle.with()
            .clock(clock)
            .listener(listener)
            .slowAfter(slowAfter)
            .permits(Strategy.CPU, ENOUGH)
            .open();
  }

  @AfterEach
  void close() {
    unended.forEach(work -> work.end.countDown());
    treadle.close();
  }

  private static Task<Work, Object> task(Strategy strategy) {
    return switch (strategy) {
      case CPU -> Task.cpu("t", Work.class, Object.class, Work::run);
      default -> Task.io("t", Work.class, Object.class, Work::run);
    };
  }

  private Job<Object> begin(Task<Work, Object> task, Work work) throws InterruptedException {
    unended.add(work);
    Job<Object> job = treadle.submit(task, work);
    work.began.await();
    return job;
  }

  private Job<Object> begin(Task<Work, Object> task) throws InterruptedException {
    return begin(task, new Work());
  }

  /// Lets so many attempts take what is usual.
  private void usual(Task<Work, Object> task, int attempts) throws InterruptedException {
    List<Job<Object>> jobs = new ArrayList<>();
    for (int i = 0; i < attempts; i++) {
      jobs.add(begin(task));
    }
    clock.advance(USUAL);
    unended.forEach(work -> work.end.countDown());
    jobs.forEach(Job::join);
  }

  @ParameterizedTest
  @EnumSource(names = {"IO", "CPU"})
  void pastThreeTimesItsP99AnAttemptIsToldOfOnce(Strategy strategy) throws Exception {
    open(3);
    usual(task(strategy), ENOUGH);
    Job<Object> other = begin(task(strategy));
    clock.advance(Duration.ofSeconds(1));
    Job<Object> job = begin(task(strategy));

    clock.advance(Duration.ofSeconds(5));
    assertThat(told).as("5 s and 6 s are within three times 2 s").isEmpty();
    assertThat(treadle.why(job.id()).text())
        .contains("for 5.0 s, usual 2.0 s")
        .doesNotContain("slow");

    clock.advance(Duration.ofSeconds(3));
    assertThat(told).extracting(Told::job).containsExactlyInAnyOrder(job.id(), other.id());
    Told first = told.stream().filter(it -> it.job == job.id()).findFirst().orElseThrow();
    assertThat(first.task).isEqualTo("t");
    assertThat(first.attempt).isEqualTo(1);
    assertThat(first.ran).isEqualTo(Duration.ofSeconds(8));
    assertThat(first.p99.toNanos()).isCloseTo(USUAL.toNanos(), Percentage.withPercentage(1));
    assertThat(job.why().text())
        .contains("for 8.0 s, usual 2.0 s; slow: 4.0 times its p99 of 2.0 s");

    clock.advance(Duration.ofSeconds(100));
    assertThat(told).hasSize(2);

    unended.getLast().end.countDown();
    job.join();
    assertThat(job.why().text()).doesNotContain("slow");
    assertThat(Objects.requireNonNull(treadle.stats().tasks().get("t")).ran().max().toNanos())
        .isCloseTo(Duration.ofSeconds(108).toNanos(), Percentage.withPercentage(1));
  }

  @Test
  void eachAttemptOfAJobIsToldOf() throws Exception {
    open(3);
    Task<Work, Object> task = task(Strategy.IO).retry(Retry.fixed(1, Duration.ZERO));
    usual(task, ENOUGH);
    Work first = new Work();
    Work second = new Work();
    first.retry = second;
    unended.add(second);
    Job<Object> job = begin(task, first);
    clock.advance(Duration.ofSeconds(60));
    assertThat(told).extracting(Told::attempt).containsExactly(1);
    first.end.countDown();
    second.began.await();
    clock.advance(Duration.ofSeconds(150)); // The p99 is a minute now.
    assertThat(told).as("what counts is how long this attempt runs").hasSize(1);

    clock.advance(Duration.ofMinutes(10));
    assertThat(told).extracting(Told::attempt).containsExactly(1, 2);
    second.end.countDown();
    assertThat(job.get()).isEqualTo(1);
  }

  @Test
  void timesMoreThanAskedForAreSlow() throws Exception {
    open(10);
    usual(task(Strategy.IO), ENOUGH);
    Job<Object> job = begin(task(Strategy.IO));
    clock.advance(Duration.ofSeconds(19));
    assertThat(told).isEmpty();
    clock.advance(Duration.ofSeconds(2));
    assertThat(told).extracting(Told::job).containsExactly(job.id());
  }

  @Test
  void nothingIsSlowAsLongAsTooFewAttemptsAreKnown() throws Exception {
    open(3);
    usual(task(Strategy.IO), ENOUGH - 1);
    Job<Object> job = begin(task(Strategy.IO));
    clock.advance(Duration.ofHours(1));
    assertThat(told).isEmpty();
    assertThat(job.why().text()).doesNotContain("slow");

    unended.getLast().end.countDown();
    job.join();
    Job<Object> next = begin(task(Strategy.IO));
    clock.advance(Duration.ofHours(2));
    assertThat(told).as("the p99 of twenty is the longest of them").isEmpty();
    clock.advance(Duration.ofHours(2));
    assertThat(told).extracting(Told::job).containsExactly(next.id());
  }

  @Test
  void whatIsOverInASecondIsNotSlow() throws Exception {
    open(3);
    Task<Work, Object> task = task(Strategy.IO);
    List<Job<Object>> jobs = new ArrayList<>();
    for (int i = 0; i < ENOUGH; i++) {
      jobs.add(begin(task));
      unended.getLast().end.countDown();
    }
    jobs.forEach(Job::join);
    Job<Object> job = begin(task);
    clock.advance(Duration.ofMillis(999));
    assertThat(told).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(told).extracting(Told::job).containsExactly(job.id());
  }

  @Test
  void aFactorMustBeMoreThanNothing() {
    for (double wrong : new double[] {0, -1, Double.NaN}) {
      assertThatThrownBy(() -> Treadle.with().slowAfter(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("slowAfter must be more than 0, not " + wrong);
    }
  }
}
