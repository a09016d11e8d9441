package dev.treadle.cli.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The open files of this process: how many it may have, and how many it has.
///
/// @param max the most it may open
/// @param open those open now
public record OpenFiles(long max, long open) {
  private static final Path PROC = Path.of("/proc/self");
  private static final String LIMIT = "Max open files";

  /// Returns those of this process; without bound where nobody can tell.
  public static OpenFiles ofProcess() {
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

  /// Returns how many things that need open files can be under way at once, at least 1.
  ///
  /// @param wanted how many are wanted
  /// @param each open files that one of them needs
  /// @param reserved open files that are kept for all else
  public int atOnce(int wanted, int each, long reserved) {
    return (int) Math.clamp((max - open - reserved) / each, 1, wanted);
  }
}
