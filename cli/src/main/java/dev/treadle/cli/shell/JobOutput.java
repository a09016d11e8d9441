package dev.treadle.cli.shell;

import dev.treadle.cli.records.Printer;
import dev.treadle.cli.terminal.Meter;
import dev.treadle.cli.terminal.Stdio;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Passes on what commands printed, whole for each: standard output to standard output, standard
/// error to standard error, where a line about each failure follows.
///
/// The files that hold it are deleted. Output without a line end gets one on standard error, on a
/// terminal, and where another job's follows.
final class JobOutput implements Printer<Report> {
  private final Recipe recipe;
  private boolean open; // whether the last line on standard output has no end yet

  JobOutput(Recipe recipe) {
    this.recipe = recipe;
  }

  private interface Sink {
    void take(byte[] bytes, int length);
  }

  @Override
  public void print(Report report, Meter meter) {
    Path stdout = recipe.stdout(report.n());
    Path stderr = recipe.stderr(report.n());
    meter.write(stdio -> {
      try {
        if (!Report.CANCELLED.equals(report.cause())) {
          show(report, stdout, stderr, stdio);
        }
        Files.deleteIfExists(stdout);
        Files.deleteIfExists(stderr);
      } catch (IOException e) {
        stdio.tell("treadle map: job %d: its output was lost: %s\n".formatted(report.n(), e));
      }
    });
  }

  private void show(Report report, Path stdout, Path stderr, Stdio stdio) throws IOException {
    if (open && (report.error() != null || !isEmpty(stdout) || !isEmpty(stderr))) {
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
    if (report.error() != null) {
      stdio.tell("treadle map: " + why(report) + "\n");
    }
  }

  private static boolean isEmpty(Path file) throws IOException {
    return !Files.exists(file) || Files.size(file) == 0;
  }

  // Returns whether the last line has no end. A command that did not start left no file.
  private static boolean copy(Path from, Sink to) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    boolean open = false;
    try (InputStream in = Files.newInputStream(from)) {
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        to.take(buffer, n);
        open = buffer[n - 1] != '\n';
      }
    } catch (NoSuchFileException e) {
      return false;
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
                : Report.MEMORY.equals(report.cause()) ? report.error() : report.cause());
  }
}
