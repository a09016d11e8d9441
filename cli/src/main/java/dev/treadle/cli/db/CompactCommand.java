package dev.treadle.cli.db;

import dev.treadle.cli.terminal.Exit;
import dev.treadle.cli.terminal.SizeConverter;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Version;
import dev.treadle.sqlite.Compaction;
import dev.treadle.sqlite.JobsFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `treadle db compact`.
@Command(
    name = "compact",
    header = "Gives back to the disk what a file of jobs no longer uses.",
    description = {
      "No other process may have the file open. Until it is done, it takes twice the room on the"
          + " disk that the jobs in it need. Killed midway, the file is as it was."
    },
    footer = {
      "",
      "Exit code: 0, or 2: the file is in use, there is no room, or wrong usage.",
      "",
      "Example:",
      "  treadle db compact jobs.db"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CompactCommand implements Callable<Integer> {
  private final Supplier<Stdio> stdio;

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The file of jobs.")
  Path file = Path.of("");

  CompactCommand(Supplier<Stdio> stdio) {
    this.stdio = stdio;
  }

  @Override
  public Integer call() {
    Stdio streams = stdio.get();
    long began = System.nanoTime();
    Compaction done = JobFile.with(spec, file, JobsFile::compact);
    streams.tell(
        "compacted %s in %s: %s before, %s after\n"
            .formatted(
                file,
                JobFile.seconds(began),
                SizeConverter.format(done.before()),
                SizeConverter.format(done.after())));
    if (done.awaited()) {
      streams.tell("another process still reads what was there before: the rest follows then\n");
    }
    return Exit.OK;
  }
}
