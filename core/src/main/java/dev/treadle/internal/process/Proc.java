package dev.treadle.internal.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the kernel tells of processes in `/proc`, where there is one.
final class Proc {
  private static final long TICK_NANOS = 10_000_000; // USER_HZ is 100 on every Linux

  private static final boolean KNOWS_CHILDREN =
      Files.isReadable(Path.of("/proc/thread-self/children"));

  private Proc() {}

  /// What a process uses.
  ///
  /// @param residentBytes memory it has resident now
  /// @param cpuNanos CPU time of it and of its children that have ended
  /// @param stopped whether it was stopped, as by SIGSTOP
  record Use(long residentBytes, long cpuNanos, boolean stopped) {
    static final Use NOTHING = new Use(0, 0, false);

    Use plus(Use other) {
      return new Use(
          residentBytes + other.residentBytes, cpuNanos + other.cpuNanos, stopped || other.stopped);
    }
  }

  /// What a process uses; nothing if it is gone or nobody can tell.
  static Use of(long pid) {
    Path folder = Path.of("/proc", String.valueOf(pid));
    try {
      String stat = Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
      // The second field, the name, may hold blanks and brackets: what counts is after the last.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      long ticks = 0;
      for (int i = 11; i <= 14; i++) {
        ticks += Long.parseLong(fields[i]); // utime, stime, cutime, cstime
      }
      // Not from the same line, where it counts in pages, of a size that is not told.
      long resident = kibibytes(Files.readAllLines(folder.resolve("status")), "VmRSS:");
      return new Use(resident, ticks * TICK_NANOS, fields[0].equals("T"));
    } catch (IOException | RuntimeException e) {
      return Use.NOTHING;
    }
  }

  /// Returns how many files this process may open; the largest number where nobody can tell.
  static long openFilesMax() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        if (line.startsWith("Max open files")) {
          return Long.parseLong(line.split("\\s+")[3]);
        }
      }
    } catch (IOException | RuntimeException e) {
      // There is no /proc, or no limit.
    }
    return Long.MAX_VALUE;
  }

  /// The process group of a process; -1 if it is gone or nobody can tell.
  static long group(long pid) {
    try {
      String stat =
          Files.readString(
              Path.of("/proc", String.valueOf(pid), "stat"), StandardCharsets.ISO_8859_1);
      return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[2]);
    } catch (IOException | RuntimeException e) {
      return -1;
    }
  }

  /// What a process and all that it started use.
  static Use ofTree(long pid) {
    Use use = of(pid);
    for (long child : children(pid)) {
      use = use.plus(ofTree(child));
    }
    return use;
  }

  /// All that a process started and that is still its own.
  static List<ProcessHandle> descendants(ProcessHandle process) {
    if (!KNOWS_CHILDREN) {
      return process.descendants().toList();
    }
    List<ProcessHandle> all = new ArrayList<>();
    for (long child : children(process.pid())) {
      ProcessHandle.of(child)
          .ifPresent(found -> {
            all.add(found);
            all.addAll(descendants(found));
          });
    }
    return all;
  }

  // ProcessHandle reads all of /proc for that, which takes as long as the rest of a kill.
  private static List<Long> children(long pid) {
    List<Long> children = new ArrayList<>();
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc", String.valueOf(pid), "task"))) {
      for (Path thread : threads) {
        for (String child : Files.readString(thread.resolve("children")).split(" ")) {
          if (!child.isBlank()) {
            children.add(Long.parseLong(child));
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      // It is gone, or nobody can tell.
    }
    return children;
  }

  /// Whether little memory is left: less than this, or a twentieth of all. False where nobody can
  /// tell.
  static boolean isMemoryLow(long wanted) {
    try {
      List<String> lines = Files.readAllLines(Path.of("/proc/meminfo"));
      long available = kibibytes(lines, "MemAvailable:");
      return available < Math.max(wanted, kibibytes(lines, "MemTotal:") / 20);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static long kibibytes(List<String> lines, String name) {
    for (String line : lines) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IllegalStateException("no " + name);
  }
}
