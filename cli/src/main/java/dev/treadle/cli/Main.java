package dev.treadle.cli;

import dev.treadle.StoreException;
import dev.treadle.cli.db.DbCommand;
import dev.treadle.cli.demo.DemoCommand;
import dev.treadle.cli.files.FilesCommand;
import dev.treadle.cli.look.FiguresCommand;
import dev.treadle.cli.look.StackCommand;
import dev.treadle.cli.look.TopCommand;
import dev.treadle.cli.look.WhyCommand;
import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.scrape.ScrapeCommand;
import dev.treadle.cli.shell.MapCommand;
import dev.treadle.cli.shell.RunCommand;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Version;
import dev.treadle.cli.terminal.WholeNumber;
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
    footer = {
      "",
      "./treadle, which runs it from the sources, has also:",
      "  ./treadle bench             the benchmarks",
      "  ./treadle --which-java      prints the JDK that it uses",
      "  TREADLE_JAVA_HOME=FOLDER    the JDK to use, 25 or newer",
      "  JDK_JAVA_OPTIONS=OPTIONS    more options for the JVM, such as -Xmx1g",
      "  TREADLE_AOT=off             no archive of classes for fast starts",
      "  MAVEN_ARGS=OPTIONS          more options for the build, such as -o"
    },
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
    return commandLine(stdio, Opening.FILE);
  }

  /// The same, with files of jobs that are opened another way.
  static CommandLine commandLine(Supplier<Stdio> stdio, Opening opening) {
    CommandLine line = new Main().line;
    line.addSubcommand(new ScrapeCommand(stdio, opening));
    line.addSubcommand(FilesCommand.of(stdio, opening));
    line.addSubcommand(MapCommand.of(stdio, opening));
    line.addSubcommand(RunCommand.of(stdio));
    line.addSubcommand(new TopCommand(stdio));
    line.addSubcommand(new FiguresCommand(stdio));
    line.addSubcommand(new WhyCommand(stdio));
    line.addSubcommand(new StackCommand(stdio));
    line.addSubcommand(DbCommand.of(stdio, opening));
    line.addSubcommand(new DemoCommand(stdio));
    line.addSubcommand(new CompletionCommand(stdio));
    line.setParameterExceptionHandler((e, args) -> wrongUsage(e));
    line.setExecutionExceptionHandler((e, command, parsed) -> internalError(e, command));
    line.setExpandAtFiles(false); // a path or URL may begin with @
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.registerConverter(int.class, WholeNumber::readInt);
    line.registerConverter(Integer.class, WholeNumber::readInt);
    line.registerConverter(long.class, WholeNumber::readLong);
    line.registerConverter(Long.class, WholeNumber::readLong);
    line.setUsageHelpLongOptionsMaxWidth(26);
    return line;
  }

  private static int wrongUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + Complaint.about(e));
    command.getErr().println("Try '" + name + " --help'.");
    return Exit.USAGE;
  }

  private static int internalError(Exception e, CommandLine command) {
    if (e instanceof ParameterException wrong) {
      return wrongUsage(wrong);
    }
    String what = e instanceof StoreException ? String.valueOf(e.getMessage()) : e.toString();
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + what);
    return Exit.FAILED;
  }

  @Override
  public void run() {
    line.usage(new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true));
  }
}
