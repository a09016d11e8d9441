package dev.treadle.cli.db;

import dev.treadle.Progress;
import dev.treadle.StoreException;
import dev.treadle.cli.terminal.Bar;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.Meter;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.cli.terminal.Version;
import dev.treadle.sqlite.JobsFile;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle db import`.
@Command(
    name = "import",
    header = "Makes a file of jobs from what 'treadle db export' wrote.",
    description =
        "All of it or nothing: what is wrong with a line is told with its number, and there is no"
            + " file then.",
    footer = {
      "",
      "Jobs that have not ended run once a program opens the file: end the one that",
      "works on the old file first, or they run twice.",
      "Exit code: 0, or 2: a line is wrong, the file has jobs, or wrong usage.",
      "",
      "Examples:",
      "  treadle db import new.db jobs.jsonl",
      "  treadle db export old.db | treadle db import new.db -"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ImportCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "A new file, or one that never had a job.")
  Path file = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "LINES",
      description = "What was exported; - for standard input.")
  Path lines = Path.of("");

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress, no summary.")
  boolean quiet;

  ImportCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() throws IOException {
    Stdio streams = stdio.get();
    long began = System.nanoTime();
    long jobs;
    if (lines.toString().equals("-")) {
      AtomicReference<Progress> progress = new AtomicReference<>(Progress.NONE);
      try (Meter meter = Meter.start(streams, "imported", Bar.Unit.COUNT, quiet, progress::get)) {
        jobs = load(streams.in(), progress);
      }
    } else {
      jobs = loadFile(streams);
    }
    if (!quiet) {
      streams.tell(
          "imported %s %s in %s\n"
              .formatted(Columns.number(jobs), jobs == 1 ? "job" : "jobs", JobFile.seconds(began)));
    }
    return Exit.OK;
  }

  private long loadFile(Stdio streams) throws IOException {
    if (!Files.isRegularFile(lines)) {
      throw Usage.wrong(
          spec, lines + (Files.exists(lines) ? ": is no file" : ": there is no such file"));
    }
    long size = Files.size(lines);
    try (FileInputStream in = new FileInputStream(lines.toFile());
        Meter meter =
            Meter.start(
                streams,
                "imported",
                Bar.Unit.BYTES,
                quiet,
                () -> new Progress(position(in.getChannel()), size, 0))) {
      return load(in, new AtomicReference<>(Progress.NONE));
    }
  }

  private static long position(FileChannel channel) {
    try {
      return channel.position();
    } catch (IOException e) {
      return 0; // It was closed: nothing more is shown.
    }
  }

  private long load(InputStream in, AtomicReference<Progress> progress) {
    try {
      return JobsFile.load(file, in, progress::set);
    } catch (StoreException e) {
      throw Usage.wrong(spec, String.valueOf(e.getMessage()));
    }
  }
}
