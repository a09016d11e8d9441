package dev.treadle.cli.shell;

import dev.treadle.cli.records.Fields;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An attempt that failed and was followed by another.
///
/// @param attempt which one it was, from 1
/// @param exitCode as in [Report], like all that follows
/// @param stdout the first and the last of what it printed
record Try(
    int attempt,
    Instant began,
    @Nullable Integer exitCode,
    @Nullable String signal,
    @Nullable String cause,
    @Nullable Long millis,
    @Nullable String stdout,
    @Nullable String stderr,
    @Nullable String error) {
  /// The fields for programs.
  static final Fields<Try> FIELDS =
      Fields.<Try>none()
          .and("attempt", Try::attempt)
          .and("began", Try::began)
          .and("exitCode", Try::exitCode)
          .and("signal", Try::signal)
          .and("cause", Try::cause)
          .and("millis", Try::millis)
          .and("stdout", Try::stdout)
          .and("stderr", Try::stderr)
          .and("error", Try::error);

  // There may be a hundred of a job, and thousands of jobs.
  private static final int PRINTED_MAX = 8 * 1024;

  /// The attempt of which this would be the report, had no other followed.
  static Try of(int attempt, Report report) {
    return new Try(
        attempt,
        report.began(),
        report.exitCode(),
        report.signal(),
        report.cause(),
        report.millis(),
        cut(report.stdout()),
        cut(report.stderr()),
        report.error());
  }

  private static @Nullable String cut(@Nullable String text) {
    if (text == null || text.length() <= PRINTED_MAX) {
      return text;
    }
    int head = PRINTED_MAX / 2;
    int tail = text.length() - head;
    if (Character.isLowSurrogate(text.charAt(tail))) {
      tail++;
    }
    if (Character.isLowSurrogate(text.charAt(head))) {
      head--;
    }
    return text.substring(0, head)
        + "\n[... %,d characters are left out ...]\n".formatted(tail - head)
        + text.substring(tail);
  }

  /// Why it failed, for people.
  String why() {
    return String.valueOf(exitCode == null || Report.TIMED_OUT.equals(cause) ? error : cause);
  }
}
