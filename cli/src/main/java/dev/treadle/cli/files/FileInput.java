package dev.treadle.cli.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One file of a run: the input of its task.
///
/// @param path as given, or as found below a folder that was given
/// @param mirror its place below the folder for results
/// @param size in bytes when it was found; 0 where that is not known
/// @param modified when it was changed last, in nanoseconds since 1970; 0 where that is not known
/// @param problem why it cannot even be tried; null if it can
public record FileInput(
    Path path, Path mirror, long size, long modified, @Nullable String problem) {
  /// A file that is known to be there.
  public static FileInput of(Path path) throws IOException {
    return of(path, Results.mirror(path), Files.readAttributes(path, BasicFileAttributes.class));
  }

  /// A file of which this was read.
  static FileInput of(Path path, Path mirror, BasicFileAttributes found) {
    long modified = found.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    return new FileInput(path, mirror, found.size(), modified, null);
  }
}
