package dev.treadle.sqlite;

import dev.treadle.Progress;
import dev.treadle.internal.sqlite.FileAccess;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Looks for what is wrong with a file: first as SQLite sees it, then as a store does.
final class Check {
  private static final int EXAMPLES = 5;
  private static final int FAULTS = 20;

  private final Path file;
  private final Consumer<Progress> progress;
  private final List<Finding> findings = new ArrayList<>();

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

  private void rule(Statement sql, Rule rule) {
    long count = 0;
    List<Long> examples = new ArrayList<>();
    try (ResultSet rows = sql.executeQuery(rule.query())) {
      while (rows.next()) {
        count++;
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
