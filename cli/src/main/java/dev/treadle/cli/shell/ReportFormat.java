package dev.treadle.cli.shell;

import dev.treadle.cli.records.Fields;
import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Terminal;

/// A record as aligned columns for people: number, time, how it ended, input.
///
/// @param width columns to stay within; 0 to cut nothing
record ReportFormat(int width, boolean colour) implements RecordFormat<Report> {
  /// The fields for programs.
  static final Fields<Report> FIELDS =
      Fields.<Report>none()
          .and("n", Report::n)
          .and("input", Report::input)
          .and("exitCode", Report::exitCode)
          .and("signal", Report::signal)
          .and("cause", Report::cause)
          .and("millis", Report::millis)
          .and("cpuMillis", Report::cpuMillis)
          .and("peakBytes", Report::peakBytes)
          .and("attempts", Report::attempts)
          .and("stdout", Report::stdout)
          .and("stderr", Report::stderr)
          .and("error", Report::error)
          .and("earlier", Report::earlier, Try.FIELDS);

  private static final int FIXED = 38;
  private static final int ENDED = 16;

  /// The columns for that terminal.
  static ReportFormat of(Terminal terminal) {
    return new ReportFormat(
        terminal.out() ? terminal.width() : 0, terminal.out() && terminal.colour());
  }

  @Override
  public String line(Report report) {
    String millis = report.millis() == null ? "-" : Columns.number(report.millis()) + " ms";
    String ended = Columns.left(report.cause() == null ? "good" : report.cause(), ENDED);
    String input = Columns.clean(String.valueOf(report.input()));
    return Columns.right(Columns.number(report.n()), 7)
        + Columns.right(millis, 13)
        + "  "
        + (colour && !report.ok() ? "\033[31m" + ended + "\033[0m" : ended)
        + (width > 0 ? Columns.cutMiddle(input, Math.max(20, width - FIXED)) : input)
        + "\n";
  }
}
