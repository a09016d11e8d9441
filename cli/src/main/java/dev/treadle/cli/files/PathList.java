package dev.treadle.cli.files;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A list of paths from a stream, read to its end before the first file.
final class PathList {
  /// The most paths of a list. All are kept, to see which results would mix.
  static final int PATHS_MAX = 100_000;

  private static final int LENGTH_MAX = 64 * 1024;

  private PathList() {}

  /// The list cannot be taken as it is.
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  /// Reads paths; empty ones are passed over.
  ///
  /// @param end what ends a path: a line feed or NUL
  static List<Path> read(InputStream in, char end) throws IOException, Refused {
    InputStream bytes = new BufferedInputStream(in, 64 * 1024);
    List<Path> paths = new ArrayList<>();
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    for (int c = bytes.read(); c >= 0; c = bytes.read()) {
      if (c == end) {
        add(path, paths);
      } else if (path.size() == LENGTH_MAX) {
        throw new Refused(where(paths) + " is longer than 64 KiB");
      } else {
        path.write(c);
      }
    }
    add(path, paths);
    return paths;
  }

  private static String where(List<Path> paths) {
    return "the path after the first " + paths.size() + " of the list";
  }

  private static void add(ByteArrayOutputStream path, List<Path> paths) throws Refused {
    if (path.size() == 0) {
      return;
    }
    if (paths.size() == PATHS_MAX) {
      throw new Refused(
          "the list has more than 100,000 paths; split it, or read folders with -r and --include");
    }
    try {
      paths.add(
          Path.of(
              StandardCharsets.UTF_8
                  .newDecoder()
                  .decode(ByteBuffer.wrap(path.toByteArray()))
                  .toString()));
    } catch (CharacterCodingException e) {
      throw new Refused(where(paths) + " is not valid UTF-8; rename the file, as with convmv");
    } catch (InvalidPathException e) {
      throw new Refused(
          where(paths) + " holds a NUL or a sign no name can; if NUL ends the paths: --null");
    }
    path.reset();
  }
}
