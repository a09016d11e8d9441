package dev.treadle.internal.rows;

import dev.treadle.Attempt;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.internal.ready.ReadySet;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Words;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why a job stands where it stands, in a sentence. Under the lock of the store.
final class Why {
  private Why() {}

  static Reason of(Row row, ReadySet ready, long now) {
    Row.More more = row.more;
    return switch (row.state()) {
      case SCHEDULED ->
          new Reason(
              Reason.Kind.TIME,
              row.attempt == 0
                  ? "waits for its time, " + Micros.instant(row.due)
                  : "waits for attempt "
                      + (row.attempt + 1)
                      + " at "
                      + Micros.instant(row.due)
                      + "; attempt "
                      + row.attempt
                      + " "
                      + describe(row.lastEnd()));
      case BLOCKED ->
          new Reason(Reason.Kind.JOBS, more == null ? "waits for other jobs" : blockers(more));
      case AVAILABLE -> ready.explain(row.lane, now);
      case RUNNING ->
          new Reason(
              Reason.Kind.RUNNING,
              "runs since "
                  + Micros.instant(row.moved)
                  + ", attempt "
                  + row.attempt
                  + (row.abandoned() ? ", abandoned: its code ignores its timeout" : ""));
      case HELD ->
          new Reason(Reason.Kind.HELD, "is held" + (more == null ? "" : ": " + more.heldBecause));
      case SUCCEEDED, FAILED, CANCELLED ->
          new Reason(Reason.Kind.ENDED, "ended " + describe(row.outcome()));
    };
  }

  private static String blockers(Row.More more) {
    List<String> names = new ArrayList<>();
    if (more.inputJob != null && !more.inputJob.ended()) {
      names.add("job " + more.inputJob.id + ", its input");
    }
    if (more.inputGroup != null && !more.inputGroup.complete()) {
      names.add(more.inputGroup.unended + " jobs, its inputs");
    }
    if (more.after != null && !more.after.ended()) {
      names.add("job " + more.after.id + ", which it replaces");
    }
    return "waits for " + String.join(" and ", names);
  }

  private static String describe(Attempt.@Nullable End end) {
    return switch (end) {
      case null -> "has ended";
      case Attempt.End.Succeeded it -> "succeeded";
      case Attempt.End.Failed it -> "failed: " + Words.of(it.error());
      case Attempt.End.TimedOut it -> "timed out";
      case Attempt.End.Cancelled it -> "was cancelled";
      case Attempt.End.Snoozed it -> "put itself off";
      case Attempt.End.Lost it -> "was lost: " + it.cause();
    };
  }

  private static String describe(@Nullable Outcome<?> outcome) {
    return switch (outcome) {
      case null -> "";
      case Outcome.Succeeded<?> it -> "succeeded, attempt " + it.attempts();
      case Outcome.Failed<?> it -> "failed, attempt " + it.attempts() + ": " + Words.of(it.cause());
      case Outcome.Cancelled<?> it -> "cancelled: " + it.cause();
    };
  }
}
