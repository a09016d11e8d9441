package dev.treadle.cli.db;

import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.runs.Runs;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle db runs`.
@Command(
    name = "runs",
    header = "Lists the runs of scrape, files and map that are kept in a file.",
    description = "Changes nothing; another process may have the file open, and goes on.",
    footer = {
      "",
      "A record: run, command, words, options, limits, folder, started, latest, total, done,",
      "failed, open. limits: as the last command line had them; total: inputs in its list.",
      "done: inputs whose job ended well; failed: those whose latest job did not; open: those",
      "whose job has not ended.",
      "Exit code: 0, or 2 for wrong usage.",
      "",
      "Example:",
      "  treadle db runs jobs.db"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class RunsCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The file that --db named.")
  Path file = Path.of("");

  @Option(names = "--json", description = "One JSON object a line.")
  boolean json;

  @Option(names = "--csv", description = "Comma-separated values, with a line of names first.")
  boolean csv;

  RunsCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    if (json && csv) {
      throw Usage.wrong(spec, "--json and --csv exclude each other");
    }
    RecordFormat<RunFormat.Counted> format =
        json ? RunFormat.FIELDS.json() : csv ? RunFormat.FIELDS.csv() : new RunFormat();
    List<RunFormat.Counted> found =
        JobFile.with(
            spec,
            file,
            jobs -> {
              Runs runs = new Runs(jobs);
              return runs.all().stream()
                  .map(run -> new RunFormat.Counted(run, runs.counts(run)))
                  .toList();
            });
    Stdio streams = stdio.get();
    try {
      streams.print(format.header());
      found.forEach(run -> streams.print(format.line(run)));
      if (found.isEmpty() && !json && !csv) {
        streams.tell("no runs in " + file + "\n");
      }
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody reads on
    }
    return Exit.OK;
  }
}
