package dev.treadle.sqlite;

import dev.treadle.Progress;
import dev.treadle.internal.sqlite.FileAccess;
import dev.treadle.internal.sqlite.FileScan;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// Looks for what is wrong with a file: first as SQLite sees it, then as a store does.
final class Check {
  private static final int EXAMPLES = 5;
  private static final int FAULTS = 20;
  private static final int NAMED_MAX = 100_000;

  private final Path file;
  private final Consumer<Progress> progress;
  private final List<Finding> findings = new ArrayList<>();

  /// Jobs that a rule named.
  private final Set<Long> named = new HashSet<>();

  Check(Path file, Consumer<Progress> progress) {
    this.file = file;
    this.progress = progress;
  }

  List<Finding> findings() {
    try (Connection connection = FileAccess.look(file);
        Statement sql = connection.createStatement()) {
      sql.execute("BEGIN"); // All that is looked at is of one moment.
      int total = Rule.ALL.size() + 1;
      integrity(sql);
      for (int done = 1; done < total; done++) {
        progress.accept(new Progress(done, total, findings.size()));
        rule(sql, Rule.ALL.get(done - 1));
      }
      rows(connection);
      progress.accept(new Progress(total, total, findings.size()));
    } catch (SQLException e) {
      throw FileAccess.reading(file, e);
    }
    return findings;
  }

  private void integrity(Statement sql) {
    List<String> faults = new ArrayList<>();
    try (ResultSet rows = sql.executeQuery("PRAGMA integrity_check(" + FAULTS + ")")) {
      while (rows.next()) {
        faults.add(rows.getString(1).strip().replaceAll("\\s+", " "));
      }
    } catch (SQLException e) {
      faults.add(String.valueOf(e.getMessage()));
    }
    if (!faults.equals(List.of("ok"))) {
      findings.add(
          new Finding(
              "damaged",
              faults.size(),
              List.of(),
              "the file is damaged: " + String.join("; ", faults),
              "jobs and results may be lost, and a program that uses the file may fail at any time",
              "end the program that uses it, keep a copy of the file with its -wal, and restore a"
                  + " backup"));
    }
  }

  /// Reads every row as a program does that opens the file.
  private void rows(Connection connection) {
    long[] counts = new long[2];
    List<Long> examples = new ArrayList<>();
    List<String> words = new ArrayList<>();
    FileScan.of(
        file,
        connection,
        (job, what) -> {
          boolean unnamed = what.startsWith(FileScan.UNNAMED) && !findings.isEmpty();
          if (named.contains(job) || unnamed) {
            return; // What is wrong with it is said already.
          }
          counts[job == 0 ? 1 : 0]++;
          if (job != 0 && examples.size() < EXAMPLES) {
            examples.add(job);
          }
          if (words.size() < EXAMPLES) {
            words.add((job == 0 ? "" : "job " + job + ": ") + what);
          }
        });
    String all = String.join("; ", words);
    if (counts[0] > 0) {
      findings.add(
          new Finding(
              "row-damaged",
              counts[0],
              examples,
              "jobs have a row that cannot be read: " + all,
              "they are left as they are: not run, not listed, and to ask for one of them fails",
              Rule.OWNER_ONLY));
    }
    if (counts[1] > 0) {
      findings.add(
          new Finding(
              "setting-damaged",
              counts[1],
              List.of(),
              "queues, limits, groups or counters are out of range: " + all,
              "such a queue is paused, such a limit lets one run at once, and jobs that wait for such"
                  + " a group do not run; with such counters the file is not opened",
              Rule.OWNER_ONLY));
    }
  }

  private void rule(Statement sql, Rule rule) {
    long count = 0;
    List<Long> examples = new ArrayList<>();
    try (ResultSet rows = sql.executeQuery(rule.query())) {
      while (rows.next()) {
        count++;
        if (named.size() < NAMED_MAX) {
          named.add(rows.getLong(1));
        }
        if (examples.size() < EXAMPLES) {
          examples.add(rows.getLong(1));
        }
      }
    } catch (SQLException e) {
      findings.add(
          new Finding(
              "unchecked",
              1,
              List.of(),
              "'" + rule.name() + "' could not be checked: " + e.getMessage(),
              "the file is damaged, or a table is not as Treadle made it",
              "keep a copy of the file with its -wal, and restore a backup"));
      return;
    }
    if (count > 0) {
      findings.add(
          new Finding(rule.name(), count, examples, rule.what(), rule.means(), rule.mend()));
    }
  }
}
