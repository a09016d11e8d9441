package dev.treadle.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A folder for large files, on a disk, gone when it is closed.
///
/// @param folder exists, and was empty
record Scratch(Path folder) implements AutoCloseable {
  /// One with so many bytes free; empty if there is no room.
  static Optional<Scratch> withRoom(long bytes) throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    for (Path place : List.of(temporary, Path.of("/var/tmp"))) {
      // Files in a tmpfs take the memory that is to be measured.
      if (Files.isWritable(place)
          && !Files.getFileStore(place).type().equals("tmpfs")
          && Files.getFileStore(place).getUsableSpace() >= bytes) {
        return Optional.of(new Scratch(Files.createTempDirectory(place, "treadle-bench")));
      }
    }
    return Optional.empty();
  }

  /// Removes what is below a folder, and the folder.
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() throws IOException {
    delete(folder);
  }
}
