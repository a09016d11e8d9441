package dev.treadle.internal.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// All processes of this machine at one moment, by their parent and by their session.
///
/// It finds what the list of children of a process does not: members of its session whose parents
/// have ended.
final class ProcessTable {
  private static final Path PROC = Path.of("/proc");
  private static final int PARENT = 1; // fields of /proc/PID/stat that follow the name
  private static final int SESSION = 3;

  private static final Object TAKING = new Object();
  private static ProcessTable latest = new ProcessTable(); // guarded by TAKING

  private final long begun = System.nanoTime();
  private final Map<Long, List<Long>> children = new HashMap<>();
  private final Map<Long, List<Long>> sessions = new HashMap<>();

  private ProcessTable() {}

  /// A table that was begun after this call. Calls at the same time share one, since each reads a
  /// file for every process.
  static ProcessTable now() {
    long called = System.nanoTime();
    synchronized (TAKING) {
      if (latest.begun - called <= 0) {
        ProcessTable fresh = new ProcessTable();
        fresh.read();
        latest = fresh;
      }
      return latest;
    }
  }

  private void read() {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path process : processes) {
        read(process);
      }
    } catch (IOException e) {
      // There is no /proc: whoever asks makes do with what the JDK knows.
    }
  }

  private void read(Path process) {
    try {
      long pid = Long.parseLong(process.getFileName().toString());
      String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
      // The name may hold blanks and brackets: what counts is after the last.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      add(children, Long.parseLong(fields[PARENT]), pid);
      add(sessions, Long.parseLong(fields[SESSION]), pid);
    } catch (IOException | RuntimeException e) {
      // It has ended since its folder was listed.
    }
  }

  private static void add(Map<Long, List<Long>> to, long key, long pid) {
    to.computeIfAbsent(key, unused -> new ArrayList<>()).add(pid);
  }

  /// The processes that descend from these or are in a session that one of these leads, without
  /// these themselves.
  Set<Long> below(Collection<Long> roots) {
    Set<Long> found = new HashSet<>(roots);
    Deque<Long> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      long pid = open.remove();
      for (Map<Long, List<Long>> each : List.of(children, sessions)) {
        for (long member : each.getOrDefault(pid, List.of())) {
          if (found.add(member)) {
            open.add(member);
          }
        }
      }
    }
    found.removeAll(roots);
    return found;
  }
}
