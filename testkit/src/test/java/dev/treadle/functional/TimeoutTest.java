package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Timeouts and deadlines of running attempts, whether the code heeds them or not.
class TimeoutTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final ManualClock clock = new ManualClock();
  private Treadle treadle = open();
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch began = new CountDownLatch(1);

  private Treadle open() {
    return Treadle.with()
        .clock(clock)
        .grace(GRACE)
        .permits(Strategy.CPU, 1)
        .permits(Strategy.IO, 1)
        .abandonedMax(2)
        .open();
  }

  @AfterEach
  void close() {
    release.countDown();
    treadle.close();
  }

  /// Waits until it is told to end.
  private Task<Integer, Object> heeding(Strategy strategy) {
    return switch (strategy) {
      case ASYNC ->
          Task.async(
              "t",
              Integer.class,
              Object.class,
              i -> {
                began.countDown();
                return new CompletableFuture<>();
              });
      default ->
          OutcomeTest.task(
              strategy,
              i -> {
                began.countDown();
                new CountDownLatch(1).await();
                return i;
              });
    };
  }

  /// Ignores every interrupt until released.
  private Task<Integer, Object> ignoring(Strategy strategy) {
    return OutcomeTest.task(
        strategy,
        i -> {
          ignoreUntil(began, release);
          return "late";
        });
  }

  static void ignoreUntil(CountDownLatch began, CountDownLatch release) {
    began.countDown();
    while (true) {
      try {
        release.await();
        return;
      } catch (InterruptedException e) {
        // Ignored: that is the point.
      }
    }
  }

  private static void await(CountDownLatch latch) {
    assertThat(latch).satisfies(CountDownLatch::await);
  }

  @ParameterizedTest
  @InThisJvm
  void anAttemptThatHeedsItsTimeoutFailsWithIt(Strategy strategy) {
    Job<Object> job = treadle.submit(heeding(strategy).timeout(TIMEOUT), 1);
    await(began);
    clock.advance(TIMEOUT.minusMillis(1));
    assertThat(job.state()).isEqualTo(JobState.RUNNING);
    clock.advance(Duration.ofMillis(1));

    Outcome.Failed<Object> failed = (Outcome.Failed<Object>) job.settled();
    assertThat(failed.reason()).isEqualTo(Outcome.Failed.Reason.TIMED_OUT);
    assertThat(failed.cause()).hasMessageContaining("timeout of 5s");
    assertThat(job.attempts())
        .singleElement()
        .satisfies(attempt -> {
          assertThat(attempt.abandoned()).isFalse();
          assertThat(attempt.end()).isInstanceOf(Attempt.End.TimedOut.class);
          assertThat(attempt.ran()).isEqualTo(TIMEOUT);
        });
  }

  @ParameterizedTest
  @InThisJvm
  void aTimeoutIsRetriedLikeAFailure(Strategy strategy) {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch twice = new CountDownLatch(2);
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                    strategy,
                    i -> {
                      if (runs.incrementAndGet() == 3) {
                        return "third";
                      }
                      began.countDown();
                      twice.countDown();
                      new CountDownLatch(1).await();
                      return i;
                    })
                .timeout(TIMEOUT)
                .retry(Retry.fixed(2, Duration.ZERO)),
            1);
    await(began);
    clock.advance(TIMEOUT);
    await(twice);
    clock.advance(TIMEOUT);

    assertThat(job.settled()).isEqualTo(new Outcome.Succeeded<>("third", 3));
  }

  @ParameterizedTest
  @InThisJvm
  void theDeadlineEndsARunningJobWhateverItsRetries(Strategy strategy) {
    Job<Object> job =
        treadle.submit(heeding(strategy).retry(Retry.fixed(9, Duration.ZERO)).deadline(TIMEOUT), 1);
    await(began);
    clock.advance(TIMEOUT);

    assertThat(((Outcome.Failed<Object>) job.settled()).reason())
        .isEqualTo(Outcome.Failed.Reason.DEADLINE);
    assertThat(job.settled().attempts()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"ASYNC", "PROCESS"},
      mode = EnumSource.Mode.EXCLUDE)
  void codeThatIgnoresItsTimeoutIsAbandonedAndTheCallerIsTold(Strategy strategy) {
    Job<Object> job = treadle.submit(ignoring(strategy).timeout(TIMEOUT), 1);
    await(began);
    clock.advance(TIMEOUT);
    assertThat(job.state()).isEqualTo(JobState.RUNNING);
    clock.advance(GRACE);

    Outcome.Failed<Object> failed = (Outcome.Failed<Object>) job.settled();
    assertThat(failed.reason()).isEqualTo(Outcome.Failed.Reason.TIMED_OUT);
    assertThat(failed.cause().getStackTrace())
        .extracting(StackTraceElement::getMethodName)
        .contains("ignoreUntil");
    assertThat(job.attempts()).singleElement().matches(Attempt::abandoned);
    // Its only slot is replaced.
    assertThat(treadle.submit(OutcomeTest.task(strategy, i -> "next"), 1).get()).isEqualTo("next");
    release.countDown();
    treadle.awaitIdle();
    assertThat(job.settled()).isSameAs(job.outcome().orElseThrow()).isEqualTo(failed);
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"ASYNC", "PROCESS"},
      mode = EnumSource.Mode.EXCLUDE)
  void abandonedCodeKeepsItsLimitUntilItReturns(Strategy strategy) {
    Job<Object> job = treadle.submit(ignoring(strategy).timeout(TIMEOUT).limit("db", 1), 1);
    await(began);
    clock.advance(TIMEOUT);
    clock.advance(GRACE);
    assertThat(job.settled()).isInstanceOf(Outcome.Failed.class);
    Job<String> next = treadle.submit(Task.io("next", () -> "next").limit("db", 1));

    assertThat(next.state()).isEqualTo(JobState.AVAILABLE);
    assertThat(next.why().kind()).isEqualTo(Reason.Kind.LIMIT);
    assertThat(treadle.awaitIdle(Duration.ZERO)).isTrue();
    release.countDown();
    assertThat(next.get()).isEqualTo("next");
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"ASYNC", "PROCESS"},
      mode = EnumSource.Mode.EXCLUDE)
  void noRetryStartsWhileTheAbandonedCodeRuns(Strategy strategy) {
    AtomicInteger runs = new AtomicInteger();
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                    strategy,
                    i -> {
                      if (runs.incrementAndGet() == 2) {
                        return "second";
                      }
                      ignoreUntil(began, release);
                      return "late";
                    })
                .timeout(TIMEOUT)
                .retry(Retry.fixed(1, Duration.ofSeconds(2))),
            1);
    await(began);
    clock.advance(TIMEOUT);
    clock.advance(GRACE);
    clock.advance(Duration.ofHours(1));

    assertThat(job.state()).isEqualTo(JobState.RUNNING);
    assertThat(job.attempts()).singleElement().matches(Attempt::abandoned);
    assertThat(job.why().text()).contains("abandoned");
    assertThat(treadle.awaitIdle(Duration.ZERO)).isTrue();
    release.countDown();
    Awaitility.await().until(() -> job.state() == JobState.SCHEDULED);
    clock.advance(Duration.ofSeconds(2));
    assertThat(job.settled()).isEqualTo(new Outcome.Succeeded<>("second", 2));
  }

  @Test
  void aRetryMayStartWhileTheAbandonedCodeRunsIfTheTaskSaysSo() {
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                    Strategy.CPU,
                    i -> {
                      if (JobContext.current().attempt() == 2) {
                        return "second";
                      }
                      ignoreUntil(began, release);
                      return "late";
                    })
                .timeout(TIMEOUT)
                .retry(Retry.fixed(1, Duration.ZERO))
                .retryWhileAbandoned(),
            1);
    await(began);
    clock.advance(TIMEOUT);
    clock.advance(GRACE);

    assertThat(job.settled()).isEqualTo(new Outcome.Succeeded<>("second", 2));
    release.countDown();
    treadle.awaitIdle();
    assertThat(job.settled()).isEqualTo(new Outcome.Succeeded<>("second", 2));
  }

  private Job<Object> leftOpen(Strategy strategy, Duration deadline) {
    Job<Object> job =
        treadle.submit(
            ignoring(strategy)
                .timeout(TIMEOUT)
                .retry(Retry.fixed(1, Duration.ZERO))
                .deadline(deadline),
            1);
    await(began);
    clock.advance(TIMEOUT);
    clock.advance(GRACE);
    assertThat(job.state()).isEqualTo(JobState.RUNNING);
    return job;
  }

  @Test
  void aJobThatWaitsForAbandonedCodeEndsAtOnceWhenCancelled() {
    Job<Object> job = leftOpen(Strategy.IO, Duration.ofHours(1));
    job.cancel();

    assertThat(job.outcome()).get().isInstanceOf(Outcome.Cancelled.class);
  }

  @Test
  void aJobThatWaitsForAbandonedCodeEndsAtItsDeadline() {
    Job<Object> job = leftOpen(Strategy.CPU, Duration.ofHours(1));
    clock.advance(Duration.ofHours(1));

    assertThat(((Outcome.Failed<Object>) job.outcome().orElseThrow()).reason())
        .isEqualTo(Outcome.Failed.Reason.DEADLINE);
  }

  @Test
  void aJobThatWaitsForAbandonedCodeEndsWithTheTreadle() {
    Job<Object> job = leftOpen(Strategy.IO, Duration.ofHours(1));
    treadle.close();

    assertThat(job.outcome())
        .get()
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class, it -> assertThat(it.cause()).isEqualTo("closed"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"ASYNC", "PROCESS"},
      mode = EnumSource.Mode.EXCLUDE)
  void tooMuchAbandonedCodeStopsTheStrategyUntilSomeReturns(Strategy strategy) throws Exception {
    for (int i = 0; i < 2; i++) {
      CyclicBarrier started = new CyclicBarrier(2);
      Job<Object> job =
          treadle.submit(
              OutcomeTest.task(
                      strategy,
                      x -> {
                        started.await();
                        ignoreUntil(began, release);
                        throw new OutcomeTest.Hostile();
                      })
                  .timeout(TIMEOUT),
              1);
      started.await();
      clock.advance(TIMEOUT);
      clock.advance(GRACE);
      assertThat(job.settled()).isInstanceOf(Outcome.Failed.class);
    }
    Job<Object> next = treadle.submit(OutcomeTest.task(strategy, i -> "next"), 1);

    assertThat(next.state()).isEqualTo(JobState.AVAILABLE);
    assertThat(next.why().kind()).isEqualTo(Reason.Kind.STRATEGY_STOPPED);
    assertThat(treadle.awaitIdle(Duration.ZERO)).isTrue();
    release.countDown();
    assertThat(next.get(Duration.ofSeconds(20))).isEqualTo("next");
  }
}
