package dev.treadle.functional;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Processes of this machine that nobody here started.
final class Processes {
  private Processes() {}

  /// Returns when a process has ended. Whether its end was noted by who should is no matter:
  /// `ProcessHandle` takes that for life.
  static void awaitEnd(long pid) {
    while (runs(pid)) {
      Thread.onSpinWait();
    }
  }

  /// Whether a process runs.
  static boolean runs(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }
}
