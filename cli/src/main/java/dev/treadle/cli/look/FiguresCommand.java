package dev.treadle.cli.look;

import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Version;
import dev.treadle.sqlite.JobsFile;
import dev.treadle.sqlite.Measured;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `treadle stats`.
@Command(
    name = "stats",
    header = "Says what jobs cost: how many ended and failed, how long they waited and ran.",
    description = {
      "By task and by queue, with what that advises. Changes nothing. What is in a file says"
          + " 'treadle db stats'."
    },
    footer = {
      "",
      "ended, failed   attempts; failed, timed out and lost ones are failed",
      "1 min, 24 h     attempts that ended in that time",
      "waited, ran     half of them no longer than p50; of the last 24 to 48 hours",
      "CPU             CPU time by running time: 100% is one core",
      "alloc           bytes allocated in all",
      "n/a             nobody knows",
      "",
      "Exit code: 0, or 2: the file cannot be read, is none of Treadle's, or wrong",
      "usage.",
      "",
      "Examples:",
      "  treadle stats --db jobs.db",
      "  treadle stats --db jobs.db --json | jq .stats.total.ran.p99    seconds"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class FiguresCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Mixin Looked db = new Looked();

  @Option(names = "--json", description = "One JSON object; durations are in seconds.")
  boolean json;

  /// The command over these streams.
  public FiguresCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    Measured measured = db.with(spec, JobsFile::measured);
    Stdio streams = stdio.get();
    try {
      streams.print(
          json
              ? FiguresJson.of(measured) + "\n"
              : new FiguresFormat(measured, streams.terminal().width()).text());
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody reads on
    }
    if (!json) {
      streams.tell(db.caveat(measured.owner()));
    }
    return Exit.OK;
  }
}
