package dev.treadle.internal.sqlite;

import dev.treadle.spi.Micros;
import dev.treadle.spi.StoreSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Deletes ended jobs whose time is over, a few at a time, on the writer's thread: when it has
/// nothing else to do, and after so many rows written that it keeps up with what comes.
///
/// Kept beyond their time: jobs of queues that keep theirs, and jobs whose result a job needs that
/// has not ended.
final class Prune {
  /// So many jobs are looked at in one step: a few milliseconds.
  private static final int STEP = 500;

  /// Walks through all ended jobs rest so long from end to begin.
  private static final long REST_MICROS = 60_000_000;

  /// Whether nobody needs a job that ended.
  private static final String FREE =
      "NOT EXISTS (SELECT 1 FROM job j JOIN kind k ON k.id = j.kind JOIN queue q"
          + " ON q.name = k.queue WHERE j.id = d.id AND q.keeps)"
          + " AND NOT EXISTS (SELECT 1 FROM more m WHERE m.source = d.id"
          + " AND NOT EXISTS (SELECT 1 FROM done x WHERE x.id = m.id))"
          + " AND NOT EXISTS (SELECT 1 FROM member g JOIN more m ON m.source_group = g.grp"
          + " WHERE g.job = d.id AND NOT EXISTS (SELECT 1 FROM done x WHERE x.id = m.id))";

  /// In the order in which they ended: where one is young, so are those after it.
  private static final String SUCCEEDED =
      "SELECT d.seq, d.id, d.finished, "
          + FREE
          + " FROM done d WHERE d.seq > ? AND d.state = 0 ORDER BY d.seq LIMIT "
          + STEP;

  /// In the order of ids: they are few.
  private static final String OTHERS =
      "SELECT d.id, d.id, d.finished, "
          + FREE
          + " FROM done d INDEXED BY done_unsuccessful WHERE d.id > ? AND d.state <> 0"
          + " ORDER BY d.id LIMIT "
          + STEP;

  private static final String UNUSED_GROUPS =
      "DELETE FROM grp WHERE open = 0"
          + " AND NOT EXISTS (SELECT 1 FROM member m WHERE m.grp = grp.id)"
          + " AND NOT EXISTS (SELECT 1 FROM more m WHERE m.source_group = grp.id)";

  private final Connection connection;
  private final InstantSource clock;
  private final StoreSettings settings;

  private final Walk succeeded = new Walk(SUCCEEDED, true);
  private final Walk others = new Walk(OTHERS, false);
  private long written;

  Prune(Connection connection, InstantSource clock, StoreSettings settings) {
    this.connection = connection;
    this.clock = clock;
    this.settings = settings;
  }

  /// Notes that rows were written, and does a step if it is time for one.
  void after(int rows, Statements sql) throws SQLException {
    written += rows;
    if (written >= STEP) {
      written = 0;
      step(sql);
    }
  }

  /// Looks at a few ended jobs and deletes those whose time is over.
  void step(Statements sql) throws SQLException {
    long now = Micros.now(clock);
    succeeded.step(sql, now, now - Micros.of(settings.keepSucceeded()));
    others.step(sql, now, now - Micros.of(settings.keepUnsuccessful()));
    rateStarts(sql, now);
  }

  /// A walk through ended jobs, a few at a time.
  private final class Walk {
    private final String select;
    private final boolean byTime;
    private long at;
    private long restsUntil;

    Walk(String select, boolean byTime) {
      this.select = select;
      this.byTime = byTime;
    }

    void step(Statements sql, long now, long before) throws SQLException {
      if (now < restsUntil && restsUntil - now <= REST_MICROS) {
        return;
      }
      List<Long> gone = new ArrayList<>();
      int looked = 0;
      try (PreparedStatement statement = connection.prepareStatement(select)) {
        statement.setLong(1, at);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            if (rows.getLong(3) < before) {
              if (rows.getBoolean(4)) {
                gone.add(rows.getLong(2));
              }
            } else if (byTime) {
              break;
            }
            looked++;
            at = rows.getLong(1);
          }
        }
      }
      if (!gone.isEmpty()) {
        delete(sql, gone);
      }
      if (looked < STEP) {
        if (byTime) {
          sql.run(UNUSED_GROUPS);
        }
        at = 0;
        restsUntil = now + REST_MICROS;
      }
    }
  }

  /// Deletes starts that count for no rate any more.
  private static void rateStarts(Statements sql, long now) throws SQLException {
    if (!sql.numbers("SELECT until FROM rate_start WHERE until < ? LIMIT 1", now).isEmpty()) {
      inTransaction(sql, () -> sql.run("DELETE FROM rate_start WHERE until < ?", now));
    }
  }

  /// Deletes ended jobs, in one transaction.
  static void delete(Statements sql, List<Long> ids) throws SQLException {
    inTransaction(
        sql,
        () -> {
          int gone = 0;
          for (long id : ids) {
            gone += rows(sql, id);
          }
          return gone;
        });
  }

  /// Deletes rows.
  @FunctionalInterface
  private interface Deletion {
    /// Returns how many were deleted.
    int run() throws SQLException;
  }

  private static void inTransaction(Statements sql, Deletion deletion) throws SQLException {
    sql.run("BEGIN IMMEDIATE");
    try {
      int unused = deletion.run();
      sql.run("COMMIT");
    } catch (SQLException e) {
      try {
        sql.rollback();
      } catch (SQLException again) {
        e.addSuppressed(again);
      }
      if (!Trouble.diskFull(e) && !Trouble.busy(e)) {
        throw e;
      }
    }
  }

  /// Deletes all rows of an ended job; returns 1, or 0 if it was not there any more.
  static int rows(Statements sql, long id) throws SQLException {
    int gone = sql.run("DELETE FROM done WHERE id = ?", id);
    sql.run("DELETE FROM job WHERE id = ?", id);
    sql.run("DELETE FROM more WHERE id = ?", id);
    sql.run("DELETE FROM course WHERE id = ?", id);
    sql.run("DELETE FROM started WHERE id = ?", id);
    sql.run("DELETE FROM attempt WHERE job = ?", id);
    sql.run("DELETE FROM large WHERE id IN (?, ?)", 2 * id, 2 * id + 1);
    sql.run("DELETE FROM member WHERE job = ?", id);
    return gone;
  }
}
