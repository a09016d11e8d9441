package dev.treadle.sqlite;

import dev.treadle.StoreException;
import dev.treadle.internal.sqlite.FileAccess;
import dev.treadle.spi.Micros;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what is in a file: what is counted there, and on demand all of it.
final class StatsReader {
  private final Path file;

  StatsReader(Path file) {
    this.file = file;
  }

  FileStats read(boolean full) {
    Map<String, Long> live = OwnerLine.counts(file);
    String words = FileAccess.owner(file);
    try (Connection connection = FileAccess.look(file);
        Statement sql = connection.createStatement()) {
      sql.execute("BEGIN");
      long now = Micros.of(Instant.now());
      long free = number(sql, "PRAGMA freelist_count") * number(sql, "PRAGMA page_size");
      FileStats.Sizes sizes = new FileStats.Sizes(Files.size(file), Compaction.log(file), free);
      long[] counter = counter(sql);
      return new FileStats(
          file.toString(),
          number(sql, "PRAGMA user_version"),
          words == null && live == null
              ? null
              : new FileStats.Owner(words == null ? "another process" : words, live != null),
          live,
          counter[4] != 0,
          counter[0],
          counter[0] - counter[1] - counter[2] - counter[3],
          counter[1],
          counter[2],
          counter[3],
          endedSince(connection, now - Micros.of(Duration.ofHours(1))),
          end(sql, "SELECT finished FROM done ORDER BY seq LIMIT 1"),
          end(sql, "SELECT finished FROM done ORDER BY seq DESC LIMIT 1"),
          sizes,
          full ? full(connection, sql, now) : null);
    } catch (SQLException e) {
      throw FileAccess.reading(file, e);
    } catch (IOException e) {
      throw new StoreException(file + " cannot be read: " + e, e);
    }
  }

  private static long number(Statement sql, String query) throws SQLException {
    try (ResultSet row = sql.executeQuery(query)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private static long[] counter(Statement sql) throws SQLException {
    long[] counter = new long[5];
    try (ResultSet row =
        sql.executeQuery("SELECT last_job, succeeded, failed, cancelled, closed FROM counter")) {
      if (row.next()) {
        for (int i = 0; i < counter.length; i++) {
          counter[i] = row.getLong(i + 1);
        }
      }
    }
    return counter;
  }

  private static @Nullable Instant end(Statement sql, String query) throws SQLException {
    try (ResultSet row = sql.executeQuery(query)) {
      return row.next() ? Micros.instant(row.getLong(1)) : null;
    }
  }

  /// How many jobs ended since then: rows are in the order of their ends, so where they begin is
  /// found by halving, and the rows are numbered.
  private static long endedSince(Connection connection, long since) throws SQLException {
    try (PreparedStatement from =
            connection.prepareStatement(
                "SELECT seq, finished FROM done WHERE seq >= ? ORDER BY seq LIMIT 1");
        Statement sql = connection.createStatement()) {
      long low = number(sql, "SELECT min(seq) FROM done");
      long last = number(sql, "SELECT max(seq) FROM done");
      long high = last + 1;
      while (low < high) {
        long middle = low + (high - low) / 2;
        from.setLong(1, middle);
        try (ResultSet row = from.executeQuery()) {
          if (row.next() && row.getLong(2) < since) {
            low = row.getLong(1) + 1;
          } else {
            high = middle;
          }
        }
      }
      return last == 0 ? 0 : last + 1 - low;
    }
  }

  private static FileStats.Full full(Connection connection, Statement sql, long now)
      throws SQLException {
    List<FileStats.Kind> kinds = new ArrayList<>();
    long[] sums = new long[4]; // unended, held, scheduled, all
    long oldest = Long.MAX_VALUE;
    try (PreparedStatement all =
        connection.prepareStatement(
            """
            SELECT k.task, k.queue, count(*), sum(d.id IS NULL),
              sum(d.id IS NULL AND c.held IS NOT NULL),
              sum(d.id IS NULL AND c.held IS NULL AND coalesce(nullif(c.due, 0), j.due, 0) > ?),
              min(CASE WHEN d.id IS NULL THEN j.id END)
            FROM job j LEFT JOIN kind k ON k.id = j.kind LEFT JOIN done d ON d.id = j.id
              LEFT JOIN course c ON c.id = j.id
            GROUP BY j.kind\
            """)) {
      all.setLong(1, now);
      try (ResultSet row = all.executeQuery()) {
        while (row.next()) {
          long jobs = row.getLong(3);
          long unended = row.getLong(4);
          kinds.add(
              new FileStats.Kind(
                  String.valueOf(row.getString(1)),
                  String.valueOf(row.getString(2)),
                  unended,
                  jobs - unended));
          sums[0] += unended;
          sums[1] += row.getLong(5);
          sums[2] += row.getLong(6);
          sums[3] += jobs;
          oldest = row.getLong(7) == 0 ? oldest : Math.min(oldest, row.getLong(7));
        }
      }
    }
    kinds.sort(
        Comparator.comparingLong(FileStats.Kind::unended)
            .thenComparingLong(FileStats.Kind::ended)
            .reversed()
            .thenComparing(FileStats.Kind::task)
            .thenComparing(FileStats.Kind::queue));
    return new FileStats.Full(
        sums[2],
        sums[1],
        sums[0] - sums[1] - sums[2],
        sums[3] - sums[0],
        kinds,
        oldest(sql, oldest),
        tables(sql));
  }

  private static FileStats.@Nullable Oldest oldest(Statement sql, long id) throws SQLException {
    try (ResultSet row =
        sql.executeQuery(
            "SELECT k.task, j.created FROM job j LEFT JOIN kind k ON k.id = j.kind WHERE j.id = "
                + id)) {
      return row.next()
          ? new FileStats.Oldest(
              id, String.valueOf(row.getString(1)), Micros.instant(row.getLong(2)))
          : null;
    }
  }

  private static List<FileStats.Table> tables(Statement sql) throws SQLException {
    List<FileStats.Table> tables = new ArrayList<>();
    try (ResultSet row =
        sql.executeQuery(
            "SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE ORDER BY pgsize DESC, name")) {
      while (row.next()) {
        tables.add(new FileStats.Table(row.getString(1), row.getLong(2)));
      }
    }
    return tables;
  }
}
