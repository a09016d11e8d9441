package dev.treadle;

import org.jspecify.annotations.Nullable;

/// How a job ended: succeeded with a value, failed with a cause, or cancelled.
///
/// What `settled()` returns. It never throws; a `switch` over the three records needs no `default`:
///
/// ```java
/// switch (job.settled()) {
///   case Outcome.Succeeded<Page> it -> show(it.value());
///   case Outcome.Failed<Page> it -> log(it.reason(), it.cause());
///   case Outcome.Cancelled<Page> it -> log(it.cause());
/// }
/// ```
///
/// @param <R> what the task returns
public sealed interface Outcome<R extends @Nullable Object> {
  /// How many attempts were started, snoozed and lost ones included; 0 if the job never ran.
  int attempts();

  /// The state of a job that ended so.
  JobState state();

  /// The value, or the exception that [Job#get()] would throw.
  default R orElseThrow() {
    return orElseThrow("the job");
  }

  /// The value, or an exception that names the job.
  ///
  /// @param job which job, such as `job 7 (fetch)`
  R orElseThrow(String job);

  /// The job returned a value.
  ///
  /// @param value what the task returned; null for a task that returns nothing
  record Succeeded<R extends @Nullable Object>(R value, int attempts) implements Outcome<R> {
    @Override
    public JobState state() {
      return JobState.SUCCEEDED;
    }

    @Override
    public R orElseThrow(String job) {
      return value;
    }
  }

  /// The job failed for good.
  ///
  /// @param reason what kind of failure ended it
  /// @param cause the exception of the last attempt, with its original stack trace
  record Failed<R extends @Nullable Object>(Reason reason, Throwable cause, int attempts)
      implements Outcome<R> {
    /// What kind of failure ended the job.
    public enum Reason {
      /// The last attempt threw; retries, if any, were used up or the error was not to be retried.
      ERROR,
      /// The last attempt ran longer than the task's timeout.
      TIMED_OUT,
      /// The deadline of the job passed before it succeeded.
      DEADLINE,
      /// Attempts died without an end (their node or process was gone) more often than the loss
      /// budget allows.
      LOST
    }

    @Override
    public JobState state() {
      return JobState.FAILED;
    }

    @Override
    public R orElseThrow(String job) {
      throw new JobFailedException(job, reason, cause, attempts);
    }
  }

  /// The job was cancelled before it returned a value.
  ///
  /// @param cause who or what asked, in words: `asked`, `closed`, `job 7, its input, failed`
  /// @param error the failure of the input job that led to this, if that is the reason
  record Cancelled<R extends @Nullable Object>(
      String cause, @Nullable Throwable error, int attempts) implements Outcome<R> {
    @Override
    public JobState state() {
      return JobState.CANCELLED;
    }

    @Override
    public R orElseThrow(String job) {
      throw new JobCancelledException(job, cause, error);
    }
  }
}
