package dev.treadle.spi;

import org.jspecify.annotations.Nullable;

/// A job that now runs here, as its store hands it to a runner.
///
/// @param id the job
/// @param fence the right under which it runs: later calls for it are refused if they bring another
/// @param task the name of its task
/// @param queue the queue it waited in
/// @param input the input itself: the value, the result of the input job, or the list of results
/// @param attempt the number of this attempt, from 1
/// @param failures attempts that failed or timed out before
/// @param losses attempts that were lost before
/// @param available when it became available, in microseconds since 1970
/// @param started when it was claimed
/// @param deadline when it must have ended; [Micros#NEVER] for no deadline
/// @param cancel what asked a lost job to cancel, or null; for a fresh claim always null
/// @param submittedAt the stack of the submission, if it was asked for and the store can keep it
/// @param traceparent the trace it is part of, in the form of W3C Trace Context, or null
/// @param runAs how it runs, where its task is not the one registered under the name; else null
public record Claimed(
    long id,
    int fence,
    String task,
    String queue,
    @Nullable Object input,
    int attempt,
    int failures,
    int losses,
    long available,
    long started,
    long deadline,
    @Nullable String cancel,
    @Nullable Throwable submittedAt,
    @Nullable String traceparent,
    @Nullable RunAs runAs) {
  /// A claim of a job that runs as the task registered under its name says.
  public Claimed(
      long id,
      int fence,
      String task,
      String queue,
      @Nullable Object input,
      int attempt,
      int failures,
      int losses,
      long available,
      long started,
      long deadline,
      @Nullable String cancel,
      @Nullable Throwable submittedAt,
      @Nullable String traceparent) {
    this(
        id,
        fence,
        task,
        queue,
        input,
        attempt,
        failures,
        losses,
        available,
        started,
        deadline,
        cancel,
        submittedAt,
        traceparent,
        null);
  }
}
