package dev.treadle.internal.process;

import dev.treadle.Command;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Looks for the programs of commands: behind a wrapper, that one is missing would come as an exit
/// code of the wrapper.
final class Programs {
  // What arguments of programs are encoded in.
  private static final Charset NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding"), StandardCharsets.UTF_8);

  /// Where the C library looks if there is no PATH.
  private static final String DEFAULT_PATH = "/bin:/usr/bin";

  private Programs() {}

  /// @throws IOException if there is no such program, or it may not be run
  static void check(Command command, ProcessBuilder builder) throws IOException {
    for (String word : command.argv()) {
      // Java would write a question mark in place of what it cannot encode.
      if (!NAMES.newEncoder().canEncode(word)) {
        throw new IOException(
            "the argument '%s' cannot be written in %s; run Java with LC_ALL=C.UTF-8"
                .formatted(word, NAMES));
      }
    }
    String program = command.argv().getFirst();
    Path directory = command.directory() == null ? Path.of("") : command.directory();
    if (!Files.isDirectory(directory.toAbsolutePath())) {
      throw new IOException("there is no folder " + directory + " to run " + program + " in");
    }
    if (program.contains("/")) {
      Path file = directory.resolve(program);
      checkFile(program, file);
      Interpreter.check(program, file, directory);
      return;
    }
    String path = builder.environment().getOrDefault("PATH", DEFAULT_PATH);
    for (String folder : path.split(File.pathSeparator)) {
      Path found = directory.resolve(folder.isEmpty() ? "." : folder).resolve(program);
      if (Files.isExecutable(found) && !Files.isDirectory(found)) {
        Interpreter.check(program, found, directory);
        return;
      }
    }
    throw new IOException("no program " + program + " is in the folders of PATH");
  }

  private static void checkFile(String program, Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException("there is no program " + program);
    }
    if (Files.isDirectory(file) || !Files.isExecutable(file)) {
      throw new IOException(program + " may not be run");
    }
  }
}
