package dev.treadle.cli.files;

import dev.treadle.cli.records.ListRun;
import dev.treadle.cli.records.NewFile;
import dev.treadle.cli.records.Output;
import dev.treadle.cli.records.Printer;
import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.report.Recording;
import dev.treadle.cli.report.ReportOption;
import dev.treadle.cli.runs.DbOption;
import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Stoppable;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// What all operations on files have in common: which files, how many at once, which output.
@Command(sortOptions = false, mixinStandardHelpOptions = true, versionProvider = Version.class)
abstract class OperationCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;
  private final Opening opening;

  @Spec @Nullable CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Files, and with -r folders; - for those that standard input lists, one a line.")
  List<Path> paths = List.of();

  @Option(
      names = {"-r", "--recursive"},
      description = "Read folders, and the folders in them.")
  boolean recursive;

  @Option(
      names = {"-L", "--follow"},
      description = "With -r: follow links that lead out of the folder, too.")
  boolean follow;

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description =
          "With -r: only files whose name matches, or whose path below the folder if GLOB has a"
              + " slash; may be given several times.")
  List<String> include = List.of();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "With -r: no files that match so, and no folders; may be given several times.")
  List<String> exclude = List.of();

  @Option(
      names = {"-0", "--null"},
      description = "Paths listed on standard input end with NUL, as find -print0 writes them.")
  boolean nul;

  @Option(
      names = {"-c", "--concurrency"},
      paramLabel = "N",
      description = "Files at once, 1 to 1,000. Default: one for each core.")
  @Nullable Integer concurrency;

  @Mixin DbOption db = new DbOption();

  @Mixin ReportOption report = new ReportOption();

  @Mixin Output output = new Output();

  OperationCommand(Supplier<Stdio> stdio, Opening opening) {
    this.stdio = stdio;
    this.opening = opening;
  }

  /// What is done to each file.
  ///
  /// @throws ParameterException if the options do not allow it
  abstract Operation operation();

  /// Where results lie, for operations that have some.
  Results results(Operation operation, List<Path> named) {
    return new Results(
        operation.label(), null, NewFile.Replace.NOTHING, new ArgumentIndex(named, null));
  }

  // A list stands where its - stands.
  private List<Path> named(Stdio streams) throws IOException {
    List<Path> all = new ArrayList<>();
    boolean listed = false;
    for (Path path : paths) {
      if (!path.toString().equals("-")) {
        all.add(path);
      } else if (listed) {
        throw wrong("- is given twice; standard input is one list");
      } else {
        listed = true;
        try {
          all.addAll(PathList.read(streams.in(), nul ? '\0' : '\n'));
        } catch (PathList.Refused e) {
          throw wrong(String.valueOf(e.getMessage()));
        }
      }
    }
    if (nul && !listed) {
      throw wrong("--null is about a list on standard input; ask for it with -");
    }
    return all;
  }

  private NameFilter filter() {
    try {
      return NameFilter.of(include, exclude);
    } catch (PatternSyntaxException e) {
      throw wrong("'" + e.getPattern() + "' is no pattern: " + e.getDescription());
    }
  }

  final ParameterException wrong(String message) {
    return Usage.wrong(spec, message);
  }

  @Override
  public final Integer call() throws Exception {
    int atOnce = concurrency == null ? Runtime.getRuntime().availableProcessors() : concurrency;
    Usage.range(spec, "--concurrency", atOnce, 1, 1_000);
    Operation operation = operation();
    Stdio streams = stdio.get();
    RecordFormat<FileRecord> format =
        output.format(
            spec, FileRecord.fields(operation), FileFormat.of(operation, streams.terminal()));
    Path kept = db.file();
    NameFilter filter = filter();
    Results results = results(operation, named(streams));
    Recording recording = report.begin(spec, streams, output.quiet(), atOnce);
    FilesWork work =
        new FilesWork(
            operation,
            new FileTree(results, recursive, follow, filter, kept),
            results,
            recording.watch());
    ListRun.Settings settings =
        new ListRun.Settings(operation.label(), atOnce, output.quiet(), recording.watch());
    ListRun<FileInput, FileRecord> run =
        kept == null
            ? new ListRun<>(work, format, settings, streams)
            : new ListRun<>(
                work,
                Printer.of(format),
                settings,
                streams,
                db.place(
                    spec,
                    opening,
                    kept,
                    work,
                    new KeptFiles(operation, results.out()),
                    atOnce,
                    recording.watch()));
    return Stoppable.interruptibly(run, () -> recording.of(run::inputs, run::run));
  }
}
