package dev.treadle.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where this project is.
public final class Project {
  private Project() {}

  /// The folder of the whole project.
  public static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException(
            "ARCHITECTURE.md not found above " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }
}
