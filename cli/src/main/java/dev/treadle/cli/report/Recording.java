package dev.treadle.cli.report;

import dev.treadle.Progress;
import dev.treadle.cli.records.ListRun;
import dev.treadle.cli.records.Watch;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/// Looks on at one run and writes the report about it, however it ends.
public final class Recording {
  /// Of a run of which no report was asked for.
  static final Recording NONE = new Recording();

  private final @Nullable Sink sink;

  /// Where all goes that is seen.
  private record Sink(
      ReportFile file,
      RunHead head,
      Stdio streams,
      boolean quiet,
      Recorder recorder,
      Samples samples) {}

  private Recording() {
    this.sink = null;
  }

  Recording(ReportFile file, RunHead head, Stdio streams, boolean quiet) {
    long began = System.nanoTime();
    this.sink =
        new Sink(
            file,
            head,
            streams,
            quiet,
            new Recorder(() -> System.nanoTime() - began),
            new Samples(Gauge.JVM, began));
  }

  /// Who looks on.
  public Watch watch() {
    return sink == null ? Watch.NONE : sink.recorder;
  }

  /// Runs, and writes the report at the end. A run whose report cannot be written has not gone
  /// well.
  ///
  /// @param run says how far it came
  /// @return the exit code
  public int of(ListRun<?, ?> run, Callable<Integer> body) throws Exception {
    if (sink == null) {
      return body.call();
    }
    int code;
    try {
      code = body.call();
    } catch (ParameterException e) {
      sink.samples.close();
      throw e; // nothing ran
    } catch (Exception | Error e) {
      boolean unused = write(sink, run.inputs(), false, Text.cause(e));
      throw e;
    }
    boolean written = write(sink, run.inputs(), code == Exit.INTERRUPTED, null);
    return written || code != Exit.OK ? code : Exit.FAILED;
  }

  private static boolean write(
      Sink sink, Progress inputs, boolean interrupted, @Nullable String error) {
    sink.samples.close();
    Recorder.Recorded seen = sink.recorder.recorded(sink.samples.all(), sink.samples.cores());
    String page = new ReportPage(sink.head, seen, inputs, interrupted, error).html();
    try {
      sink.file.write(page);
      if (!sink.quiet) {
        sink.streams.tell("report: " + sink.file.path() + "\n");
      }
      return true;
    } catch (IOException e) {
      sink.streams.tell(
          "%s: --report %s: cannot be written: %s\n"
              .formatted(sink.head.name(), sink.file.path(), ReportFile.words(e)));
      return false;
    }
  }
}
