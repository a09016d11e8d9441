package dev.treadle.cli.files;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Names of files as text. On Linux a name is any bytes: one that is not text cannot be written in
/// a record, and two such names may look the same as text.
final class Names {
  private static final char LOST = '\uFFFD';

  private Names() {}

  /// Returns whether the path is the one that its text stands for.
  static boolean isText(Path path) {
    String text = path.toString();
    try {
      return text.indexOf(LOST) < 0 && text.indexOf('?') < 0 || path.equals(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /// Returns what to tell of a path that is not text.
  static String problem(Path path) {
    return "its name is not valid UTF-8: $'%s'; rename it, as with convmv".formatted(bytes(path));
  }

  // Only as part of a URI does a path show its bytes.
  private static String bytes(Path path) {
    @Nullable Path name = path.getFileName();
    if (name == null) {
      return "";
    }
    String uri = name.toUri().getRawPath().replaceFirst("/$", "");
    return uri.substring(uri.lastIndexOf('/') + 1).replace("%", "\\x");
  }
}
