package dev.treadle.cli.look;

import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Version;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `treadle why`.
@Command(
    name = "why",
    header = "Says why a job stands where it stands: what it waits for, or how it runs.",
    description = "Changes nothing.",
    footer = {
      "",
      "Exit code: 0, or 2: there is no such job, the file cannot be read, is none of",
      "Treadle's, or wrong usage.",
      "",
      "Examples:",
      "  treadle why 1042 --db jobs.db",
      "  treadle why photo.wav --db jobs.db        an input of map, scrape or files"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class WhyCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Mixin JobId job = new JobId();

  @Mixin Looked db = new Looked();

  /// The command over these streams.
  public WhyCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    Sentence why = job.why(spec, db);
    Stdio streams = stdio.get();
    try {
      streams.print(why.text() + "\n");
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody reads on
    }
    streams.tell(db.caveat(why.owner()));
    return Exit.OK;
  }
}
