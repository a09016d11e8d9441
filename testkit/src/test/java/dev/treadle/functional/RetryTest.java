package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.Retry;
import dev.treadle.Snooze;
import dev.treadle.Strategy;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/// How often and when a job is tried again.
class RetryTest {
  private final ManualClock clock = new ManualClock();
  private final Treadle treadle = Treadle.with().clock(clock).open();
  private final List<Instant> starts = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    treadle.close();
  }

  private Task<Integer, Object> failing(Strategy strategy, Exception error) {
    return OutcomeTest.task(
        strategy,
        i -> {
          starts.add(clock.instant());
          throw error;
        });
  }

  private static void awaitState(Job<?> job, JobState state) {
    Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> job.state() == state);
  }

  @Test
  void whyTellsWhatTheAttemptBeforeCameTo() {
    Job<Object> job =
        treadle.submit(
            failing(Strategy.IO, new IOException("no paper"))
                .retry(Retry.fixed(1, Duration.ofSeconds(10))),
            1);
    awaitState(job, JobState.SCHEDULED);

    assertThat(job.why().text())
        .isEqualTo(
            "waits for attempt 2 at 2026-01-01T00:00:10Z; attempt 1 failed:"
                + " java.io.IOException: no paper");
  }

  @ParameterizedTest
  @InThisJvm
  void aJobIsTriedAgainExactlyAsOftenAsItsTaskSays(Strategy strategy) {
    Job<Object> job =
        treadle.submit(
            failing(strategy, new IOException()).retry(Retry.fixed(3, Duration.ofSeconds(10))), 1);
    for (int i = 0; i < 3; i++) {
      awaitState(job, JobState.SCHEDULED);
      assertThat(job.why().kind()).isEqualTo(Reason.Kind.TIME);
      clock.advance(Duration.ofSeconds(9));
      assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
      clock.advance(Duration.ofSeconds(1));
    }

    assertThat(job.settled())
        .isInstanceOfSatisfying(Outcome.Failed.class, it -> assertThat(it.attempts()).isEqualTo(4));
    clock.advance(Duration.ofDays(1));
    assertThat(starts)
        .containsExactly(
            ManualClock.START,
            ManualClock.START.plusSeconds(10),
            ManualClock.START.plusSeconds(20),
            ManualClock.START.plusSeconds(30));
    assertThat(job.attempts()).hasSize(4).extracting(Attempt::number).containsExactly(1, 2, 3, 4);
  }

  @Test
  void exponentialBackoffStaysBelowItsCeilingAndItsCap() {
    Retry retry = Retry.exponential(8).base(Duration.ofSeconds(2)).cap(Duration.ofSeconds(20));
    Job<Object> job = treadle.submit(failing(Strategy.IO, new IOException()).retry(retry), 1);
    for (int n = 0; n < 8; n++) {
      awaitState(job, JobState.SCHEDULED);
      Duration wait = Duration.between(clock.instant(), job.info().due());
      assertThat(wait).isBetween(Duration.ZERO, Duration.ofSeconds(Math.min(20, 2L << n)));
      clock.set(job.info().due());
    }
    assertThat(job.settled().attempts()).isEqualTo(9);
  }

  @Test
  void errorsNotToBeRetriedAreNot() {
    Retry retry =
        Retry.fixed(3, Duration.ZERO)
            .doNotRetryOn(FileNotFoundException.class)
            .retryIf(e -> e instanceof IOException);

    assertThat(attempts(new FileNotFoundException(), retry)).isEqualTo(1);
    assertThat(attempts(new IllegalStateException(), retry)).isEqualTo(1);
    assertThat(attempts(new IOException(), retry)).isEqualTo(4);
  }

  private int attempts(Exception error, Retry retry) {
    return treadle.submit(failing(Strategy.CPU, error).retry(retry), 1).settled().attempts();
  }

  @Test
  void aRetryThatSucceedsIsASuccessAndSeesItsNumber() {
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                    Strategy.IO,
                    i -> {
                      int attempt = JobContext.current().attempt();
                      if (attempt < 3) {
                        throw new IOException("attempt " + attempt);
                      }
                      return attempt;
                    })
                .retry(Retry.fixed(5, Duration.ZERO)),
            1);

    assertThat(job.settled()).isEqualTo(new Outcome.Succeeded<>(3, 3));
  }

  @Test
  void aSnoozePutsOffAndIsNoRetry() {
    AtomicInteger runs = new AtomicInteger();
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                Strategy.ASYNC,
                i -> {
                  if (runs.incrementAndGet() <= 20) {
                    throw Snooze.of(Duration.ofMinutes(1));
                  }
                  return "there";
                }),
            1);
    for (int i = 0; i < 20; i++) {
      awaitState(job, JobState.SCHEDULED);
      assertThat(job.info().due()).isEqualTo(clock.instant().plusSeconds(60));
      clock.advance(Duration.ofMinutes(1));
    }

    assertThat(job.settled()).isEqualTo(new Outcome.Succeeded<>("there", 21));
    assertThat(job.attempts().getFirst().end())
        .isEqualTo(new Attempt.End.Snoozed(Duration.ofMinutes(1)));
  }

  @Test
  void aSnoozeBetweenFailuresDoesNotUseUpRetries() {
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                    Strategy.IO,
                    i -> {
                      if (JobContext.current().attempt() % 2 == 0) {
                        throw Snooze.of(Duration.ZERO);
                      }
                      throw new IOException();
                    })
                .retry(Retry.fixed(2, Duration.ZERO)),
            1);

    assertThat(job.settled().attempts()).isEqualTo(5);
    assertThat(job.state()).isEqualTo(JobState.FAILED);
  }

  @Test
  void theDeadlineEndsAJobThatWaitsForARetry() {
    Job<Object> job =
        treadle.submit(
            failing(Strategy.IO, new IOException())
                .retry(Retry.fixed(9, Duration.ofMinutes(4)))
                .deadline(Duration.ofMinutes(10)),
            1);
    awaitState(job, JobState.SCHEDULED);
    clock.advance(Duration.ofMinutes(4));
    awaitState(job, JobState.SCHEDULED);
    clock.advance(Duration.ofMinutes(4));

    // The third retry would start after the deadline: there is nothing to wait for.
    assertDeadline(job, 3);
    assertThat(((Outcome.Failed<?>) job.settled()).cause())
        .hasRootCauseInstanceOf(IOException.class);
  }

  @Test
  void theDeadlineEndsJobsThatWait() {
    Task<Integer, Object> task =
        OutcomeTest.task(Strategy.IO, i -> i).deadline(Duration.ofHours(1));
    Job<Object> delayed = treadle.submit(task.with(1).delay(Duration.ofHours(2)));
    Job<Object> held = treadle.submit(task.with(1).held());
    Job<Object> blocked =
        treadle.submit(
            Submission.of(
                Task.io("after", Object.class, Object.class, x -> x)
                    .deadline(Duration.ofMinutes(30)),
                held));
    clock.advance(Duration.ofMinutes(30));
    assertDeadline(blocked, 0);
    assertThat(held.state()).isEqualTo(JobState.HELD);
    clock.advance(Duration.ofMinutes(30));

    assertDeadline(delayed, 0);
    assertDeadline(held, 0);
  }

  private static void assertDeadline(Job<?> job, int attempts) {
    assertThat(job.settled())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(Outcome.Failed.Reason.DEADLINE);
              assertThat(failed.attempts()).isEqualTo(attempts);
              assertThat(failed.cause()).isInstanceOf(TimeoutException.class);
            });
  }

  @Test
  void aRetryByHandIsANewJobLinkedToTheOld() {
    AtomicInteger runs = new AtomicInteger();
    Job<Object> first =
        treadle.submit(
            OutcomeTest.task(
                Strategy.IO,
                i -> {
                  if (runs.incrementAndGet() == 1) {
                    throw new IOException();
                  }
                  return i;
                }),
            5);
    assertThat(first.settled()).isInstanceOf(Outcome.Failed.class);
    Job<Object> second = first.retry();

    assertThat(second.get()).isEqualTo(5);
    assertThat(second.id()).isGreaterThan(first.id());
    assertThat(second.info().retryOf()).hasValue(first.id());
    assertThat(first.state()).isEqualTo(JobState.FAILED);
  }
}
