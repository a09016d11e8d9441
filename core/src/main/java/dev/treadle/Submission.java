package dev.treadle;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A request to run a task with an input, refined: `FETCH.with(uri).priority(0).key("home")`.
///
/// Immutable; nothing happens until it is handed to `submit`.
///
/// @param <A> the input
/// @param <R> the result
public final class Submission<A extends @Nullable Object, R extends @Nullable Object> {
  /// What to do with a key that a job of the same task already has.
  public enum IfTaken {
    /// Hand back the job that has it. The default.
    RETURN,
    /// Refuse, with [RefusedException].
    REJECT,
    /// Ask the job that has it to cancel, and start the new one when it has ended.
    REPLACE
  }

  /// Everything that can be refined.
  ///
  /// @param priority 0, first, to 9, last; the task's if null
  /// @param delay the job starts no sooner than this after its submission
  /// @param at the job starts no sooner than at this time; null to start as `delay` says
  /// @param deadline the job ends no later than this after its submission; the task's if null
  /// @param key unique among the jobs of the task that have not ended; null for none
  /// @param ifTaken what to do with a key that is taken
  /// @param once whether jobs with this key that have ended count too, as long as they are kept
  /// @param held whether the job is parked until somebody releases it
  /// @param traceparent the trace it belongs to; that of its parent if null, and none without one
  public record Options(
      @Nullable Integer priority,
      Duration delay,
      @Nullable Instant at,
      @Nullable Duration deadline,
      @Nullable String key,
      IfTaken ifTaken,
      boolean once,
      boolean held,
      @Nullable String traceparent) {
    /// Nothing refined.
    public static final Options NONE =
        new Options(null, Duration.ZERO, null, null, null, IfTaken.RETURN, false, false, null);
  }

  private static final Pattern TRACEPARENT =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  private final Task<A, R> task;
  private final @Nullable Object input;
  private final Options options;

  Submission(Task<A, R> task, @Nullable Object input) {
    this(task, input, Options.NONE);
  }

  private Submission(Task<A, R> task, @Nullable Object input, Options options) {
    this.task = task;
    this.input = input;
    this.options = options;
  }

  /// A request to run a task with the result of a job: blocked until that job succeeds.
  public static <A extends @Nullable Object, R extends @Nullable Object> Submission<A, R> of(
      Task<A, R> task, Job<? extends A> input) {
    return new Submission<>(task, Objects.requireNonNull(input));
  }

  /// A request to run a task with the results of jobs, in their order: blocked until all succeed.
  public static <B extends @Nullable Object, R extends @Nullable Object> Submission<List<B>, R> of(
      Task<List<B>, R> task, Jobs<?, B> inputs) {
    return new Submission<>(task, Objects.requireNonNull(inputs));
  }

  /// The same with another priority: 0 first, 9 last.
  public Submission<A, R> priority(int priority) {
    return with(
        new Options(
            Task.checkPriority(priority),
            options.delay,
            options.at,
            options.deadline,
            options.key,
            options.ifTaken,
            options.once,
            options.held,
            options.traceparent));
  }

  /// The same, to start no sooner than `delay` after the submission. Replaces what [#at] said.
  public Submission<A, R> delay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("a delay cannot be negative: " + delay);
    }
    return with(
        new Options(
            options.priority,
            delay,
            null,
            options.deadline,
            options.key,
            options.ifTaken,
            options.once,
            options.held,
            options.traceparent));
  }

  /// The same, to start no sooner than at this time by the clock of the treadle; at once if it is
  /// past. Replaces what [#delay] said.
  public Submission<A, R> at(Instant time) {
    return with(
        new Options(
            options.priority,
            Duration.ZERO,
            Objects.requireNonNull(time),
            options.deadline,
            options.key,
            options.ifTaken,
            options.once,
            options.held,
            options.traceparent));
  }

  /// The same, to end no later than `deadline` after the submission.
  public Submission<A, R> deadline(Duration deadline) {
    if (!deadline.isPositive()) {
      throw new IllegalArgumentException("a deadline must be positive: " + deadline);
    }
    return with(
        new Options(
            options.priority,
            options.delay,
            options.at,
            deadline,
            options.key,
            options.ifTaken,
            options.once,
            options.held,
            options.traceparent));
  }

  /// The same with a key, unique among the jobs of the task that have not ended; if it is taken,
  /// `submit` hands back the job that has it.
  public Submission<A, R> key(String key) {
    return key(key, IfTaken.RETURN);
  }

  /// The same with a key, unique among the jobs of the task that have not ended.
  public Submission<A, R> key(String key, IfTaken ifTaken) {
    return with(
        new Options(
            options.priority,
            options.delay,
            options.at,
            options.deadline,
            Objects.requireNonNull(key),
            Objects.requireNonNull(ifTaken),
            options.once,
            options.held,
            options.traceparent));
  }

  /// The same; jobs with this key that have succeeded or failed count too, as long as the store
  /// keeps them. A job that was cancelled did not do it, and does not count: the next submission
  /// runs. If a job with the key still runs and was asked to cancel, the next waits for its end,
  /// and runs unless that one succeeds after all.
  public Submission<A, R> once() {
    return with(
        new Options(
            options.priority,
            options.delay,
            options.at,
            options.deadline,
            options.key,
            options.ifTaken,
            true,
            options.held,
            options.traceparent));
  }

  /// The same, parked until somebody calls [Job#release()].
  public Submission<A, R> held() {
    return with(
        new Options(
            options.priority,
            options.delay,
            options.at,
            options.deadline,
            options.key,
            options.ifTaken,
            options.once,
            true,
            options.traceparent));
  }

  /// The same as part of a trace, named as the header of W3C Trace Context names it. The code of
  /// the job, its retries and its children see it: [JobContext#traceparent()].
  ///
  /// @throws IllegalArgumentException if it is not in the form of version 00 of that standard
  public Submission<A, R> traceparent(String traceparent) {
    return with(
        new Options(
            options.priority,
            options.delay,
            options.at,
            options.deadline,
            options.key,
            options.ifTaken,
            options.once,
            options.held,
            checkTraceparent(traceparent)));
  }

  private static String checkTraceparent(String traceparent) {
    if (!TRACEPARENT.matcher(traceparent).matches()) {
      throw new IllegalArgumentException(
          "not a traceparent: '"
              + traceparent
              + "'; it must be 00-, 32 hex digits, -, 16 hex digits, -, 2 hex digits, all of them"
              + " lower case and neither id all zeros, such as"
              + " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    }
    return traceparent;
  }

  private Submission<A, R> with(Options next) {
    return new Submission<>(task, input, next);
  }

  /// The task.
  public Task<A, R> task() {
    return task;
  }

  /// The input: a value, a [Job] or a [Jobs].
  public @Nullable Object input() {
    return input;
  }

  /// Everything that was refined.
  public Options options() {
    return options;
  }
}
