package dev.treadle;

import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The running attempt, as its own code sees it.
///
/// `JobContext.current()` is bound on the attempt's own thread, for as long as the attempt runs. An
/// `async` handler has it only while the handler method runs: take it there and pass it on.
/// Thread-safe.
public interface JobContext {
  /// The context of the attempt that runs on this thread.
  ///
  /// @throws IllegalStateException outside an attempt
  static JobContext current() {
    return find()
        .orElseThrow(() ->
            new IllegalStateException(
                "no job runs on this thread; take JobContext.current() on the thread that"
                    + " Treadle calls the task on, and pass it on"));
  }

  /// The context of the attempt that runs on this thread, or empty outside one.
  static Optional<JobContext> find() {
    return Scope.CURRENT.isBound() ? Optional.of(Scope.CURRENT.get()) : Optional.empty();
  }

  /// Where the current context is bound. For engines; tasks call [#current()].
  final class Scope {
    /// Bound by the engine around the code of an attempt.
    public static final ScopedValue<JobContext> CURRENT = ScopedValue.newInstance();

    private Scope() {}
  }

  /// The id of the job.
  long jobId();

  /// The number of this attempt, 1 for the first.
  ///
  /// It counts starts of the job: also those that ended with a [Snooze], that were lost or handed
  /// back at a close, and those that parked the job because its input could not be read. [Retry]
  /// counts only those that failed or timed out.
  int attempt();

  /// When this attempt must have ended: by its timeout or the deadline of the job, whichever is
  /// sooner; empty if neither is set.
  Optional<Instant> deadline();

  /// The trace that the job is part of, as the header of W3C Trace Context names it: what
  /// [Submission#traceparent] said, or that of its parent; empty if neither has one.
  Optional<String> traceparent();

  /// Whether somebody wants this attempt to end: it was asked to cancel, or its time is over. Long
  /// loops look here; code that blocks is interrupted.
  boolean cancelled();

  /// Throws if somebody wants this attempt to end.
  ///
  /// @throws java.util.concurrent.CancellationException if so
  default void checkCancelled() {
    if (cancelled()) {
      throw new java.util.concurrent.CancellationException("the attempt was asked to end");
    }
  }

  /// Says how far the job has come.
  ///
  /// @param done units done
  /// @param total units in all, or -1 if not known
  void progress(long done, long total);

  /// Adds a line to the log of the job, of which the latest 200 are kept.
  void log(String line);

  /// Submits a child: a job that is asked to cancel if this one does not succeed.
  ///
  /// @throws RefusedException if this attempt has ended
  <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(Task<A, R> task, A input);

  /// Submits a child, refined.
  ///
  /// @throws RefusedException if this attempt has ended
  <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Submission<A, R> submission);

  /// Maps over inputs with children.
  <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Collection<? extends A> inputs);

  /// Maps over inputs with children, pulling them as room appears.
  <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Stream<? extends A> inputs);
}
