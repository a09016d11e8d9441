package dev.treadle.cli.db;

import dev.treadle.StoreException;
import dev.treadle.cli.runs.Opening;
import dev.treadle.cli.runs.RunFile;
import dev.treadle.cli.terminal.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/// Opens the file that was named: one that is there, for nobody wants a new one here.
final class JobFile {
  private JobFile() {}

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
