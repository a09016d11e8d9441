package dev.treadle.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The command as a process of its own.
public final class CliProcess {
  private CliProcess() {}

  /// What to start, for a [ProcessBuilder].
  ///
  /// @param flags further flags for the JVM
  public static List<String> command(List<String> flags, String... args) {
    List<String> command = new ArrayList<>();
    if (ignoresInterrupts()) {
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.treadle.cli.Main"));
    command.addAll(List.of(args));
    return command;
  }

  // As where a shell without job control has put the build into the background. Children inherit
  // that, and Java then leaves the signal alone.
  private static boolean ignoresInterrupts() {
    try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
      return status
          .filter(line -> line.startsWith("SigIgn:"))
          .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 0b10) != 0);
    } catch (IOException e) {
      return false; // not on Linux
    }
  }
}
