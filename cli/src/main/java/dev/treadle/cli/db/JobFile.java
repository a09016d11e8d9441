package dev.treadle.cli.db;

import dev.treadle.StoreException;
import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.runs.RunFile;
import dev.treadle.cli.terminal.Usage;
import dev.treadle.sqlite.JobsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/// Opens the file that was named: one that is there, for nobody wants a new one here.
public final class JobFile {
  private JobFile() {}

  /// Does something with it.
  ///
  /// @param spec the command, which refuses a file that this cannot be done with
  public static <T> T with(@Nullable CommandSpec spec, Path file, Function<JobsFile, T> what) {
    try {
      return what.apply(JobsFile.at(file));
    } catch (StoreException e) {
      throw Usage.wrong(spec, String.valueOf(e.getMessage()));
    }
  }

  /// The time since then, for a summary.
  static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - nanos) / 1e9);
  }

  /// The runs in it.
  ///
  /// @param spec the command, which refuses a file that cannot be opened
  static RunFile runs(@Nullable CommandSpec spec, Opening opening, Path file) {
    if (!Files.isRegularFile(file)) {
      throw Usage.wrong(
          spec, file + (Files.exists(file) ? ": is no file" : ": there is no such file"));
    }
    try {
      return new RunFile(opening, file);
    } catch (StoreException e) {
      throw Usage.wrong(spec, file + ": " + e.getMessage());
    }
  }
}
