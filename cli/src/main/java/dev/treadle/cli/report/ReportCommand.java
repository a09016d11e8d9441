package dev.treadle.cli.report;

import dev.treadle.cli.db.JobFile;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `treadle report`.
@Command(
    name = "report",
    header = "Writes a page about a file of jobs: counts, figures, failures, slowest jobs, runs.",
    description = {
      "HTML for a browser, without scripts and without a network. Changes nothing in the file; a"
          + " program may have it open. A page about one run writes --report of 'treadle scrape',"
          + " 'files' and 'map'."
    },
    footer = {
      "",
      "Exit code: 0, 1: the page cannot be written, or 2: the file cannot be read, is none",
      "of Treadle's, or wrong usage.",
      "",
      "Examples:",
      "  treadle report --db jobs.db --out report.html",
      "  treadle report --db jobs.db > report.html"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class ReportCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Option(
      names = "--db",
      paramLabel = "FILE",
      required = true,
      description = "The file of jobs; a program may have it open, and is asked then.")
  Path db = Path.of("");

  @Option(
      names = {"-o", "--out"},
      paramLabel = "PAGE",
      description =
          "Writes to PAGE, whole or not at all; replaces an older report and nothing else. Default:"
              + " standard output.")
  @Nullable Path out;

  /// The command over these streams.
  public ReportCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    ReportFile target = out == null ? null : new ReportFile(out);
    String problem = target == null ? null : target.problem();
    if (problem != null) {
      throw Usage.wrong(spec, "--out " + out + ": " + problem);
    }
    String page = JobFile.with(spec, db, file -> new FileLook(file).page(Instant.now())).html();
    Stdio streams = stdio.get();
    if (target == null) {
      try {
        streams.print(page);
      } catch (Stdio.Closed e) {
        return Exit.OK; // nobody reads on
      }
      return Exit.OK;
    }
    try {
      target.write(page);
    } catch (IOException e) {
      streams.tell(
          "treadle report: --out %s: cannot be written: %s\n"
              .formatted(target.path(), ReportFile.words(e)));
      return Exit.FAILED;
    }
    return Exit.OK;
  }
}
