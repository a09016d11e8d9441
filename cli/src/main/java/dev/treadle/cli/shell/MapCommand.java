package dev.treadle.cli.shell;

import dev.treadle.cli.records.ListRun;
import dev.treadle.cli.records.Output;
import dev.treadle.cli.records.Printer;
import dev.treadle.cli.report.Recording;
import dev.treadle.cli.report.ReportOption;
import dev.treadle.cli.runs.DbOption;
import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.IoProblem;
import dev.treadle.cli.terminal.OpenFiles;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle map`: what to type, and what it means.
@Command(
    name = "map",
    header = "Runs a command for each input, several at once, as GNU parallel does.",
    description = {
      "Inputs are the lines of standard input or of --arg-file, or the words after :::. The command"
          + " begins at the first word that is no option, or after --."
    },
    footer = {
      "",
      "Several lists: ::: a b ::: 1 2 runs all combinations, ::: a b :::+ 1 2 goes along both;",
      "{1} and {2} are the input of the first and of the second list, or with -n the first and",
      "the second of a command, and {2.} and so on as below.",
      "Places for the input: {} itself, {.} without extension, {/} its name, {//} its",
      "folder, {/.} its name without extension, {#} its number. Without any, {} is added.",
      "{%%} is the number of the slot it runs in, from 1 to -j, as for GPUs.",
      "A command is run as it is, through no shell; --shell asks for one.",
      "What a command prints is shown when it has ended, never mixed with another's.",
      "Exit code: 0 all well, 1 some failed, 2 wrong usage, 130 interrupted.",
      "",
      "Examples:",
      "  ls *.wav | treadle map -j 4 --timeout 10m -- ffmpeg -i {} {.}.mp3",
      "  treadle map --json --retries 2 -a hosts.txt -- ssh {} uptime > up.jsonl",
      "  treadle map --halt now,fail=1 gzip -t {} ::: *.gz",
      "  treadle map --db jobs.db -- ./convert {} < list      again to go on where it was killed",
      "  treadle map --shell 'sort -u {} | wc -l' ::: *.txt"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class MapCommand implements Callable<Integer> {
  private static final int FILES_PER_JOB = 4; // two pipes, and two files for what it prints
  private static final int FILES_ELSE = 16; // to start the first one, to show what one has printed
  private static final int STARTS = 5; // a fifth of the open files is for starts

  private final Supplier<Stdio> stdio;
  private final Opening opening;

  @Spec @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "WORD",
      description = "The command, with places for the input; then perhaps ::: and the inputs.")
  List<String> words = List.of();

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      converter = AtOnce.class,
      description =
          "Commands at once, up to 1,000: a number, a share of the cores (50%%), +1 or -1 for one"
              + " more or fewer than there are cores, 0 for 1,000. Default: the number of cores.")
  int jobs = Runtime.getRuntime().availableProcessors();

  @Option(
      names = {"-a", "--arg-file"},
      paramLabel = "FILE",
      description = "The list of inputs; - is standard input.")
  @Nullable Path file;

  @Option(
      names = {"-0", "--null"},
      description = "Inputs end with NUL in place of a line end, as find -print0 writes them.")
  boolean nul;

  @Option(
      names = {"-n", "--max-args"},
      paramLabel = "N",
      description = "Inputs for each command, 1 to 1,000; the last may get fewer. Default: 1.")
  int perCommand = 1;

  @Option(
      names = "--shell",
      description =
          "Runs the words, joined by blanks, as a line of sh; inputs come quoted into it.")
  boolean shell;

  @Mixin Limits limits = new Limits();

  @Mixin JobSettings settings = new JobSettings();

  @Mixin StartGate gate = new StartGate();

  @Option(
      names = "--delay",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Starts no command sooner than this after the one before. Default: 0.")
  Duration delay = Duration.ZERO;

  @Option(
      names = {"-k", "--keep-order"},
      description = "Shows results in the order of the inputs, not as they end.")
  boolean keepOrder;

  @Option(
      names = "--halt",
      paramLabel = "WHEN,WHY",
      converter = Halt.Converter.class,
      description =
          "Ends early: now (kills what runs) or soon (starts no more), then fail, success or done"
              + " with a number or share: now,fail=1 or soon,fail=20%%. Default: never.")
  Halt halt = Halt.NEVER;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Writes what each prints to DIR/N.stdout and DIR/N.stderr, and shows a record.")
  @Nullable Path out;

  @Option(
      names = "--joblog",
      paramLabel = "FILE",
      description = "A line for each job, in the columns of GNU parallel; - is standard output.")
  @Nullable Path jobLog;

  @Option(names = "--dry-run", description = "Prints the commands, and runs nothing.")
  boolean dryRun;

  @Mixin ShowOptions show = new ShowOptions();

  @Mixin TemporaryOption temporary = new TemporaryOption();

  @Mixin DbOption db = new DbOption();

  @Mixin ReportOption report = new ReportOption();

  @Mixin Output output = new Output();

  private MapCommand(Supplier<Stdio> stdio, Opening opening) {
    this.stdio = stdio;
    this.opening = opening;
  }

  /// The command; whatever follows its first word that is no option is not its own.
  public static CommandLine of(Supplier<Stdio> stdio, Opening opening) {
    return new CommandLine(new MapCommand(stdio, opening)).setStopAtPositional(true);
  }

  @Override
  public Integer call() throws Exception {
    Usage.range(spec, "--jobs", jobs, 1, AtOnce.MAX);
    limits.delay(delay);
    limits.check(spec);
    settings.check(spec);
    gate.check(spec);
    Stdio streams = stdio.get();
    Printer<Report> lines =
        Printer.of(output.format(spec, ReportFormat.FIELDS, ReportFormat.of(streams.terminal())));
    Words typed = Words.split(words);
    Usage.range(spec, "--max-args", perCommand, 1, 1_000);
    Inputs inputs = inputs(typed, streams);
    String problem = typed.problem(shell, inputs.places());
    if (problem != null) {
      throw Usage.wrong(spec, problem);
    }
    if (dryRun) {
      return show(
          inputs, new Recipe(typed.command(), shell, null, false, inputs.places()), streams);
    }
    Path place = temporary.place(spec);
    fitJobs(streams);
    boolean records = output.isRecords() || out != null;
    show.check(spec, records, keepOrder);
    LiveOutput live = show.lineBuffer ? new LiveOutput(show.tag) : null;
    Path kept = db.file();
    Recording recording = report.begin(spec, streams, output.quiet(), jobs);
    JobLog log = log(streams);
    if (out != null || (records && kept == null)) {
      Recipe recipe =
          new Recipe(
              typed.command(), shell, out == null ? null : folder(out), false, inputs.places());
      return run(
          new MapWork(inputs, recipe, limits, settings, gate, live, halt, log, recording.watch()),
          recipe,
          lines,
          log,
          recording,
          streams);
    }
    TemporaryFolder folder = TemporaryOption.folder(spec, place);
    Recipe recipe =
        new Recipe(typed.command(), shell, folder.path(), kept != null, inputs.places());
    MapWork work =
        new MapWork(inputs, recipe, limits, settings, gate, live, halt, log, recording.watch());
    return run(
        work,
        recipe,
        records ? lines : new JobOutput(kept == null ? recipe : null, live, show.tag),
        () -> {
          log.close();
          folder.close();
        },
        recording,
        streams);
  }

  // Fewer than wanted where this process may not open as many files.
  private void fitJobs(Stdio streams) {
    OpenFiles files = OpenFiles.ofProcess();
    long starts = files.max() / STARTS;
    int possible = files.atOnce(jobs, FILES_PER_JOB, FILES_ELSE + starts);
    if (possible < jobs) {
      streams.tell(
          ("treadle map: at most %d jobs run at once, not %d: this process may open %d files"
                  + " (ulimit -n)\n")
              .formatted(possible, jobs, files.max()));
      jobs = possible;
    }
  }

  // The rest is ended before the JVM does, even if it was interrupted.
  private int run(
      MapWork work,
      Recipe recipe,
      Printer<Report> printer,
      Closeable rest,
      Recording recording,
      Stdio streams)
      throws Exception {
    ListRun.Settings settings =
        new ListRun.Settings("map", jobs, output.quiet(), keepOrder, recording.watch());
    Path kept = db.file();
    ListRun<Call, Report> run =
        kept == null
            ? new ListRun<>(work, printer, settings, streams)
            : new ListRun<>(
                work,
                printer,
                settings,
                streams,
                db.place(
                    spec,
                    opening,
                    kept,
                    work,
                    KeptReports.of(recipe, limits.words(jobs), out, printer instanceof JobOutput),
                    jobs,
                    recording.watch()));
    return Stoppable.interruptibly(
        run,
        () -> {
          try (rest) {
            int code = recording.of(run::inputs, run::run);
            return code == Exit.FAILED && work.haltedWell() ? Exit.OK : code;
          }
        });
  }

  private int show(Inputs inputs, Recipe recipe, Stdio streams) throws IOException {
    int code = Exit.OK;
    try (Stream<Call> calls = inputs.calls()) {
      for (Call call : (Iterable<Call>) calls::iterator) {
        if (call.problem() == null) {
          streams.print(recipe.shown(call) + "\n");
        } else {
          streams.tell("treadle map: job %d: %s\n".formatted(call.number(), call.problem()));
          code = Exit.FAILED;
        }
      }
    } catch (Stdio.Closed e) {
      return code; // nobody reads on
    }
    return code;
  }

  private Inputs inputs(Words typed, Stdio streams) {
    char separator = nul ? '\0' : '\n';
    List<String> named = typed.inputs();
    Combination several = typed.combination();
    if (several != null) {
      return combined(several, streams);
    }
    if (named != null && file != null) {
      throw Usage.wrong(spec, "inputs come from --arg-file or after :::, not from both");
    }
    boolean in = file == null || file.toString().equals("-");
    if (named == null && file == null && streams.terminal().in()) {
      throw Usage.wrong(
          spec,
          "no inputs: name some after :::, or give a list with --arg-file FILE, or pipe one in");
    }
    Path path = in ? null : readable(file);
    return new Inputs(named, path, streams.in(), separator, null, perCommand);
  }

  private Inputs combined(Combination several, Stdio streams) {
    if (file != null) {
      throw Usage.wrong(spec, "inputs come from --arg-file or after :::, not from both");
    }
    if (perCommand > 1) {
      throw Usage.wrong(
          spec, "--max-args is for one list; of several, each job gets one input each");
    }
    try {
      long unused = several.count();
    } catch (ArithmeticException e) {
      throw Usage.wrong(spec, "the lists have more combinations than can be counted");
    }
    return new Inputs(null, null, streams.in(), '\n', several, 1);
  }

  private @Nullable Path readable(@Nullable Path path) {
    if (path == null || (Files.isReadable(path) && !Files.isDirectory(path))) {
      return path;
    }
    String problem =
        Files.isDirectory(path)
            ? "is a folder"
            : Files.exists(path) ? "may not be read" : "there is no such file";
    throw Usage.wrong(spec, "--arg-file " + path + ": " + problem);
  }

  private Path folder(Path path) {
    try {
      Path folder = Files.createDirectories(path);
      if (!Files.isWritable(folder)) {
        throw Usage.wrong(spec, "--out " + path + ": may not be written to");
      }
      return folder;
    } catch (FileAlreadyExistsException e) {
      throw Usage.wrong(spec, "--out " + path + ": " + e.getFile() + " is a file, not a folder");
    } catch (IOException e) {
      throw Usage.wrong(spec, "--out " + path + ": cannot be made: " + IoProblem.withFile(e));
    }
  }

  private JobLog log(Stdio streams) {
    if (jobLog != null && jobLog.toString().equals("-")) {
      return JobLog.on(streams);
    }
    try {
      return new JobLog(jobLog);
    } catch (IOException e) {
      throw Usage.wrong(spec, "--joblog " + jobLog + ": cannot be written: " + IoProblem.of(e));
    }
  }
}
