package dev.treadle.cli.db;

import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `treadle db` and its commands.
@Command(
    name = "db",
    header = "Looks after files of jobs.",
    description = "Run 'treadle db COMMAND --help' for the options of a command.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class DbCommand implements Runnable {
  @Spec @Nullable CommandSpec spec;

  private DbCommand() {}

  /// The command and those below it.
  public static CommandLine of(Supplier<Stdio> stdio, Opening opening) {
    return new CommandLine(new DbCommand())
        .addSubcommand(new RunsCommand(stdio))
        .addSubcommand(new ForgetCommand(stdio, opening))
        .addSubcommand(new CheckCommand(stdio))
        .addSubcommand(new StatsCommand(stdio))
        .addSubcommand(new CompactCommand(stdio))
        .addSubcommand(new ExportCommand(stdio))
        .addSubcommand(new ImportCommand(stdio));
  }

  @Override
  public void run() {
    String names = spec == null ? "" : String.join(", ", spec.subcommands().keySet());
    throw Usage.wrong(spec, "no command; name one: " + names);
  }
}
