package dev.treadle.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/// The most memory that a process has held at once so far, as the kernel counts it (`VmHWM`). Linux
/// only.
final class PeakMemory {
  /// Why a row without it is skipped.
  static final String MISSING = "/proc tells it, and is not there";

  private PeakMemory() {}

  /// Of this process; empty where nothing tells it.
  static OptionalDouble megabytes() {
    return megabytes(ProcessHandle.current().pid());
  }

  /// Of another; empty where nothing tells it, or if it has ended.
  static OptionalDouble megabytes(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmHWM:")) {
          return OptionalDouble.of(Double.parseDouble(line.replaceAll("\\D+", "")) / 1024);
        }
      }
    } catch (IOException e) {
      // Not Linux, or it has just ended.
    }
    return OptionalDouble.empty();
  }
}
