package dev.treadle.cli;

import dev.treadle.cli.demo.DemoCommand;
import dev.treadle.cli.files.FilesCommand;
import dev.treadle.cli.scrape.ScrapeCommand;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Version;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/// The `treadle` command. Exit codes: 0 all well, 1 some failed, 2 wrong usage, 130 interrupted.
@Command(
    name = "treadle",
    header = "Runs background jobs.",
    description = "Run 'treadle COMMAND --help' for the options of a command.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = CommandLine.HelpCommand.class)
public final class Main implements Runnable {
  private final CommandLine line;

  private Main() {
    this.line = new CommandLine(this);
  }

  /// Runs a command and ends the process with its code.
  public static void main(String[] args) {
    System.exit(commandLine(Stdio::ofProcess).execute(args));
  }

  /// The command line over these streams, which are asked for when a command starts to work.
  public static CommandLine commandLine(Supplier<Stdio> stdio) {
    CommandLine line = new Main().line;
    line.addSubcommand(new ScrapeCommand(stdio));
    line.addSubcommand(FilesCommand.of(stdio));
    line.addSubcommand(new DemoCommand(stdio));
    line.setParameterExceptionHandler((e, args) -> wrongUsage(e));
    line.setExecutionExceptionHandler((e, command, parsed) -> internalError(e, command));
    line.setExpandAtFiles(false); // a path or URL may begin with @
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpLongOptionsMaxWidth(26);
    return line;
  }

  private static int wrongUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
    command.getErr().println(name + ": " + message);
    CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
    command.getErr().println("Try '" + name + " --help'.");
    return Exit.USAGE;
  }

  private static int internalError(Exception e, CommandLine command) {
    if (e instanceof ParameterException wrong) {
      return wrongUsage(wrong);
    }
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + e);
    return Exit.FAILED;
  }

  @Override
  public void run() {
    line.usage(new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true));
  }
}
