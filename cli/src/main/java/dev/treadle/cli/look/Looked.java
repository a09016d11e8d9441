package dev.treadle.cli.look;

import dev.treadle.cli.db.JobFile;
import dev.treadle.sqlite.FileStats;
import dev.treadle.sqlite.JobsFile;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The file that is looked at.
final class Looked {
  @Option(
      names = "--db",
      paramLabel = "FILE",
      required = true,
      description = "The file of jobs; a program may have it open, and is asked then.")
  Path file = Path.of("");

  /// Does something with it.
  ///
  /// @param spec the command, which refuses a file that this cannot be done with
  <T> T with(@Nullable CommandSpec spec, Function<JobsFile, T> what) {
    return JobFile.with(spec, file, what);
  }

  /// What to tell if the owner did not say it, but the file.
  ///
  /// @param owner null if there is none
  String caveat(FileStats.@Nullable Owner owner) {
    if (owner == null) {
      return "nobody has " + file + " open now, so nothing runs: this is what the file says\n";
    }
    return owner.answers()
        ? ""
        : owner.words()
            + " has "
            + file
            + " open and does not answer: this is what the file says, which does not know what"
            + " runs\n";
  }
}
