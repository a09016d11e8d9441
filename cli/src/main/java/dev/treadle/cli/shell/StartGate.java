package dev.treadle.cli.shell;

import dev.treadle.JobContext;
import dev.treadle.cli.terminal.SizeConverter;
import dev.treadle.cli.terminal.Usage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options that hold jobs back while the machine is busy. Thread-safe, once they are read.
final class StartGate {
  private static final long LOOK_MILLIS = 1_000; // nobody reports a change of load or memory
  private static final long RECENT_NANOS = 1_000_000_000; // what started since may not show yet

  @Option(
      names = "--load",
      paramLabel = "N",
      description =
          "Starts no job while N threads or more want to run on this machine, or N%% of its cores:"
              + " 4, 75%%. Default: no limit.")
  @Nullable String load;

  @Option(
      names = "--memfree",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "Starts no job while less memory is available on this machine: 500MB, 2g."
              + " Default: no limit.")
  @Nullable Long memory;

  private final Deque<Long> starts = new ArrayDeque<>(); // of the last second; guarded by this

  /// Refuses what makes no sense.
  void check(@Nullable CommandSpec spec) {
    if (load != null && !load.matches("\\d{1,6}(\\.\\d{1,6})?%?")) {
      throw Usage.wrong(spec, "--load is a number or a share of the cores: 4, 1.5, 75%");
    }
    if (load != null && threadsMax() <= 0) {
      throw Usage.wrong(spec, "--load must be more than 0");
    }
  }

  private double threadsMax() {
    String text = String.valueOf(load);
    return text.endsWith("%")
        ? Double.parseDouble(text.substring(0, text.length() - 1))
            / 100
            * Runtime.getRuntime().availableProcessors()
        : Double.parseDouble(text);
  }

  /// Waits until a job may start.
  ///
  /// @throws CancellationException if the job was cancelled meanwhile
  synchronized void await(JobContext job) {
    try {
      while (!isOpen(System.nanoTime())) {
        job.checkCancelled();
        wait(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("asked to end before it was started");
    }
  }

  private synchronized boolean isOpen(long now) {
    while (!starts.isEmpty() && now - starts.getFirst() > RECENT_NANOS) {
      starts.removeFirst();
    }
    boolean open =
        (load == null || threads() + starts.size() < threadsMax())
            && (memory == null || available() >= memory);
    if (open && load != null) {
      starts.add(now);
    }
    return open;
  }

  // The fourth field counts this thread too: "0.20 0.18 0.12 1/80 11206".
  private static double threads() {
    try {
      String running = Files.readString(Path.of("/proc/loadavg")).split("[ /]")[3];
      return Integer.parseInt(running) - 1;
    } catch (IOException | RuntimeException e) {
      return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
  }

  private static long available() {
    try {
      return Files.readAllLines(Path.of("/proc/meminfo")).stream()
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(Long.MAX_VALUE);
    } catch (IOException e) {
      return Long.MAX_VALUE; // nobody can tell
    }
  }
}
