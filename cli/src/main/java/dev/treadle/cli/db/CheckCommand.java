package dev.treadle.cli.db;

import dev.treadle.Progress;
import dev.treadle.cli.records.Fields;
import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.terminal.Bar;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Meter;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Version;
import dev.treadle.sqlite.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle db check`.
@Command(
    name = "check",
    header = "Looks for what is wrong with a file of jobs.",
    description = "Reads all of it and changes nothing; another process may have it open.",
    footer = {
      "",
      "A record: name, count, examples (ids of jobs, mostly), what, means, mend.",
      "Exit code: 0 nothing is wrong, 1 something is, 2 the file cannot be read, is",
      "none of Treadle's, or wrong usage.",
      "",
      "Example:",
      "  treadle db check jobs.db"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CheckCommand implements Callable<Integer> {
  /// Loaded with the first finding: help does without JSON.
  private static final class Format {
    static final Fields<Finding> FIELDS =
        Fields.<Finding>none()
            .and("name", Finding::name)
            .and("count", Finding::count)
            .and("examples", CheckCommand::examples)
            .and("what", Finding::what)
            .and("means", Finding::means)
            .and("mend", Finding::mend);
  }

  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The file of jobs.")
  Path file = Path.of("");

  @Option(names = "--json", description = "One JSON object a line.")
  boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress, no summary.")
  boolean quiet;

  CheckCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    Stdio streams = stdio.get();
    long began = System.nanoTime();
    AtomicReference<Progress> progress = new AtomicReference<>(Progress.NONE);
    List<Finding> findings;
    try (Meter meter = Meter.start(streams, "checks", Bar.Unit.COUNT, quiet, progress::get)) {
      findings = JobFile.with(spec, file, jobs -> jobs.check(progress::set));
    }
    RecordFormat<Finding> format =
        json ? Format.FIELDS.json() : new FindingFormat(streams.terminal().width());
    try {
      findings.forEach(finding -> streams.print(format.line(finding)));
    } catch (Stdio.Closed e) {
      return findings.isEmpty() ? Exit.OK : Exit.FAILED; // nobody reads on
    }
    if (!quiet) {
      streams.tell(
          "%d checks of %s in %s: %s\n"
              .formatted(
                  progress.get().total(),
                  file,
                  JobFile.seconds(began),
                  findings.isEmpty()
                      ? "nothing is wrong"
                      : findings.size() == 1 ? "1 finding" : findings.size() + " findings"));
    }
    return findings.isEmpty() ? Exit.OK : Exit.FAILED;
  }

  static String examples(Finding finding) {
    return finding.examples().stream().map(String::valueOf).collect(Collectors.joining(" "));
  }
}
