package dev.treadle.cli.runs;

import dev.treadle.Treadle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A file of jobs somewhere in the folder for temporary files, whatever path it is opened by. It is
/// deleted at the end.
public final class TemporaryFile implements Opening, AutoCloseable {
  private final Path folder;

  public TemporaryFile() {
    try {
      folder = Files.createTempDirectory("treadle-test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Treadle open(Treadle.Setup setup, Path file) {
    return Opening.FILE.open(setup, folder.resolve(file.getFileName()));
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
