package dev.treadle.cli.look;

import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Version;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `treadle stack`.
@Command(
    name = "stack",
    header = "Says where the code of a job is at this moment.",
    description = {
      "The program that has the file open is asked. Of a job in a worker JVM it is the stack there;"
          + " of a command its processes."
    },
    footer = {
      "",
      "Exit code: 0, 1 if no code of the job runs now, or 2: there is no such job,",
      "nobody has the file open, it is none of Treadle's, or wrong usage.",
      "",
      "Example:",
      "  treadle stack 1042 --db jobs.db"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class StackCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Mixin JobId job = new JobId();

  @Mixin Looked db = new Looked();

  /// The command over these streams.
  public StackCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    JobId.Meant meant = job.find(spec, db);
    Optional<String> stack = db.with(spec, jobs -> jobs.stack(meant.id()));
    Stdio streams = stdio.get();
    if (stack.isEmpty()) {
      String why = job.why(spec, db).text();
      streams.tell("treadle stack: no code of this job runs now: " + why + "\n");
      return Exit.FAILED;
    }
    try {
      streams.print(
          stack.get().lines().map(Columns::clean).collect(Collectors.joining("\n", "", "\n")));
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody reads on
    }
    return Exit.OK;
  }
}
