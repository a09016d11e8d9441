package dev.treadle.spi;

import dev.treadle.Submission.IfTaken;
import org.jspecify.annotations.Nullable;

/// A job as it is handed to a store.
///
/// @param task the name of its task
/// @param route the way it takes to a worker
/// @param input where its input comes from
/// @param priority 0, first, to 9, last
/// @param due when it starts at the earliest, in microseconds since 1970; 0 for at once
/// @param deadline when it must have ended; [Micros#NEVER] for no deadline
/// @param more what few jobs have; null for none of it
public record NewJob(
    String task,
    Route route,
    Input input,
    int priority,
    long due,
    long deadline,
    @Nullable More more) {

  /// What few jobs have.
  ///
  /// @param key unique among the jobs of the task that have not ended, or null
  /// @param ifTaken what to do if the key is taken
  /// @param once whether ended jobs with the key count too
  /// @param held why it is parked from the start, or null
  /// @param parent the running job that submits it, 0 for none
  /// @param parentFence the fence under which that job runs
  /// @param retryOf the ended job it is a retry of, 0 for none
  /// @param group the group it is an item of, or null
  /// @param index its place in the group
  /// @param submittedAt the stack of the submission, if it was asked for
  /// @param traceparent the trace it is part of, in the form of W3C Trace Context, or null
  /// @param runAs how it runs, where its task is not the one registered under the name; else null
  public record More(
      @Nullable String key,
      IfTaken ifTaken,
      boolean once,
      @Nullable String held,
      long parent,
      int parentFence,
      long retryOf,
      @Nullable Group group,
      int index,
      @Nullable Throwable submittedAt,
      @Nullable String traceparent,
      @Nullable RunAs runAs) {
    /// Of a job that runs as the task registered under its name says.
    public More(
        @Nullable String key,
        IfTaken ifTaken,
        boolean once,
        @Nullable String held,
        long parent,
        int parentFence,
        long retryOf,
        @Nullable Group group,
        int index,
        @Nullable Throwable submittedAt,
        @Nullable String traceparent) {
      this(
          key,
          ifTaken,
          once,
          held,
          parent,
          parentFence,
          retryOf,
          group,
          index,
          submittedAt,
          traceparent,
          null);
    }
  }
}
