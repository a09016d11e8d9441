package dev.treadle.cli.report;

import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Usage;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The option of a command that can write a report about what it did.
public final class ReportOption {
  @Option(
      names = "--report",
      paramLabel = "FILE",
      description =
          "Writes a page about the run to FILE, at its end: what ran when and how long, what failed,"
              + " CPU and memory, advice. A browser shows it without a network.")
  @Nullable Path file;

  /// Begins to look on, if a report was asked for.
  ///
  /// @param spec the command, which refuses a file that cannot be written
  /// @param quiet whether to say nothing of the report
  /// @param concurrency attempts at once
  public Recording begin(
      @Nullable CommandSpec spec, Stdio streams, boolean quiet, int concurrency) {
    if (file == null || spec == null) {
      return Recording.NONE;
    }
    ReportFile target = new ReportFile(file);
    String problem = target.problem();
    if (problem != null) {
      throw Usage.wrong(spec, "--report " + file + ": " + problem);
    }
    return new Recording(target, RunHead.of(spec, concurrency), streams, quiet);
  }
}
