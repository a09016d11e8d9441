package dev.treadle.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// A walk through rows that belong to jobs, in the order of their ids, beside a walk through the
/// jobs. The first column is the id.
final class Beside implements AutoCloseable {
  private final Statement sql;
  private final ResultSet row;
  private boolean any;

  Beside(Connection connection, String query) throws SQLException {
    sql = connection.createStatement();
    row = sql.executeQuery(query);
    any = row.next();
  }

  /// Whether this stands at a row of that job; rows of jobs before it are passed over.
  boolean at(long id) throws SQLException {
    while (any && row.getLong(1) < id) {
      any = row.next();
    }
    return any && row.getLong(1) == id;
  }

  void next() throws SQLException {
    any = row.next();
  }

  ResultSet row() {
    return row;
  }

  @Override
  public void close() throws SQLException {
    sql.close();
  }
}
