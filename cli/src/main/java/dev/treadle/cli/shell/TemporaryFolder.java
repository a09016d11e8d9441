package dev.treadle.cli.shell;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A folder for files that nobody needs after the run, open to nobody else.
///
/// @param path where it is
record TemporaryFolder(Path path) implements Closeable {
  private static final int TRIES_MAX = 10;

  /// A new one.
  static TemporaryFolder create() throws IOException {
    return new TemporaryFolder(Files.createTempDirectory("treadle-map"));
  }

  /// Deletes it, with what a run that was interrupted has left in it.
  @Override
  public void close() throws IOException {
    for (int tries = TRIES_MAX; tries > 0 && Files.exists(path); tries--) {
      try (Stream<Path> files = Files.list(path)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Files.deleteIfExists(file);
        }
      }
      try {
        Files.delete(path);
      } catch (DirectoryNotEmptyException e) {
        // An attempt that was beginning when it was cancelled has made its files just now.
      }
    }
  }
}
