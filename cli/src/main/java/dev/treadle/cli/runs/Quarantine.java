package dev.treadle.cli.runs;

import dev.treadle.StoreException;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.sqlite.JobsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Inputs that ran when the process that worked on them was killed: any of them may have ended it,
/// so they run one at a time.
final class Quarantine {
  private Quarantine() {}

  /// Returns how many jobs of the queue have not ended and ran when a process was killed.
  ///
  /// @param file may not be there yet
  static long lost(Path file, String queue) {
    try {
      return Files.isRegularFile(file) && Files.size(file) > 0 ? JobsFile.at(file).lost(queue) : 0;
    } catch (StoreException e) {
      return 0; // whoever opens it next says what is wrong, or mends it
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /// Returns what to say of more than one.
  static String notice(long lost) {
    return Columns.number(lost)
        + " inputs ran when the process before was killed; as one of them may have ended it, they"
        + " run one at a time now (--no-quarantine: as all others)";
  }
}
