package dev.treadle.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// A file seen by SQLite itself.
final class Sqlite {
  private Sqlite() {}

  /// What `PRAGMA integrity_check` says.
  static String check(Path file) {
    return ask(file, "PRAGMA integrity_check");
  }

  /// The first column of the first row of an answer.
  static String ask(Path file, String question) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(question)) {
      return rows.next() ? rows.getString(1) : "nothing";
    } catch (SQLException e) {
      throw new IllegalStateException(file + ": " + question, e);
    }
  }

  /// Runs statements.
  static void run(Path file, String... statements) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(file.toString(), e);
    }
  }
}
