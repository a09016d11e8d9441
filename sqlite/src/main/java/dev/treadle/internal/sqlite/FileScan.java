package dev.treadle.internal.sqlite;

import dev.treadle.StoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A look at every row of a file by the code that reads it when a store is open: what an open, a
/// read, `check` and an import find damaged is the same.
public final class FileScan {
  private static final String UNENDED =
      " WHERE NOT EXISTS (SELECT 1 FROM done d WHERE d.id = j.id) ORDER BY j.id";

  /// What is said begins so of a job whose task the file does not name, or not so that it can be
  /// read.
  public static final String UNNAMED = Kinds.UNNAMED;

  private FileScan() {}

  /// Hears of what is damaged.
  @FunctionalInterface
  public interface Faults {
    /// A fault.
    ///
    /// @param job the job that it concerns, or 0 if it concerns settings
    void found(long job, String what);
  }

  /// Reads all there is. Leaves the connection open.
  ///
  /// @throws StoreException if the file itself cannot be read
  public static void of(Path file, Connection connection, Faults faults) {
    Kinds kinds = new Kinds();
    Disk disk = new Disk(file, connection, kinds);
    try {
      disk.names();
      disk.read(
          Disk.ALL_ENDED,
          List.of(),
          row -> {
            while (row.next()) {
              guarded(row.getLong(1), faults, () -> disk.ended(row));
            }
            return true;
          });
      disk.read(
          Restore.LEFT + UNENDED,
          List.of(),
          row -> {
            while (row.next()) {
              long id = row.getLong(1);
              guarded(id, faults, () -> Restore.left(disk, kinds, row, disk.attempts(id), 0));
            }
            return true;
          });
      settings(disk, faults);
      groups(disk, faults);
      cycles(disk, faults);
    } finally {
      disk.closeStatements();
    }
  }

  private static void guarded(long id, Faults faults, Disk.Decoding<?> decoding)
      throws SQLException {
    try {
      Object unused = decoding.decode();
    } catch (DamagedException e) {
      faults.found(id, e.what());
    }
  }

  private static void settings(Disk disk, Faults faults) {
    disk.read(
        "SELECT name, run_limit, bound, refuses, step, keeps FROM queue",
        List.of(),
        row -> {
          while (row.next()) {
            try {
              Object unused =
                  Ranges.queue(
                      row.getLong(2),
                      row.getLong(3),
                      row.getBoolean(4),
                      row.getLong(5),
                      row.getBoolean(6));
            } catch (RuntimeException e) {
              faults.found(0, "queue " + row.getString(1) + ": " + e.getMessage());
            }
          }
          return true;
        });
    disk.read(
        "SELECT name, max, per FROM limits",
        List.of(),
        row -> {
          while (row.next()) {
            try {
              String name = String.valueOf(row.getString(1));
              Object unused = Ranges.limit(name, row.getLong(2), row.getLong(3));
            } catch (RuntimeException e) {
              faults.found(0, "limit " + row.getString(1) + ": " + e.getMessage());
            }
          }
          return true;
        });
    disk.read(
        "SELECT last_job, last_group FROM counter",
        List.of(),
        row -> {
          while (row.next()) {
            try {
              Ranges.last("last job", row.getLong(1));
              Ranges.last("last group", row.getLong(2));
            } catch (RuntimeException e) {
              faults.found(0, "the counters: " + e.getMessage());
            }
          }
          return true;
        });
  }

  /// Finds jobs that wait for themselves, by way of groups: what can be made after what it waits
  /// for is taken away, until nothing more can.
  private static void cycles(Disk disk, Faults faults) {
    Map<Long, Set<Long>> awaited = new HashMap<>();
    Map<Long, List<Long>> awaiting = new HashMap<>();
    disk.read(
        "SELECT m.id, g.job FROM more m JOIN member g ON g.grp = m.source_group"
            + " JOIN more x ON x.id = g.job AND x.source_group IS NOT NULL"
            + " WHERE NOT EXISTS (SELECT 1 FROM done d WHERE d.id = m.id)",
        List.of(),
        row -> {
          while (row.next()) {
            awaited.computeIfAbsent(row.getLong(1), id -> new HashSet<>()).add(row.getLong(2));
            awaiting.computeIfAbsent(row.getLong(2), id -> new ArrayList<>()).add(row.getLong(1));
          }
          return true;
        });
    Deque<Long> free = new ArrayDeque<>(awaiting.keySet());
    free.removeIf(awaited::containsKey);
    while (!free.isEmpty()) {
      long id = free.removeFirst();
      for (long waiter : awaiting.getOrDefault(id, List.of())) {
        Set<Long> left = awaited.get(waiter);
        if (left != null && left.remove(id) && left.isEmpty()) {
          awaited.remove(waiter);
          free.add(waiter);
        }
      }
    }
    awaited.keySet().forEach(id -> faults.found(id, "it waits for itself, by way of groups"));
  }

  private static void groups(Disk disk, Faults faults) {
    disk.read(
        "SELECT id, error FROM grp WHERE error IS NOT NULL",
        List.of(),
        row -> {
          while (row.next()) {
            try {
              Object unused = Detail.error(row.getBytes(2));
            } catch (RuntimeException e) {
              faults.found(0, "group " + row.getLong(1) + ": " + e.getMessage());
            }
          }
          return true;
        });
    disk.read(
        "SELECT grp, max(place), count(*) FROM member GROUP BY grp"
            + " HAVING min(place) < 0 OR max(place) >= 1 << 31",
        List.of(),
        row -> {
          while (row.next()) {
            faults.found(0, "group " + row.getLong(1) + ": a place is out of range");
          }
          return true;
        });
  }
}
