package dev.treadle.sqlite;

import dev.treadle.internal.sqlite.FileAccess;
import dev.treadle.spi.Micros;
import dev.treadle.sqlite.Selection.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Lists jobs of a file, the newest first, whoever has it open.
final class JobLister {
  private static final int TEXT = 2;

  /// The state as a store would find it that opens the file now; [Exporter] decides the same.
  private static final String STATE =
      "CASE d.state WHEN 0 THEN 'SUCCEEDED' WHEN 1 THEN 'FAILED' WHEN 2 THEN 'CANCELLED' ELSE"
          + " CASE WHEN s.fence > coalesce(c.fence, -1)"
          + " OR s.fence = c.fence AND c.cancel IS NOT NULL THEN 'RUNNING'"
          + " WHEN c.held IS NOT NULL THEN 'HELD' ELSE 'WAITING' END END";

  private static final String DETAIL = "CAST(d.detail AS TEXT)";
  private static final String JOBS =
      "SELECT j.id, k.task, k.queue, "
          + STATE
          + " AS stands, m.key, j.priority, j.created, coalesce(nullif(c.due, 0), j.due), d.finished,"
          + " coalesce(d.attempts, s.attempt, c.attempt, 0), j.form,"
          + " CASE WHEN j.form >= "
          + FileAccess.LARGE
          + " THEN (SELECT substr(data, 1, "
          + ListedJob.INPUT_BYTES
          + ") FROM large l WHERE l.id = 2 * j.id) ELSE substr(j.input, 1, "
          + ListedJob.INPUT_BYTES
          + ") END, CASE WHEN json_valid("
          + DETAIL
          + ") THEN coalesce(json_extract("
          + DETAIL
          + ", '$.error.message'), json_extract("
          + DETAIL
          + ", '$.error.type'), json_extract("
          + DETAIL
          + ", '$.cause')) ELSE c.held END"
          + ", d.ran, d.waited, d.cpu FROM job j JOIN kind k ON k.id = j.kind LEFT JOIN more m ON m.id = j.id"
          + " LEFT JOIN course c ON c.id = j.id LEFT JOIN started s ON s.id = j.id"
          + " LEFT JOIN done d ON d.id = j.id WHERE j.id < ?";

  private final Path file;

  JobLister(Path file) {
    this.file = file;
  }

  List<ListedJob> list(JobFilter filter) {
    List<Object> values = new ArrayList<>();
    StringBuilder sql = new StringBuilder(JOBS);
    values.add(filter.before() > 0 ? filter.before() : Long.MAX_VALUE);
    equal(sql, values, "k.task", filter.task());
    equal(sql, values, "k.queue", filter.queue());
    equal(sql, values, "m.key", filter.key());
    if (!filter.states().isEmpty()) {
      String names =
          filter.states().stream()
              .map(it -> "'" + it.name() + "'")
              .collect(Collectors.joining(","));
      sql.append(" AND stands IN (").append(names).append(')');
    }
    sql.append(" ORDER BY j.id DESC LIMIT ").append(filter.limit());
    try (Connection connection = FileAccess.look(file);
        PreparedStatement query = connection.prepareStatement(sql.toString())) {
      for (int i = 0; i < values.size(); i++) {
        query.setObject(i + 1, values.get(i));
      }
      List<ListedJob> found = new ArrayList<>();
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          found.add(job(row));
        }
      }
      return found;
    } catch (SQLException e) {
      throw FileAccess.reading(file, e);
    }
  }

  /// The ended jobs whose last attempt ran longest, the longest first.
  List<TimedJob> slowest(int limit) {
    // The ids first: of most jobs nothing else is read.
    String sql =
        JOBS
            + " AND j.id IN (SELECT id FROM done WHERE ran IS NOT NULL ORDER BY ran DESC, id DESC"
            + " LIMIT ?) ORDER BY d.ran DESC, j.id DESC";
    try (Connection connection = FileAccess.look(file);
        PreparedStatement query = connection.prepareStatement(sql)) {
      query.setLong(1, Long.MAX_VALUE);
      query.setInt(2, limit);
      List<TimedJob> found = new ArrayList<>();
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          found.add(timed(row));
        }
      }
      return found;
    } catch (SQLException e) {
      throw FileAccess.reading(file, e);
    }
  }

  private static TimedJob timed(ResultSet row) throws SQLException {
    Duration ran = Duration.ofNanos(row.getLong(14));
    long micros = row.getLong(15);
    Duration waited = row.wasNull() ? null : Duration.of(micros, ChronoUnit.MICROS);
    long cpu = row.getLong(16);
    return new TimedJob(
        job(row), ran, waited, row.wasNull() ? OptionalLong.empty() : OptionalLong.of(cpu));
  }

  private static void equal(
      StringBuilder sql, List<Object> values, String column, @Nullable String value) {
    if (value != null) {
      sql.append(" AND ").append(column).append(" = ?");
      values.add(value);
    }
  }

  private static ListedJob job(ResultSet row) throws SQLException {
    byte[] input = row.getBytes(12);
    boolean text = input != null && (row.getInt(11) & ~FileAccess.LARGE) >= TEXT;
    return new ListedJob(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        State.valueOf(row.getString(4)),
        row.getString(5),
        row.getInt(6),
        Micros.instant(row.getLong(7)),
        instant(row, 8),
        instant(row, 9),
        row.getInt(10),
        text ? new String(input, StandardCharsets.UTF_8) : "",
        row.getString(13));
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    long micros = row.getLong(column);
    return row.wasNull() ? null : Micros.instant(micros);
  }
}
