package dev.treadle.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.treadle.Attempt.End;
import dev.treadle.LostException;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.spi.Next.Charge;
import dev.treadle.spi.Transition.Policy;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TransitionTest {
  private static final long NOW = Micros.of(Instant.parse("2026-01-01T00:00:00Z"));
  private static final long SECOND = 1_000_000;
  private static final IOException ERROR = new IOException("no such host");
  private static final TimeoutException TIMEOUT = new TimeoutException("5 s");
  private static final Retry THREE_TIMES = Retry.fixed(3, Duration.ofSeconds(10));

  private static final End SUCCEEDED = new End.Succeeded();
  private static final End FAILED = new End.Failed(ERROR);
  private static final End TIMED_OUT = new End.TimedOut(TIMEOUT, false);
  private static final End PAST_DEADLINE = new End.TimedOut(TIMEOUT, true);
  private static final End CANCELLED = new End.Cancelled();
  private static final End SNOOZED = new End.Snoozed(Duration.ofSeconds(30));
  private static final End LOST = new End.Lost("exit code 137");

  private final RandomGenerator random = new Random(1);

  @Test
  void attemptThatCouldNotBeStartedIsRetriedAfterAPauseWithoutRetriesOfItsTask() {
    End notStarted = new End.Failed(new NotStartedException("a thread", new OutOfMemoryError()));
    Policy policy = new Policy(Retry.NONE, 2);
    assertThat(facts(0, 0).after(notStarted, null, policy, NOW, random))
        .isEqualTo(new Next.Again(NOW + SECOND, Charge.LOSS));
    assertThat(facts(0, 1).after(notStarted, null, policy, NOW, random))
        .isEqualTo(new Next.Again(NOW + 2 * SECOND, Charge.LOSS));
    assertThat(facts(0, 2).after(notStarted, null, policy, NOW, random))
        .isInstanceOfSatisfying(
            Next.Ended.class,
            it ->
                assertThat(it.outcome())
                    .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed ->
                            assertThat(failed.reason()).isEqualTo(Outcome.Failed.Reason.LOST)));
  }

  /// What a row of the table expects.
  private enum To {
    SUCCEEDED,
    CANCELLED,
    FAILED_ERROR,
    FAILED_TIMED_OUT,
    FAILED_DEADLINE,
    FAILED_LOST,
    AGAIN_CHARGED_A_FAILURE,
    AGAIN_CHARGED_A_LOSS,
    AGAIN_CHARGED_NOTHING
  }

  /// What is known of a job when its attempt ends.
  private record Facts(
      int attempt, int failures, int losses, long deadline, @Nullable String cancelCause) {
    Next after(End end, @Nullable Object result, Policy policy, long now, RandomGenerator random) {
      Claimed job =
          new Claimed(
              1, 1, "task", "default", null, attempt, failures, losses, 0, 0, deadline, null, null,
              null);
      return Transition.after(end, result, job, cancelCause, policy, now, random);
    }
  }

  private static Facts facts(int failures, int losses) {
    return new Facts(failures + losses + 1, failures, losses, Micros.NEVER, null);
  }

  private static Facts asked(Facts facts) {
    return new Facts(facts.attempt(), facts.failures(), facts.losses(), facts.deadline(), "asked");
  }

  private static Facts before(long deadline, Facts facts) {
    return new Facts(
        facts.attempt(), facts.failures(), facts.losses(), deadline, facts.cancelCause());
  }

  private static Policy policy(Retry retry) {
    return new Policy(retry, 3);
  }

  static Stream<Arguments> table() {
    Policy none = policy(Retry.NONE);
    Policy three = policy(THREE_TIMES);
    List<Arguments> rows = new ArrayList<>();

    // The first end of a job that knows no retry, no deadline and no cancel.
    rows.add(arguments(SUCCEEDED, facts(0, 0), none, To.SUCCEEDED));
    rows.add(arguments(FAILED, facts(0, 0), none, To.FAILED_ERROR));
    rows.add(arguments(TIMED_OUT, facts(0, 0), none, To.FAILED_TIMED_OUT));
    rows.add(arguments(PAST_DEADLINE, facts(0, 0), none, To.FAILED_DEADLINE));
    rows.add(arguments(CANCELLED, facts(0, 0), none, To.CANCELLED));
    rows.add(arguments(SNOOZED, facts(0, 0), none, To.AGAIN_CHARGED_NOTHING));
    rows.add(arguments(LOST, facts(0, 0), none, To.AGAIN_CHARGED_A_LOSS));

    // Retries: the third failure leaves one more, the fourth none. Losses and snoozes do not count.
    for (End end : List.of(FAILED, TIMED_OUT)) {
      To used = end == FAILED ? To.FAILED_ERROR : To.FAILED_TIMED_OUT;
      rows.add(arguments(end, facts(0, 0), three, To.AGAIN_CHARGED_A_FAILURE));
      rows.add(arguments(end, facts(2, 0), three, To.AGAIN_CHARGED_A_FAILURE));
      rows.add(arguments(end, facts(2, 3), three, To.AGAIN_CHARGED_A_FAILURE));
      rows.add(arguments(end, facts(3, 0), three, used));
      rows.add(arguments(end, facts(3, 3), three, used));
      rows.add(arguments(end, facts(1_000, 0), three, used));
    }
    rows.add(arguments(SNOOZED, facts(3, 3), three, To.AGAIN_CHARGED_NOTHING));

    // Losses have a budget of their own, whatever the retries.
    rows.add(arguments(LOST, facts(0, 2), none, To.AGAIN_CHARGED_A_LOSS));
    rows.add(arguments(LOST, facts(0, 3), none, To.FAILED_LOST));
    rows.add(arguments(LOST, facts(3, 2), three, To.AGAIN_CHARGED_A_LOSS));
    rows.add(arguments(LOST, facts(0, 3), three, To.FAILED_LOST));
    rows.add(arguments(LOST, facts(0, 0), new Policy(THREE_TIMES, 0), To.FAILED_LOST));

    // A deadline is never retried.
    rows.add(arguments(PAST_DEADLINE, facts(0, 0), three, To.FAILED_DEADLINE));

    // Asked to cancel: success still is success, all else ends cancelled.
    for (End end : List.of(FAILED, TIMED_OUT, PAST_DEADLINE, CANCELLED, SNOOZED, LOST)) {
      rows.add(arguments(end, asked(facts(0, 0)), three, To.CANCELLED));
      rows.add(arguments(end, asked(facts(9, 9)), none, To.CANCELLED));
    }
    rows.add(arguments(SUCCEEDED, asked(facts(0, 0)), none, To.SUCCEEDED));
    rows.add(arguments(SUCCEEDED, before(NOW - SECOND, asked(facts(9, 9))), none, To.SUCCEEDED));

    // A next attempt at or after the deadline is none. Retries wait 10 s, snoozes 30, losses 0.
    rows.add(
        arguments(
            FAILED, before(NOW + 10 * SECOND + 1, facts(0, 0)), three, To.AGAIN_CHARGED_A_FAILURE));
    rows.add(arguments(FAILED, before(NOW + 10 * SECOND, facts(0, 0)), three, To.FAILED_DEADLINE));
    rows.add(
        arguments(TIMED_OUT, before(NOW + 10 * SECOND, facts(0, 0)), three, To.FAILED_DEADLINE));
    rows.add(
        arguments(
            SNOOZED, before(NOW + 30 * SECOND + 1, facts(0, 0)), three, To.AGAIN_CHARGED_NOTHING));
    rows.add(arguments(SNOOZED, before(NOW + 30 * SECOND, facts(0, 0)), three, To.FAILED_DEADLINE));
    rows.add(arguments(LOST, before(NOW + 1, facts(0, 0)), three, To.AGAIN_CHARGED_A_LOSS));
    rows.add(arguments(LOST, before(NOW, facts(0, 0)), three, To.FAILED_DEADLINE));
    // Used-up retries are the better reason.
    rows.add(arguments(FAILED, before(NOW, facts(3, 0)), three, To.FAILED_ERROR));
    rows.add(arguments(LOST, before(NOW, facts(0, 3)), three, To.FAILED_LOST));
    return rows.stream();
  }

  @ParameterizedTest
  @MethodSource("table")
  void anAttemptLeadsWhereTheTableSays(End end, Facts facts, Policy policy, To expected) {
    Next next = facts.after(end, "result", policy, NOW, random);

    assertThat(to(next)).isEqualTo(expected);
    Outcome<?> outcome = next.outcome();
    if (outcome != null) {
      assertThat(outcome.attempts()).isEqualTo(facts.attempt());
    }
    if (outcome instanceof Outcome.Succeeded<?> it) {
      assertThat(it.value()).isEqualTo("result");
    }
    if (outcome instanceof Outcome.Cancelled<?> it && facts.cancelCause() != null) {
      assertThat(it.cause()).isEqualTo("asked");
    }
    if (next instanceof Next.Again it) {
      assertThat(it.due()).isGreaterThanOrEqualTo(NOW).isLessThan(facts.deadline());
    }
  }

  private static To to(Next next) {
    return switch (next) {
      case Next.Parked parked -> throw new AssertionError("never parks: " + parked);
      case Next.Again again ->
          switch (again.charge()) {
            case FAILURE -> To.AGAIN_CHARGED_A_FAILURE;
            case LOSS -> To.AGAIN_CHARGED_A_LOSS;
            case NOTHING -> To.AGAIN_CHARGED_NOTHING;
          };
      case Next.Ended ended ->
          switch (ended.outcome()) {
            case Outcome.Succeeded<?> it -> To.SUCCEEDED;
            case Outcome.Cancelled<?> it -> To.CANCELLED;
            case Outcome.Failed<?> it ->
                switch (it.reason()) {
                  case ERROR -> To.FAILED_ERROR;
                  case TIMED_OUT -> To.FAILED_TIMED_OUT;
                  case DEADLINE -> To.FAILED_DEADLINE;
                  case LOST -> To.FAILED_LOST;
                };
          };
    };
  }

  private Throwable causeOfFailure(End end, Facts facts, Retry retry) {
    Next next = facts.after(end, null, policy(retry), NOW, random);
    assertThat(next.outcome()).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) Objects.requireNonNull(next.outcome())).cause();
  }

  @Test
  void theCauseOfAFailureIsWhatTheLastAttemptThrew() {
    assertThat(causeOfFailure(FAILED, facts(0, 0), Retry.NONE)).isSameAs(ERROR);
    assertThat(causeOfFailure(TIMED_OUT, facts(0, 0), Retry.NONE)).isSameAs(TIMEOUT);
    assertThat(causeOfFailure(PAST_DEADLINE, facts(0, 0), Retry.NONE)).isSameAs(TIMEOUT);
    assertThat(causeOfFailure(LOST, facts(0, 3), Retry.NONE))
        .isInstanceOf(LostException.class)
        .hasMessageContaining("exit code 137");
  }

  @Test
  void aRetryThatWouldComeTooLateNamesTheDeadlineAndWhatFailed() {
    assertThat(causeOfFailure(FAILED, before(NOW + SECOND, facts(0, 0)), THREE_TIMES))
        .hasMessageContaining("deadline 2026-01-01T00:00:01Z")
        .hasCause(ERROR);
  }

  @Test
  void aSnoozeComesAfterItsDuration() {
    assertThat(facts(0, 0).after(SNOOZED, null, policy(Retry.NONE), NOW, random))
        .isEqualTo(new Next.Again(NOW + 30 * SECOND, Charge.NOTHING));
  }

  @Test
  void aLostAttemptIsTriedAgainAtOnce() {
    assertThat(facts(0, 0).after(LOST, null, policy(Retry.NONE), NOW, random))
        .isEqualTo(new Next.Again(NOW, Charge.LOSS));
  }

  @Test
  void aSnoozeWithoutEndIsNoPassedDeadline() {
    End forEver = new End.Snoozed(Duration.ofSeconds(Long.MAX_VALUE));

    assertThat(facts(0, 0).after(forEver, null, policy(Retry.NONE), NOW, random))
        .isEqualTo(new Next.Again(Micros.NEVER, Charge.NOTHING));
  }

  @Test
  void onlyErrorsThatThePolicyNamesAreRetried() {
    Retry notFound = THREE_TIMES.doNotRetryOn(FileNotFoundException.class);
    Retry onlyIo = THREE_TIMES.retryIf(error -> error instanceof IOException);

    assertThat(retries(notFound, new FileNotFoundException())).isFalse();
    assertThat(retries(notFound, new IOException())).isTrue();
    assertThat(retries(THREE_TIMES.doNotRetryOn(IOException.class), new FileNotFoundException()))
        .as("a subclass")
        .isFalse();
    assertThat(retries(onlyIo, new FileNotFoundException())).isTrue();
    assertThat(retries(onlyIo, new IllegalStateException())).isFalse();
    assertThat(
            retries(onlyIo.doNotRetryOn(FileNotFoundException.class), new FileNotFoundException()))
        .isFalse();
    assertThat(retries(THREE_TIMES, new StackOverflowError())).as("errors too").isTrue();
  }

  private boolean retries(Retry retry, Throwable error) {
    return facts(0, 0).after(new End.Failed(error), null, policy(retry), NOW, random)
        instanceof Next.Again;
  }

  @Test
  void aPredicateThatThrowsIsNoRetryAndIsSeen() {
    var error = new IOException("first");
    Retry broken =
        THREE_TIMES.retryIf(e -> {
          throw new IllegalArgumentException("broken predicate");
        });

    assertThat(causeOfFailure(new End.Failed(error), facts(0, 0), broken)).isSameAs(error);
    assertThat(error.getSuppressed()).hasSize(1);
    assertThat(error.getSuppressed()[0]).hasRootCauseMessage("broken predicate");
  }

  @Test
  void aPredicateMayThrowTheVeryError() {
    var error = new IllegalStateException("same");
    Retry broken =
        THREE_TIMES.retryIf(e -> {
          throw error;
        });

    assertThat(causeOfFailure(new End.Failed(error), facts(0, 0), broken)).isSameAs(error);
    assertThat(error.getSuppressed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1000",
    "2, 2000",
    "3, 4000",
    "4, 8000",
    "7, 60000",
    "8, 60000",
    "63, 60000",
    "64, 60000",
    "1000000, 60000",
    "2147483647, 60000"
  })
  void theLongestWaitDoublesUpToTheCap(int failures, long expectedMillis) {
    Retry retry =
        Retry.exponential(Integer.MAX_VALUE)
            .base(Duration.ofSeconds(1))
            .cap(Duration.ofSeconds(60));
    Duration longest = Duration.ofMillis(expectedMillis);

    Duration sum = Duration.ZERO;
    Duration max = Duration.ZERO;
    for (int i = 0; i < 1_000; i++) {
      Duration wait = Transition.backoff(retry, failures, random);
      assertThat(wait).isBetween(Duration.ZERO, longest);
      sum = sum.plus(wait);
      max = max.compareTo(wait) < 0 ? wait : max;
    }
    assertThat(max)
        .as("all of the range is used")
        .isGreaterThan(longest.multipliedBy(9).dividedBy(10));
    assertThat(sum.dividedBy(1_000))
        .isBetween(longest.multipliedBy(4).dividedBy(10), longest.multipliedBy(6).dividedBy(10));
  }

  @Test
  void aRandomWaitIsAtLeastItsShareOfTheLongest() {
    Retry retry = Retry.exponential(10).base(Duration.ofSeconds(3)).least(2.0 / 3);

    for (int i = 0; i < 1_000; i++) {
      assertThat(Transition.backoff(retry, 1, random))
          .isBetween(Duration.ofSeconds(2).minusNanos(1_000), Duration.ofSeconds(3));
      assertThat(Transition.backoff(retry, 3, random))
          .isBetween(Duration.ofSeconds(8).minusNanos(1_000), Duration.ofSeconds(12));
    }
  }

  @Test
  void aFixedDelayIsExact() {
    Retry retry = Retry.fixed(10, Duration.ofMillis(1_234));

    for (int failures = 1; failures <= 10; failures++) {
      assertThat(Transition.backoff(retry, failures, random)).isEqualTo(Duration.ofMillis(1_234));
    }
  }

  @Test
  void noWaitIsNoWait() {
    Retry retry = Retry.fixed(10, Duration.ZERO);

    assertThat(Transition.backoff(retry, 1, random)).isZero();
    assertThat(Transition.backoff(retry, 1_000, random)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "62", "63", "64", "65", "2147483647"})
  void hugeWaitsDoNotOverflow(int failures) {
    Duration huge = Duration.ofSeconds(Long.MAX_VALUE);
    Retry jittered = Retry.exponential(1_000_000_000).base(huge).cap(huge);
    Retry exact = Retry.fixed(1_000_000_000, huge);

    assertThat(Transition.backoff(jittered, failures, random)).isPositive();
    assertThat(Transition.backoff(exact, failures, random))
        .isGreaterThan(Duration.ofDays(100_000_000));

    Next next = facts(1, 0).after(FAILED, null, policy(exact), NOW, random);
    assertThat(next).isEqualTo(new Next.Again(Micros.NEVER, Charge.FAILURE));
    assertThat(before(NOW + SECOND, facts(1, 0)).after(FAILED, null, policy(exact), NOW, random))
        .isInstanceOf(Next.Ended.class);
  }

  @Test
  void aCentennialWaitIsExact() {
    Duration centuries = Duration.ofDays(365L * 1_000);

    assertThat(Transition.backoff(Retry.fixed(1, centuries), 1, random))
        .isBetween(centuries.minusMillis(1), centuries.plusMillis(1));
  }

  @Test
  void retriesWithoutEndGoOnBeyondAShort() {
    Retry forEver = Retry.fixed(Integer.MAX_VALUE, Duration.ZERO);

    assertThat(facts(1_000_000, 0).after(FAILED, null, policy(forEver), NOW, random))
        .isInstanceOf(Next.Again.class);
  }

  @Test
  void anExpiredJobNamesItselfAndItsDeadline() {
    Outcome<?> outcome = Transition.expired(7, NOW, 2);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> {
              assertThat(it.reason()).isEqualTo(Outcome.Failed.Reason.DEADLINE);
              assertThat(it.cause())
                  .hasMessageContaining("job 7")
                  .hasMessageContaining("2026-01-01");
              assertThat(it.attempts()).isEqualTo(2);
            });
  }

  @Test
  void aCancelledOutcomeKeepsItsCause() {
    @Nullable Outcome<?> outcome = Transition.cancelled("closed", 3).outcome();

    assertThat(outcome).isEqualTo(new Outcome.Cancelled<>("closed", null, 3));
  }
}
