package dev.treadle.cli.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// How many files this process may open, and has open.
///
/// @param max the most it may open
/// @param open those open now
record OpenFiles(long max, long open) {
  private static final int PER_JOB = 4; // two pipes, and two files for what it prints
  private static final int REST = 16; // to start the first one and to show what one has printed
  private static final int STARTS = 5; // a fifth of them is for starts

  private static final Path PROC = Path.of("/proc/self");
  private static final String LIMIT = "Max open files";

  /// Those of this process; without bound where nobody can tell.
  static OpenFiles ofProcess() {
    try (Stream<String> limits = Files.lines(PROC.resolve("limits"));
        Stream<Path> files = Files.list(PROC.resolve("fd"))) {
      String soft =
          limits
              .filter(line -> line.startsWith(LIMIT))
              .map(line -> line.substring(LIMIT.length()).strip().split("\\s+")[0])
              .findFirst()
              .orElse("");
      return new OpenFiles(
          soft.matches("\\d{1,18}") ? Long.parseLong(soft) : Long.MAX_VALUE, files.count());
    } catch (IOException e) {
      return new OpenFiles(Long.MAX_VALUE, 0);
    }
  }

  /// How many jobs can run at once, of so many that are wanted: 1 at least.
  int jobs(int wanted) {
    return (int) Math.clamp((max - max / STARTS - open - REST) / PER_JOB, 1, wanted);
  }
}
