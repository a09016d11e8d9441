package dev.treadle.cli.db;

import dev.treadle.Progress;
import dev.treadle.StoreException;
import dev.treadle.cli.records.NewFile;
import dev.treadle.cli.terminal.Bar;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.IoProblem;
import dev.treadle.cli.terminal.Meter;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import dev.treadle.sqlite.JobsFile;
import dev.treadle.sqlite.Selection;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle db export`.
@Command(
    name = "export",
    header = "Writes the jobs of a file as JSON, an object a line.",
    description =
        "All as they stand at one moment. It changes nothing; another process may have the file"
            + " open.",
    footer = {
      "",
      "The first line names the format, the last one says how many jobs there were.",
      "'treadle db import' takes an export of all jobs.",
      "Exit code: 0, 1 a part of the file cannot be read or the disk is full, 2 the",
      "file cannot be read at all, is none of Treadle's, or wrong usage.",
      "",
      "Examples:",
      "  treadle db export jobs.db --out jobs.jsonl",
      "  treadle db export jobs.db --states failed | jq .detail.error"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ExportCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The file of jobs.")
  Path file = Path.of("");

  @Option(
      names = {"-o", "--out"},
      paramLabel = "LINES",
      description = "Writes to a new file LINES, for its owner alone; it appears when it is whole.")
  @Nullable Path out;

  @Option(
      names = "--states",
      paramLabel = "STATE",
      split = ",",
      description = "Only jobs in these states: ${COMPLETION-CANDIDATES}.")
  List<Selection.State> states = List.of();

  @Option(
      names = "--task",
      paramLabel = "NAME",
      description = "Only jobs of this task; may be given several times.")
  List<String> tasks = List.of();

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress, no summary.")
  boolean quiet;

  ExportCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    Stdio streams = stdio.get();
    Path lines = out;
    if (lines != null && Files.exists(lines, LinkOption.NOFOLLOW_LINKS)) {
      throw Usage.wrong(
          spec, "--out " + lines + ": is there already; name a new file, or delete it");
    }
    if (lines != null && !Files.isDirectory(folder(lines))) {
      throw Usage.wrong(
          spec, "--out " + lines + ": there is no folder " + folder(lines) + "; make it first");
    }
    long began = System.nanoTime();
    AtomicReference<Progress> progress = new AtomicReference<>(Progress.NONE);
    boolean silent = quiet || lines == null && streams.terminal().out();
    try (Meter meter = Meter.start(streams, "exported", Bar.Unit.COUNT, silent, progress::get)) {
      if (lines == null) {
        write(new BufferedOutputStream(streams.printing(), 1 << 16), progress);
      } else {
        writeWhole(lines, progress);
      }
    } catch (Stdio.Closed e) {
      return Exit.OK; // nobody reads on
    }
    if (!quiet) {
      long jobs = progress.get().done();
      streams.tell(
          "exported %s %s in %s\n"
              .formatted(Columns.number(jobs), jobs == 1 ? "job" : "jobs", JobFile.seconds(began)));
    }
    return Exit.OK;
  }

  private void writeWhole(Path lines, AtomicReference<Progress> progress) {
    try (NewFile file = NewFile.at(lines)) {
      try (OutputStream to =
          new BufferedOutputStream(Channels.newOutputStream(file.channel()), 1 << 16)) {
        write(to, progress);
      }
      file.appear(NewFile.Replace.NOTHING);
    } catch (IOException e) {
      throw unwritten(lines, e);
    } catch (UncheckedIOException e) {
      throw unwritten(
          lines, Objects.requireNonNull(e.getCause())); // an UncheckedIOException has one
    }
  }

  private static Path folder(Path file) {
    Path absolute = file.toAbsolutePath();
    Path parent = absolute.getParent();
    return parent == null ? absolute : parent;
  }

  private static StoreException unwritten(Path lines, IOException e) {
    return new StoreException("--out " + lines + ": cannot be written: " + IoProblem.of(e), e);
  }

  private void write(OutputStream to, AtomicReference<Progress> progress) {
    Selection which = new Selection(Set.copyOf(states), Set.copyOf(tasks));
    JobsFile jobs = JobFile.with(spec, file, Function.identity());
    long unused = jobs.export(which, to, progress::set);
  }
}
