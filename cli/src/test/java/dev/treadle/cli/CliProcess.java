package dev.treadle.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command as a process of its own.
public final class CliProcess {
  private CliProcess() {}

  /// What to start, for a [ProcessBuilder].
  ///
  /// @param flags further flags for the JVM
  public static List<String> command(List<String> flags, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.treadle.cli.Main"));
    command.addAll(List.of(args));
    return command;
  }
}
