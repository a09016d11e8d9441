package dev.treadle.cli.shell;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A folder for files that nobody needs after the run, open to nobody else.
///
/// @param path where it is
record TemporaryFolder(Path path) implements Closeable {
  /// A new one.
  static TemporaryFolder create() throws IOException {
    return new TemporaryFolder(Files.createTempDirectory("treadle-map"));
  }

  /// Deletes it, with what a run that was interrupted has left in it.
  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.deleteIfExists(file);
      }
    }
    Files.delete(path);
  }
}
