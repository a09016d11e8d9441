package dev.treadle.spi;

import dev.treadle.Attempt;
import dev.treadle.LostException;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.WorkerException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Where a job goes after an attempt: the one place in which that is decided.
///
/// A pure function of what is known of the job, how the attempt ended, the policy of its task, the
/// time and, for jitter, a source of randomness.
public final class Transition {
  private Transition() {}

  /// What a task allows.
  ///
  /// @param retry how often to try again after a failure or a timeout
  /// @param lossBudget how often to try again after a loss
  public record Policy(Retry retry, int lossBudget) {}

  /// Where the job goes.
  ///
  /// @param result what a succeeded attempt returned
  /// @param job what is known of the job since its claim
  /// @param cancelCause what asked the running job to cancel, or null
  /// @param now in microseconds since 1970
  public static Next after(
      Attempt.End end,
      @Nullable Object result,
      Claimed job,
      @Nullable String cancelCause,
      Policy policy,
      long now,
      RandomGenerator random) {
    if (end instanceof Attempt.End.Succeeded) {
      return new Next.Ended(new Outcome.Succeeded<@Nullable Object>(result, job.attempt()));
    }
    if (cancelCause != null) {
      return cancelled(cancelCause, job.attempt());
    }
    return switch (end) {
      case Attempt.End.Succeeded s -> throw new AssertionError("returned above");
      case Attempt.End.Cancelled c -> cancelled("the attempt ended itself", job.attempt());
      case Attempt.End.Snoozed s -> again(now, s.duration(), Next.Charge.NOTHING, job, null);
      case Attempt.End.Lost lost when lost.blameless() ->
          again(now, Duration.ZERO, Next.Charge.NOTHING, job, new LostException(lost.cause()));
      case Attempt.End.Lost lost -> {
        Throwable error = new LostException(lost.cause());
        yield job.losses() + 1 > policy.lossBudget()
            ? failed(Outcome.Failed.Reason.LOST, error, job)
            : again(now, Duration.ZERO, Next.Charge.LOSS, job, error);
      }
      case Attempt.End.TimedOut t when t.deadline() ->
          failed(Outcome.Failed.Reason.DEADLINE, t.error(), job);
      case Attempt.End.TimedOut t ->
          retry(Outcome.Failed.Reason.TIMED_OUT, t.error(), job, policy.retry(), now, random);
      case Attempt.End.Failed f when f.error() instanceof NotStartedException ->
          job.losses() + 1 > policy.lossBudget()
              ? failed(Outcome.Failed.Reason.LOST, f.error(), job)
              : again(now, pause(job.losses()), Next.Charge.LOSS, job, f.error());
      case Attempt.End.Failed f ->
          retry(Outcome.Failed.Reason.ERROR, f.error(), job, policy.retry(), now, random);
    };
  }

  /// Returns the pause before an attempt that could not be started is tried again. Claimed again at
  /// once, every waiting job would fail during a short lack of threads.
  private static Duration pause(int losses) {
    return Duration.ofSeconds(1L << Math.min(losses, 6));
  }

  /// The end of a job that passed its deadline while it did not run.
  public static Outcome<?> expired(long id, long deadline, int attempts) {
    return new Outcome.Failed<>(
        Outcome.Failed.Reason.DEADLINE,
        new TimeoutException(
            "job " + id + " did not succeed before its deadline " + Micros.instant(deadline)),
        attempts);
  }

  /// The end of a job that was asked to cancel.
  public static Next.Ended cancelled(String cause, int attempts) {
    return new Next.Ended(new Outcome.Cancelled<>(cause, null, attempts));
  }

  private static Next retry(
      Outcome.Failed.Reason reason,
      Throwable error,
      Claimed job,
      Retry retry,
      long now,
      RandomGenerator random) {
    int failures = job.failures() + 1;
    if (failures > retry.count() || !retriable(error, retry)) {
      return failed(reason, error, job);
    }
    return again(now, backoff(retry, failures, random), Next.Charge.FAILURE, job, error);
  }

  private static boolean retriable(Throwable error, Retry retry) {
    for (Class<? extends Throwable> never : retry.never()) {
      // A worker's exception of a class that cannot be made again here is known by its name.
      if (never.isInstance(error) || error instanceof WorkerException it && it.isA(never)) {
        return false;
      }
    }
    if (retry.when() == null) {
      return true;
    }
    try {
      return retry.when().test(error);
    } catch (Throwable thrown) {
      if (thrown != error) {
        error.addSuppressed(
            new IllegalStateException("retryIf itself failed; not retried", thrown));
      }
      return false;
    }
  }

  /// The wait before a retry, with jitter: random in [least x longest, longest), where longest is
  /// min(cap, base x 2^(failures-1)).
  static Duration backoff(Retry retry, int failures, RandomGenerator random) {
    double longest =
        Math.min(
            (double) Micros.of(retry.cap()),
            Micros.of(retry.base()) * Math.pow(2, Math.min(failures - 1, 62)));
    double wait =
        retry.jitter()
            ? longest * (retry.least() + (1 - retry.least()) * random.nextDouble())
            : longest;
    return Duration.of((long) wait, ChronoUnit.MICROS);
  }

  private static Next again(
      long now, Duration wait, Next.Charge charge, Claimed job, @Nullable Throwable error) {
    long due = Micros.plus(now, Micros.of(wait));
    if (due >= job.deadline() && job.deadline() != Micros.NEVER) {
      var passed =
          new TimeoutException(
              "the next attempt would start at or after the deadline "
                  + Micros.instant(job.deadline()));
      return failed(
          Outcome.Failed.Reason.DEADLINE, error == null ? passed : passed.initCause(error), job);
    }
    return new Next.Again(due, charge);
  }

  private static Next failed(Outcome.Failed.Reason reason, Throwable error, Claimed job) {
    return new Next.Ended(new Outcome.Failed<>(reason, error, job.attempt()));
  }
}
