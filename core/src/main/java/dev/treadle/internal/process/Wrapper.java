package dev.treadle.internal.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The tools a process is started through; each puts the next in its own place.
final class Wrapper {
  /// Makes a process the leader of a group of its own; empty where that tool is not to be had.
  static final List<String> GROUP = isTool("setsid") ? List.of("setsid") : List.of();

  private static final boolean LIMITS = isTool("prlimit");

  private static final List<String> TOOLS = List.of("setsid", "prlimit", "nice");

  private Wrapper() {}

  /// Whether the kernel bounds the memory of processes that are started through [#of].
  static boolean limitsMemory() {
    return LIMITS;
  }

  /// A group of its own, no core file, and at most so much writable memory of its own.
  ///
  /// The bound is on data (`RLIMIT_DATA`), not on addresses: a JVM reserves far more of those than
  /// it uses.
  ///
  /// @param data in bytes; 0 for no bound
  static List<String> of(long data) {
    List<String> command = new ArrayList<>(GROUP);
    if (LIMITS) {
      command.addAll(List.of("prlimit", "--core=0"));
      if (data > 0) {
        command.add("--data=" + data);
      }
    }
    return command;
  }

  /// Returns what a command is started through: a group of its own, the limit on open files that
  /// the caller of this JVM has, and its niceness.
  ///
  /// @param nice added to that of this JVM
  static List<String> command(int nice) {
    List<String> tools = new ArrayList<>(GROUP);
    String files = Caller.OPEN_FILES;
    if (LIMITS && files != null) {
      tools.addAll(List.of("prlimit", "--nofile=" + files + ":"));
    }
    if (nice != 0 && isTool("nice")) {
      tools.addAll(List.of("nice", "-n", String.valueOf(nice)));
    }
    return tools;
  }

  /// The name of the last of these tools, which is the one that starts the command.
  static String last(List<String> tools) {
    return tools.reversed().stream().filter(TOOLS::contains).findFirst().orElse("");
  }

  /// A group of its own, and the cores only when nobody else wants them.
  static List<String> background() {
    List<String> command = new ArrayList<>(GROUP);
    if (isTool("nice")) {
      command.addAll(List.of("nice", "-n", "19"));
    }
    return command;
  }

  private static boolean isTool(String name) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String folder : path.split(File.pathSeparator)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
        return true;
      }
    }
    return false;
  }
}
