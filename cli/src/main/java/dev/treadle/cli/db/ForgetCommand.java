package dev.treadle.cli.db;

import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.runs.RunFile;
import dev.treadle.cli.runs.Runs;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import dev.treadle.sqlite.KeyCounts;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle db forget`.
@Command(
    name = "forget",
    header = "Deletes a run from a file: its command line then begins anew.",
    description = "What it wrote elsewhere, such as the results of files upper, stays.",
    footer = {
      "",
      "Exit code: 0, or 2 for wrong usage.",
      "",
      "Example:",
      "  treadle db forget 3f2a jobs.db       the run whose name begins so"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ForgetCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;
  private final Opening opening;

  @Spec @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "The run, as 'treadle db runs' names it, or the first of its name.")
  String run = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "The file that --db named.")
  Path file = Path.of("");

  ForgetCommand(Supplier<Stdio> stdio, Opening opening) {
    this.stdio = stdio;
    this.opening = opening;
  }

  @Override
  public Integer call() {
    RunFormat.Counted found =
        JobFile.with(
            spec,
            file,
            jobs -> {
              Runs runs = new Runs(jobs);
              Runs.Known run = find(runs.all());
              return new RunFormat.Counted(run, runs.counts(run));
            });
    KeyCounts counts = found.counts();
    long inputs = counts.succeeded() + counts.unsuccessful() + counts.unended();
    try (RunFile runs = JobFile.runs(spec, opening, file)) {
      runs.forget(found.run().id());
      stdio
          .get()
          .tell(
              "forgot run %s: %s %s\n"
                  .formatted(
                      found.run().id(), Columns.number(inputs), inputs == 1 ? "input" : "inputs"));
    }
    return Exit.OK;
  }

  private Runs.Known find(List<Runs.Known> all) {
    String begin = run.toLowerCase(Locale.ROOT);
    List<Runs.Known> found =
        all.stream().filter(each -> !begin.isEmpty() && each.id().startsWith(begin)).toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    if (found.isEmpty()) {
      throw Usage.wrong(
          spec,
          "no run in " + file + " is named '" + run + "'; to list them: treadle db runs " + file);
    }
    throw Usage.wrong(
        spec,
        "'%s' is the beginning of %d runs: %s"
            .formatted(
                run,
                found.size(),
                found.stream().map(Runs.Known::id).collect(Collectors.joining(", "))));
  }
}
