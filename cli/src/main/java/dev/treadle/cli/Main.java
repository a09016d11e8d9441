package dev.treadle.cli;

import dev.treadle.cli.db.DbCommand;
import dev.treadle.cli.demo.DemoCommand;
import dev.treadle.cli.files.FilesCommand;
import dev.treadle.cli.look.FiguresCommand;
import dev.treadle.cli.look.LsCommand;
import dev.treadle.cli.look.ShowCommand;
import dev.treadle.cli.look.StackCommand;
import dev.treadle.cli.look.TopCommand;
import dev.treadle.cli.look.WhyCommand;
import dev.treadle.cli.report.ReportCommand;
import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.scrape.ScrapeCommand;
import dev.treadle.cli.shell.MapCommand;
import dev.treadle.cli.shell.RunCommand;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Version;
import dev.treadle.cli.terminal.WholeNumber;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

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
    @Nullable String problem = Arguments.problem(args);
    if (problem != null) {
      System.err.println("treadle: " + problem);
      System.exit(Exit.USAGE);
    }
    CommandLine line = commandLine(Stdio::ofProcess);
    line.setOut(Stdio.writerOfProcess());
    System.exit(line.execute(args));
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
    line.addSubcommand(new LsCommand(stdio));
    line.addSubcommand(new ShowCommand(stdio));
    line.addSubcommand(new TopCommand(stdio));
    line.addSubcommand(new FiguresCommand(stdio));
    line.addSubcommand(new WhyCommand(stdio));
    line.addSubcommand(new StackCommand(stdio));
    line.addSubcommand(new ReportCommand(stdio));
    line.addSubcommand(DbCommand.of(stdio, opening));
    line.addSubcommand(new DemoCommand(stdio));
    line.addSubcommand(new CompletionCommand(stdio));
    line.setParameterExceptionHandler((e, args) -> wrongUsage(e));
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
    line.setExecutionStrategy(Main::execute);
    line.setExpandAtFiles(false); // a path or URL may begin with @
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.registerConverter(int.class, WholeNumber::readInt);
    line.registerConverter(Integer.class, WholeNumber::readInt);
    line.registerConverter(long.class, WholeNumber::readLong);
    line.registerConverter(Long.class, WholeNumber::readLong);
    line.setUsageHelpLongOptionsMaxWidth(26);
    return line;
  }

  // Help and versions are printed here, outside of any command.
  private static int execute(ParseResult parsed) {
    try {
      return new RunLast().execute(parsed);
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody reads on
    } catch (Stdio.Unwritable e) {
      return failed(e, parsed.commandSpec().commandLine());
    }
  }

  private static int wrongUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(Columns.clean(name + ": " + Complaint.about(e)));
    command.getErr().println("Try '" + name + " --help'.");
    return Exit.USAGE;
  }

  private static int failed(Exception e, CommandLine command) {
    return switch (e) {
      case ParameterException wrong -> wrongUsage(wrong);
      case Stdio.Closed closed -> Exit.OK; // nobody reads on
      default -> {
        String line = command.getCommandSpec().qualifiedName() + ": " + Complaint.about(e);
        command.getErr().println(Columns.clean(line));
        yield Exit.FAILED;
      }
    };
  }

  @Override
  public void run() {
    line.usage(line.getOut());
  }
}
