package dev.treadle.cli.runs;

import dev.treadle.Treadle;
import java.nio.file.Path;

/// How a file with jobs is opened.
@FunctionalInterface
public interface Opening {
  /// As [Treadle.Setup#open(Path)] does.
  Opening FILE = Treadle.Setup::open;

  /// Opens it; the file is made if it is not there.
  ///
  /// @throws dev.treadle.StoreException if it cannot be opened, or another process has it open
  Treadle open(Treadle.Setup setup, Path file);
}
