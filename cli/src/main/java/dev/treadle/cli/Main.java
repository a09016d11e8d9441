package dev.treadle.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/// The `treadle` command. Exit codes: 0 all well, 1 some failed, 2 wrong usage, 130 interrupted.
@Command(
    name = "treadle",
    header = "Runs background jobs.",
    description = "Run 'treadle COMMAND --help' for the options of a command.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = CommandLine.HelpCommand.class)
public final class Main implements Runnable {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int INTERRUPTED = 130;

  private final CommandLine line;

  private Main() {
    this.line = new CommandLine(this);
  }

  /// Runs a command and ends the process with its code.
  public static void main(String[] args) {
    System.exit(commandLine(Stdio::ofProcess).execute(args));
  }

  /// The command line over these streams, which are asked for when a command starts to work.
  static CommandLine commandLine(Supplier<Stdio> stdio) {
    CommandLine line = new Main().line;
    line.addSubcommand(new ScrapeCommand(stdio));
    line.addSubcommand(new DemoCommand(stdio));
    line.setParameterExceptionHandler((e, args) -> wrongUsage(e));
    line.setExecutionExceptionHandler((e, command, parsed) -> internalError(e, command));
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
    return USAGE;
  }

  private static int internalError(Exception e, CommandLine command) {
    if (e instanceof ParameterException wrong) {
      return wrongUsage(wrong);
    }
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + e);
    return FAILED;
  }

  @Override
  public void run() {
    line.usage(new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true));
  }

  /// The version as the jar's manifest states it.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"treadle " + (version == null ? "(not packaged)" : version)};
    }
  }
}
