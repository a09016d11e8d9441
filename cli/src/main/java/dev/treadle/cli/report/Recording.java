package dev.treadle.cli.report;

import dev.treadle.Progress;
import dev.treadle.cli.records.Watch;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
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

  /// Looks on at a run of more than a list, and says nothing of the report.
  ///
  /// @param file where it goes; there is none yet, or an empty one
  public static Recording quietly(Path file, CommandSpec spec, Stdio streams) {
    return new Recording(new ReportFile(file), RunHead.of(spec, 0), streams, true);
  }

  /// Who looks on.
  public Watch watch() {
    return sink == null ? Watch.NONE : sink.recorder;
  }

  /// Runs, and writes the report at the end. A run whose report cannot be written has not gone
  /// well.
  ///
  /// @param inputs how many inputs are done, of how many as far as is known
  /// @return the exit code
  public int of(Supplier<Progress> inputs, Callable<Integer> body) throws Exception {
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
      boolean unused = write(sink, inputs.get(), false, Text.cause(e));
      throw e;
    }
    boolean written = write(sink, inputs.get(), code == Exit.INTERRUPTED, null);
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
