package dev.treadle.internal.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The program that a script names in its first line, after `#!`.
///
/// A missing one looks like a missing script to whoever starts it, and so it is looked for before.
final class Interpreter {
  private static final int LINE_MAX = 255; // the kernel reads no more
  private static final int NESTED_MAX = 5;

  private Interpreter() {}

  /// Checks the interpreter of a script; nothing for other files.
  ///
  /// @param program how the script was named, for the words
  /// @throws IOException if it is not there or may not be run
  static void check(String program, Path script, Path directory) throws IOException {
    Path file = script;
    for (int depth = 0; depth < NESTED_MAX; depth++) {
      String named = named(file);
      if (named.isEmpty()) {
        return;
      }
      Path interpreter = directory.resolve(named.replace("\r", ""));
      String first =
          "%s could not be started: its first line names %s, ".formatted(program, named.strip());
      if (named.endsWith("\r") && !Files.exists(directory.resolve(named))) {
        throw new IOException(
            first
                + "followed by a carriage return: its lines end as on Windows; write it with line feeds only");
      }
      if (!Files.exists(interpreter)) {
        throw new IOException(first + "which is not there");
      }
      if (Files.isDirectory(interpreter) || !Files.isExecutable(interpreter)) {
        throw new IOException(first + "which may not be run");
      }
      file = interpreter;
    }
  }

  // Empty if there is none, or the file may not be read: then the kernel says what there is to say.
  private static String named(Path file) {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(LINE_MAX);
    } catch (IOException e) {
      return "";
    }
    String text = new String(start, StandardCharsets.UTF_8);
    if (!text.startsWith("#!")) {
      return "";
    }
    int end = text.indexOf('\n');
    String line = end < 0 ? text.substring(2) : text.substring(2, end);
    line = line.replaceFirst("^[ \t]+", "");
    return line.split("[ \t]", 2)[0];
  }
}
