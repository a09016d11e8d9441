package dev.treadle.sqlite;

import dev.treadle.internal.sqlite.FileAccess;
import dev.treadle.spi.Micros;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Reads single jobs of a file and counts them, whoever has it open.
final class JobReader {
  private static final int TEXT = 2;
  private static final String INPUT =
      "CASE WHEN j.form >= "
          + FileAccess.LARGE
          + " THEN (SELECT data FROM large l WHERE l.id = 2 * j.id) ELSE j.input END";
  private static final String JOBS =
      "SELECT j.id, k.task, k.queue, EXISTS (SELECT 1 FROM done d WHERE d.id = j.id), j.form, "
          + INPUT
          + " FROM job j JOIN kind k ON k.id = j.kind";

  private final Path file;

  JobReader(Path file) {
    this.file = file;
  }

  /// What is made of the rows of a result.
  @FunctionalInterface
  private interface Reading<T> {
    T read(ResultSet rows) throws SQLException;
  }

  private <T> T query(String sql, Reading<T> reading, Object... values) {
    try (Connection connection = FileAccess.look(file);
        PreparedStatement query = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        query.setObject(i + 1, values[i]);
      }
      try (ResultSet rows = query.executeQuery()) {
        return reading.read(rows);
      }
    } catch (SQLException e) {
      throw FileAccess.reading(file, e);
    }
  }

  private static List<StoredJob> all(ResultSet rows) throws SQLException {
    List<StoredJob> all = new ArrayList<>();
    while (rows.next()) {
      byte[] input = rows.getBytes(6);
      boolean readable = input != null && (rows.getInt(5) & ~FileAccess.LARGE) >= TEXT;
      all.add(
          new StoredJob(
              rows.getLong(1),
              rows.getString(2),
              rows.getString(3),
              rows.getBoolean(4),
              readable ? new String(input, StandardCharsets.UTF_8) : ""));
    }
    return all;
  }

  List<StoredJob> ofTask(String task) {
    return query(
        JOBS + " WHERE k.task = ? ORDER BY j.id LIMIT " + StoredJob.READ_MAX, JobReader::all, task);
  }

  List<StoredJob> ofIds(Collection<Long> ids) {
    return query(
        JOBS + " WHERE j.id IN (SELECT value FROM json_each(?)) LIMIT " + StoredJob.READ_MAX,
        JobReader::all,
        ids.toString());
  }

  Optional<StoredJob> latest(String queue, String field, Object value) {
    return query(
            JOBS
                + " WHERE k.queue = ? AND (j.form & "
                + ~FileAccess.LARGE
                + ") = 3 AND json_extract(CAST("
                + INPUT
                + " AS TEXT), '$.' || ?) = ? ORDER BY j.id DESC LIMIT 1",
            JobReader::all,
            queue,
            field,
            value)
        .stream()
        .findFirst();
  }

  KeyCounts keys(String task, String queue, Instant since) {
    return query(
        "SELECT sum(d.state = 0), sum(d.state <> 0), sum(d.state <> 0 AND d.finished >= ?),"
            + " sum(d.id IS NULL)"
            + " FROM (SELECT max(j.id) AS id FROM job j JOIN kind k ON k.id = j.kind"
            + " JOIN more m ON m.id = j.id WHERE k.task = ? AND k.queue = ? AND m.key IS NOT NULL"
            + " GROUP BY m.key) latest LEFT JOIN done d ON d.id = latest.id",
        rows -> new KeyCounts(rows.getLong(1), rows.getLong(2), rows.getLong(3), rows.getLong(4)),
        Micros.of(since),
        task,
        queue);
  }

  // As they are told from others when the file is opened.
  long lost(String queue) {
    return query(
        "SELECT count(*) FROM (SELECT id FROM course UNION SELECT id FROM started) x"
            + " JOIN job j ON j.id = x.id JOIN kind k ON k.id = j.kind"
            + " LEFT JOIN course c ON c.id = j.id LEFT JOIN started s ON s.id = j.id"
            + " WHERE k.queue = ? AND k.strategy <> 'PROCESS'"
            + " AND NOT EXISTS (SELECT 1 FROM done d WHERE d.id = j.id)"
            + " AND (c.losses > 0 OR s.fence > coalesce(c.fence, 0)"
            + " OR s.fence = c.fence AND s.fence > 0 AND c.cancel IS NOT NULL)",
        rows -> rows.getLong(1),
        queue);
  }
}
