package dev.treadle.cli.shell;

import dev.treadle.cli.terminal.IoProblem;
import dev.treadle.cli.terminal.Stdio;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A line for each job as it ends, in the columns of GNU parallel. Used by one thread, but for its
/// end.
final class JobLog implements Closeable {
  private static final String NAMES =
      "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";

  private static final Pattern CONTROL =
      Pattern.compile("\\\\?([\\x01-\\x09\\x0b-\\x1f\\x7f-\\x9f])");

  private final @Nullable Path path;
  private final @Nullable Writer file;

  /// @param path replaced if it exists; null for no log
  JobLog(@Nullable Path path) throws IOException {
    this.path = path;
    this.file = path == null ? null : Files.newBufferedWriter(path);
    if (file != null) {
      file.write(NAMES);
      file.flush();
    }
  }

  private JobLog(Writer file) {
    this.path = Path.of("-");
    this.file = file;
    write(NAMES);
  }

  /// A log on standard output, between what the jobs print.
  static JobLog on(Stdio streams) {
    return new JobLog(
        new Writer() {
          @Override
          public void write(char[] text, int from, int length) {
            streams.print(new String(text, from, length));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
  }

  /// Adds a line.
  ///
  /// @param received bytes that it printed on standard output
  /// @param command what was run, as a line for the shell
  void add(Report report, long received, Supplier<String> command) {
    if (file == null) {
      return;
    }
    // As in GNU parallel, a signal is no exit code, and a job that ran out of time has none.
    int exit = report.exitCode() == null ? -1 : report.exitCode();
    boolean signalled = report.signal() != null;
    boolean late = Report.TIMED_OUT.equals(report.cause());
    write(
        String.format(
            Locale.ROOT,
            "%d\t:\t%.3f\t%10.3f\t0\t%d\t%d\t%d\t%s\n",
            report.n(),
            report.began().toEpochMilli() / 1_000.0,
            report.millis() == null ? 0 : report.millis() / 1_000.0,
            received,
            late ? -1 : signalled ? 0 : exit,
            signalled ? exit - 128 : 0,
            inOneCell(command.get())));
  }

  // Quoted as Quoting does it, a control character stands after a backslash.
  private static String inOneCell(String command) {
    return CONTROL
        .matcher(command)
        .replaceAll(found ->
            Matcher.quoteReplacement(
                found.group(1).equals("\t")
                    ? "$'\\t'"
                    : "$'\\x%02x'".formatted((int) found.group(1).charAt(0))))
        .replace('\n', '\0');
  }

  private void write(String text) {
    try {
      if (file != null) {
        file.write(text);
        file.flush(); // so that it can be watched
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "--joblog " + path + ": cannot be written: " + IoProblem.of(e), e);
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
