package dev.treadle.cli.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Tells what this process takes at a moment.
interface Gauge {
  /// That of the JVM; resident memory where the system has `/proc`.
  Gauge JVM = () -> new Reading(Jvm.cpuNanos(), Jvm.heap(), Jvm.resident());

  Reading read();

  /// What the process has taken.
  ///
  /// @param cpuNanos CPU time since it began; -1 if that is not known
  /// @param heap bytes of the heap in use
  /// @param resident bytes in memory; -1 if that is not known
  record Reading(long cpuNanos, long heap, long resident) {}

  /// Where the readings come from.
  final class Jvm {
    private static final Path STATUS = Path.of("/proc/self/status");

    private Jvm() {}

    private static long cpuNanos() {
      return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
          ? system.getProcessCpuTime()
          : -1;
    }

    private static long heap() {
      Runtime runtime = Runtime.getRuntime();
      return runtime.totalMemory() - runtime.freeMemory();
    }

    private static long resident() {
      try (Stream<String> lines = Files.lines(STATUS)) {
        return lines
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
            .findFirst()
            .orElse(-1);
      } catch (IOException | RuntimeException e) {
        return -1; // another system
      }
    }
  }
}
