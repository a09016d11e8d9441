package dev.treadle.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.treadle.cli.records.Printer;
import dev.treadle.cli.terminal.IoProblem;
import dev.treadle.cli.terminal.Meter;
import dev.treadle.cli.terminal.Stdio;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Passes on what commands printed, whole for each: standard output to standard output, standard
/// error to standard error, where a line about each failure follows.
///
/// It lies in files, which are deleted, or in the records. Output without a line end gets one on
/// standard error, on a terminal, and where another job's follows.
final class JobOutput implements Printer<Report> {
  private final @Nullable Recipe files;
  private final @Nullable LiveOutput live;
  private final boolean tagged;
  private boolean open; // whether the last line on standard output has no end yet

  /// @param files where it lies; null if the records have it
  /// @param live shows it while commands run; null to show it when they have ended
  /// @param tagged whether each line begins with its input
  JobOutput(@Nullable Recipe files, @Nullable LiveOutput live, boolean tagged) {
    this.files = files;
    this.live = live;
    this.tagged = tagged;
  }

  @Override
  public void begin(Meter meter) {
    if (live != null) {
      live.begin(meter);
    }
  }

  private interface Sink {
    void take(byte[] bytes, int length);
  }

  @Override
  public void print(Report report, Meter meter) {
    meter.write(stdio -> {
      try {
        if (!Report.CANCELLED.equals(report.cause())) {
          show(report, stdio);
        }
        if (files != null) {
          Files.deleteIfExists(files.stdout(report.n()));
          Files.deleteIfExists(files.stderr(report.n()));
        }
      } catch (IOException e) {
        stdio.tell(
            "treadle map: job %d: its output was lost: %s\n"
                .formatted(report.n(), IoProblem.withFile(e)));
      }
    });
  }

  private void show(Report report, Stdio stdio) throws IOException {
    boolean wasShown = live != null && live.hasShown(report.n());
    for (Try each : report.earlier()) {
      failed(report, each, wasShown, stdio);
    }
    if (!wasShown) {
      showPrinted(report, stdio);
    }
    if (report.error() != null) {
      stdio.tell("treadle map: " + why(report) + "\n");
    }
  }

  private void showPrinted(Report report, Stdio stdio) throws IOException {
    try (InputStream stdout =
            files == null
                ? new ByteArrayInputStream(report.stdoutBytes())
                : read(files.stdout(report.n()));
        InputStream stderr =
            files == null
                ? new ByteArrayInputStream(report.stderrBytes())
                : read(files.stderr(report.n()))) {
      if (open && (report.error() != null || stdout.available() + stderr.available() > 0)) {
        stdio.print("\n");
        open = false;
      }
      open = copy(stdout, tagged(report, stdio::print));
      if (open && stdio.terminal().out()) {
        stdio.print("\n");
        open = false;
      }
      if (copy(stderr, tagged(report, stdio::tell))) {
        stdio.tell("\n");
      }
    }
  }

  private Sink tagged(Report report, Sink to) {
    if (!tagged) {
      return to;
    }
    LineTag tag = new LineTag(String.valueOf(report.input()));
    return (bytes, length) -> {
      byte[] lines = tag.tagged(bytes, length);
      to.take(lines, lines.length);
    };
  }

  // On standard error, all of it: on standard output is what the last attempt printed.
  private void failed(Report report, Try each, boolean wasShown, Stdio stdio) {
    if (open) {
      stdio.print("\n");
      open = false;
    }
    for (String printed : new @Nullable String[] {each.stdout(), each.stderr()}) {
      if (printed != null && !printed.isEmpty() && !wasShown) {
        byte[] lines = (printed.endsWith("\n") ? printed : printed + "\n").getBytes(UTF_8);
        tagged(report, stdio::tell).take(lines, lines.length);
      }
    }
    stdio.tell(
        "treadle map: job %d (%s), attempt %d: %s\n"
            .formatted(report.n(), Call.shown(report.input()), each.attempt(), each.why()));
  }

  // A command that did not start left no file.
  private static InputStream read(Path file) throws IOException {
    return Files.exists(file) ? Files.newInputStream(file) : InputStream.nullInputStream();
  }

  // Returns whether the last line has no end.
  private static boolean copy(InputStream from, Sink to) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    boolean open = false;
    for (int n = from.read(buffer); n > 0; n = from.read(buffer)) {
      to.take(buffer, n);
      open = buffer[n - 1] != '\n';
    }
    return open;
  }

  // What the command said itself was just shown.
  private static String why(Report report) {
    return "job %d (%s): %s"
        .formatted(
            report.n(),
            Call.shown(report.input()),
            report.exitCode() == null || Report.TIMED_OUT.equals(report.cause())
                ? report.error()
                : Report.MEMORY.equals(report.cause()) || Report.OUTPUT.equals(report.cause())
                    ? report.error()
                    : report.cause());
  }
}
