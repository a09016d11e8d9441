package dev.treadle.internal.sqlite;

import dev.treadle.Attempt;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.internal.thrown.Remembered;
import dev.treadle.internal.thrown.Thrown;
import dev.treadle.spi.Micros;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is to be told of an end that is more than a value, as JSON.
///
/// @param end how the last attempt ended; null if it succeeded or there was none
/// @param reason why the job failed
/// @param error what it failed with; if the attempt failed with the same, it is here only
/// @param cause why it was cancelled
/// @param abandoned whether the last attempt was left behind
/// @param progress done, total, failed
/// @param log the latest lines
record Detail(
    @Nullable End end,
    Outcome.Failed.@Nullable Reason reason,
    @Nullable Error error,
    @Nullable String cause,
    boolean abandoned,
    long @Nullable [] progress,
    @Nullable List<String> log) {
  /// The end of an attempt.
  record End(
      String kind,
      @Nullable Error error,
      boolean deadline,
      long micros,
      @Nullable String cause,
      boolean blameless) {
    /// Every kind there is.
    static final Set<String> KINDS = Set.of("failed", "timed out", "cancelled", "snoozed", "lost");

    static @Nullable End of(Attempt.End end, @Nullable Throwable told) {
      return switch (end) {
        case Attempt.End.Succeeded it -> null;
        case Attempt.End.Failed it ->
            new End(
                "failed", it.error() == told ? null : Error.of(it.error()), false, 0, null, false);
        case Attempt.End.TimedOut it ->
            new End(
                "timed out",
                it.error() == told ? null : Error.of(it.error()),
                it.deadline(),
                0,
                null,
                false);
        case Attempt.End.Cancelled it -> new End("cancelled", null, false, 0, null, false);
        case Attempt.End.Snoozed it ->
            new End("snoozed", null, false, Micros.of(it.duration()), null, false);
        case Attempt.End.Lost it -> new End("lost", null, false, 0, it.cause(), it.blameless());
      };
    }

    Attempt.End end(@Nullable Throwable told) {
      return switch (kind) {
        case "failed" -> new Attempt.End.Failed(thrown(told));
        case "timed out" -> new Attempt.End.TimedOut(thrown(told), deadline);
        case "cancelled" -> new Attempt.End.Cancelled();
        case "snoozed" -> new Attempt.End.Snoozed(Duration.of(micros, ChronoUnit.MICROS));
        case "lost" -> new Attempt.End.Lost(String.valueOf(cause), blameless);
        default -> throw new IllegalArgumentException("no attempt ends " + kind);
      };
    }

    private Throwable thrown(@Nullable Throwable told) {
      if (error != null) {
        return error.throwable();
      }
      return told != null ? told : new IllegalStateException("what it failed with is not known");
    }
  }

  /// An exception, its frames as text.
  record Error(
      String type,
      @Nullable String message,
      @Nullable List<String> frames,
      @Nullable Error cause,
      @Nullable List<Error> suppressed) {
    private static final int FRAMES_MAX = 60;

    static Error of(Throwable thrown) {
      return of(Thrown.of(thrown));
    }

    private static Error of(Thrown thrown) {
      List<String> frames = new ArrayList<>();
      for (StackTraceElement frame : thrown.frames()) {
        if (frames.size() == FRAMES_MAX) {
          break;
        }
        frames.add(
            frame.getClassName()
                + '\t'
                + frame.getMethodName()
                + '\t'
                + (frame.getFileName() == null ? "" : frame.getFileName())
                + '\t'
                + frame.getLineNumber());
      }
      return new Error(
          thrown.type(),
          thrown.message(),
          frames,
          thrown.cause() == null ? null : of(thrown.cause()),
          thrown.suppressed().stream().map(Error::of).toList());
    }

    Throwable throwable() {
      return Remembered.of(thrown());
    }

    private Thrown thrown() {
      List<StackTraceElement> elements = new ArrayList<>();
      for (String frame : frames == null ? List.<String>of() : frames) {
        String[] parts = frame.split("\t", -1);
        elements.add(
            new StackTraceElement(
                parts[0],
                parts[1],
                parts[2].isEmpty() ? null : parts[2],
                Integer.parseInt(parts[3])));
      }
      return new Thrown(
          type,
          message,
          elements,
          cause == null ? null : cause.thrown(),
          suppressed == null ? List.of() : suppressed.stream().map(Error::thrown).toList());
    }
  }

  /// What is to be told of the end of a job, or null if its value says it all.
  static @Nullable Detail of(
      Outcome<?> outcome,
      Attempt.@Nullable End last,
      boolean abandoned,
      Progress progress,
      List<String> log) {
    Throwable told =
        switch (outcome) {
          case Outcome.Succeeded<?> it -> null;
          case Outcome.Failed<?> it -> it.cause();
          case Outcome.Cancelled<?> it -> it.error();
        };
    End end = last == null ? null : End.of(last, told);
    boolean said = progress != Progress.NONE || !log.isEmpty();
    if (outcome instanceof Outcome.Succeeded<?> && end == null && !abandoned && !said) {
      return null;
    }
    return new Detail(
        end,
        outcome instanceof Outcome.Failed<?> it ? it.reason() : null,
        told == null ? null : Error.of(told),
        outcome instanceof Outcome.Cancelled<?> it ? it.cause() : null,
        abandoned,
        progress == Progress.NONE
            ? null
            : new long[] {progress.done(), progress.total(), progress.failed()},
        log.isEmpty() ? null : log);
  }

  /// What is to be told of an attempt after which its job went on.
  static Detail of(Attempt.End end, boolean abandoned) {
    return new Detail(End.of(end, null), null, null, null, abandoned, null, null);
  }

  /// What broke a group.
  static byte @Nullable [] error(@Nullable Throwable error) {
    return error == null ? null : DetailJson.write(Error.of(error));
  }

  /// What broke a group, read back.
  static @Nullable Throwable error(byte @Nullable [] json) {
    return json == null ? null : DetailJson.error(json).throwable();
  }

  byte[] json() {
    return DetailJson.write(this);
  }

  static Detail read(byte[] json) {
    return DetailJson.detail(json);
  }

  /// The outcome of which this is told.
  ///
  /// @param state 0 for succeeded, 1 for failed, 2 for cancelled
  static Outcome<?> outcome(
      int state, @Nullable Object value, int attempts, @Nullable Detail detail) {
    Throwable told = detail == null || detail.error == null ? null : detail.error.throwable();
    return switch (state) {
      case 0 -> new Outcome.Succeeded<@Nullable Object>(value, attempts);
      case 1 ->
          new Outcome.Failed<>(
              detail == null || detail.reason == null ? Outcome.Failed.Reason.ERROR : detail.reason,
              told == null ? new IllegalStateException("what it failed with is not known") : told,
              attempts);
      case 2 ->
          new Outcome.Cancelled<>(
              detail == null || detail.cause == null ? "unknown" : detail.cause, told, attempts);
      default -> throw new IllegalArgumentException("no job ends in state " + state);
    };
  }

  /// How the last attempt ended.
  Attempt.End lastEnd(@Nullable Throwable told) {
    return end == null ? new Attempt.End.Succeeded() : end.end(told);
  }

  Progress progressSaid() {
    return progress == null ? Progress.NONE : new Progress(progress[0], progress[1], progress[2]);
  }

  List<String> logSaid() {
    return log == null ? List.of() : log;
  }
}
