package dev.treadle.cli.db;

import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Version;
import dev.treadle.sqlite.FileStats;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `treadle db stats`.
@Command(
    name = "stats",
    header = "Says what is in a file of jobs: how many, how large, how fast, who has it open.",
    description = {
      "Changes nothing; another process may have the file open, and is asked then how many jobs"
          + " wait and run: only it knows."
    },
    footer = {
      "",
      "Exit code: 0, or 2: the file cannot be read, is none of Treadle's, or wrong usage.",
      "",
      "Examples:",
      "  treadle db stats jobs.db",
      "  treadle db stats jobs.db --full     and by task, by table, the oldest that waits"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class StatsCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The file of jobs.")
  Path file = Path.of("");

  @Option(
      names = "--full",
      description = "Reads all of the file for what is not counted; seconds for a million jobs.")
  boolean full;

  @Option(names = "--json", description = "One JSON object.")
  boolean json;

  StatsCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    FileStats stats = JobFile.with(spec, file, jobs -> jobs.stats(full));
    Stdio streams = stdio.get();
    try {
      streams.print(
          json
              ? JsonMapper.shared().writeValueAsString(stats) + "\n"
              : new StatsFormat(stats, Instant.now(), streams.terminal().width()).text());
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody reads on
    }
    return Exit.OK;
  }
}
