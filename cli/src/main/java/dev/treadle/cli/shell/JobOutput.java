package dev.treadle.cli.shell;

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
  private boolean open; // whether the last line on standard output has no end yet

  /// @param files where it lies; null if the records have it
  JobOutput(@Nullable Recipe files) {
    this.files = files;
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
    for (Try each : report.earlier()) {
      failed(report, each, stdio);
    }
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
      open = copy(stdout, stdio::print);
      if (open && stdio.terminal().out()) {
        stdio.print("\n");
        open = false;
      }
      if (copy(stderr, stdio::tell)) {
        stdio.tell("\n");
      }
    }
    if (report.error() != null) {
      stdio.tell("treadle map: " + why(report) + "\n");
    }
  }

  // On standard error, all of it: on standard output is what the last attempt printed.
  private void failed(Report report, Try each, Stdio stdio) {
    if (open) {
      stdio.print("\n");
      open = false;
    }
    for (String printed : new @Nullable String[] {each.stdout(), each.stderr()}) {
      if (printed != null && !printed.isEmpty()) {
        stdio.tell(printed.endsWith("\n") ? printed : printed + "\n");
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
