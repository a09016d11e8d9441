package dev.treadle.sqlite;

import dev.treadle.QueueSettings;
import dev.treadle.Strategy;
import dev.treadle.internal.sqlite.FileAccess;
import dev.treadle.internal.sqlite.Ranges;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.sqlite.Selection.State;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Puts lines into the tables. Within a transaction of another.
final class Inserts implements AutoCloseable {
  private static final String LOST = "its input was lost in the file that it was exported from";

  private static final byte[] NO_DETAIL = {'{', '}'};

  /// What takes the result of a job that was lost is held, for it cannot run.
  private static final String[] LOST_SOURCES = {
    """
    INSERT OR REPLACE INTO course
      SELECT m.id, coalesce(c.fence, 0), coalesce(c.attempt, 0), coalesce(c.failures, 0),
        coalesce(c.losses, 0), coalesce(c.due, 0), '%s', 0, c.cancel
      FROM more m LEFT JOIN course c ON c.id = m.id
      WHERE m.source IS NOT NULL AND m.source NOT IN (SELECT id FROM job) AND m.id NOT IN (SELECT id FROM done)\
    """
        .formatted(LOST),
    """
    UPDATE more SET source = NULL
      WHERE source IS NOT NULL AND source NOT IN (SELECT id FROM job) AND id NOT IN (SELECT id FROM done)\
    """,
    """
    INSERT INTO grp(id, open, broken)
      SELECT DISTINCT source_group, 0, '%s' FROM more
      WHERE source_group IS NOT NULL AND source_group NOT IN (SELECT id FROM grp) AND id NOT IN (SELECT id FROM done)\
    """
        .formatted(LOST)
  };

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();
  private final Map<List<String>, Long> kinds = new HashMap<>();
  private final Map<String, Long> nodes = new HashMap<>();

  private long lineNumber;

  Inserts(Connection connection) throws SQLException {
    this.connection = connection;
    try (Statement sql = connection.createStatement()) {
      sql.execute("CREATE TEMP TABLE line(id INTEGER PRIMARY KEY, number INTEGER)");
    }
  }

  /// Inserts a row, or changes it.
  private void run(String text, @Nullable Object... values) throws SQLException {
    PreparedStatement sql = prepared.get(text);
    if (sql == null) {
      sql =
          connection.prepareStatement(
              text.startsWith("UPDATE")
                  ? text
                  : "INSERT INTO "
                      + text
                      + " VALUES ("
                      + String.join(", ", Collections.nCopies(values.length, "?"))
                      + ")");
      prepared.put(text, sql);
    }
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case null -> sql.setNull(i + 1, Types.NULL);
        case Long number -> sql.setLong(i + 1, number);
        case Boolean truth -> sql.setInt(i + 1, truth ? 1 : 0);
        case byte[] bytes -> sql.setBytes(i + 1, bytes);
        case String string -> sql.setString(i + 1, string);
        default -> throw new AssertionError(values[i]);
      }
    }
    sql.executeUpdate();
  }

  /// Says which line comes next.
  void at(long number) {
    lineNumber = number;
  }

  /// The line of a job; the first for 0.
  long lineOf(long job) throws SQLException {
    try (PreparedStatement sql =
        connection.prepareStatement("SELECT number FROM temp.line WHERE id = ?")) {
      sql.setLong(1, job);
      try (ResultSet row = sql.executeQuery()) {
        return row.next() ? row.getLong(1) : 1;
      }
    }
  }

  /// The first line, but for what it says of itself.
  void header(LineObject line) throws SQLException {
    run(
        "UPDATE counter SET last_job = ?, last_group = ?, succeeded = ?, failed = ?, cancelled = ?",
        Ranges.last("'lastJob'", line.number("lastJob")),
        Ranges.last("'lastGroup'", line.number("lastGroup")),
        line.number("succeeded"),
        line.number("failed"),
        line.number("cancelled"));
    for (String table : new String[] {"limits", "queue", "kind", "node"}) {
      try (PreparedStatement sql = connection.prepareStatement("DELETE FROM " + table)) {
        sql.executeUpdate(); // An empty file may have some.
      }
    }
    for (LineObject limit : line.objects("limitSettings")) {
      LimitDef made =
          Ranges.limit(limit.text("name"), limit.number("max"), limit.number("perMicros"));
      run("limits(name, max, per)", made.name(), (long) made.max(), made.perMicros());
      limit.end();
    }
    for (LineObject queue : line.objects("queueSettings")) {
      QueueSettings made =
          Ranges.queue(
              queue.number("limit"),
              queue.number("bound"),
              queue.truth("refuses"),
              queue.number("stepMicros"),
              queue.truth("keeps"));
      run(
          "queue(name, run_limit, bound, refuses, step, keeps, paused)",
          queue.text("name"),
          (long) made.limit(),
          (long) made.bound(),
          made.refuses(),
          Micros.of(made.priorityStep()),
          made.keeps(),
          queue.truth("paused"));
      queue.end();
    }
    line.end();
  }

  /// The line of a group.
  void group(LineObject line) throws SQLException {
    run(
        "grp(id, open, broken, error)",
        line.number("group"),
        line.truth("open"),
        line.textOrNull("broken"),
        line.raw("error"));
    line.end();
  }

  /// The line of a job.
  void job(LineObject line) throws SQLException {
    long id = line.number("id");
    if (id < 1) {
      throw new BadLineException("has 'id' " + id + ", which must be 1 or more");
    }
    run("temp.line(id, number)", id, lineNumber);
    State state = choice("state", line.text("state"), State.values());
    long kind = kind(line);
    Long deadline = line.timeOrNull("deadline");
    boolean extra = more(id, line, deadline != null);
    StoredValue input = StoredValue.read(line.objectOrNull("input"));
    byte[] limits = line.raw("limits");
    run(
        "job(id, kind, priority, created, due, deadline, limits, form, input, extra)",
        id,
        kind,
        line.number("priority"),
        line.time("created"),
        line.timeOrNull("due"),
        deadline,
        limits == null ? null : new String(limits, StandardCharsets.UTF_8),
        form(input),
        inline(input, 2 * id),
        extra ? 1L : null);
    for (long[] place : line.pairs("places")) {
      run("member(grp, place, job)", place[0], place[1], id);
    }
    boolean ended = ended(id, state, line);
    course(id, line, input.missing() && !ended);
    for (LineObject tried : line.objects("tried")) {
      tried(id, tried);
    }
    line.end();
  }

  private long kind(LineObject line) throws SQLException {
    Strategy strategy = choice("strategy", line.text("strategy"), Strategy.values());
    List<String> name = List.of(line.text("task"), strategy.name(), line.text("queue"));
    Long known = kinds.get(name);
    if (known != null) {
      return known;
    }
    long added = kinds.size() + 1L;
    kinds.put(name, added);
    run("kind(id, task, strategy, queue)", added, name.get(0), name.get(1), name.get(2));
    return added;
  }

  private long node(LineObject line) throws SQLException {
    String name = line.textOrNull("node");
    String called = name == null ? "unknown" : name;
    Long known = nodes.get(called);
    if (known != null) {
      return known;
    }
    long added = nodes.size() + 1L;
    nodes.put(called, added);
    run("node(id, name)", added, called);
    return added;
  }

  private static <E extends Enum<E>> E choice(String field, String text, E[] all) {
    for (E each : all) {
      if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
        return each;
      }
    }
    throw new BadLineException(
        "has '%s' '%s', which must be one of %s"
            .formatted(
                field,
                text,
                Arrays.stream(all)
                    .map(each -> each.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", "))));
  }

  private boolean more(long id, LineObject line, boolean deadline) throws SQLException {
    String key = line.textOrNull("key");
    Long parent = line.numberOrNull("parent");
    Long retryOf = line.numberOrNull("retryOf");
    Long source = line.numberOrNull("source");
    Long group = line.numberOrNull("sourceGroup");
    Long after = line.numberOrNull("after");
    String traceparent = line.textOrNull("traceparent");
    String policy = line.textOrNull("policy");
    if (!deadline
        && key == null
        && parent == null
        && retryOf == null
        && source == null
        && group == null
        && after == null
        && traceparent == null
        && policy == null) {
      return false;
    }
    run(
        "more(id, key, parent, retry_of, source, source_group, after, traceparent, policy)",
        id,
        key,
        parent,
        retryOf,
        source,
        group,
        after,
        traceparent,
        policy);
    return true;
  }

  private static boolean large(StoredValue value) {
    byte[] bytes = value.bytes();
    return bytes != null && bytes.length > FileAccess.INLINE_MAX;
  }

  private static long form(StoredValue value) {
    return large(value) ? value.form() | FileAccess.LARGE : value.form();
  }

  private byte @Nullable [] inline(StoredValue value, long place) throws SQLException {
    if (!large(value)) {
      return value.bytes();
    }
    run("large(id, data)", place, value.bytes());
    return null;
  }

  private void course(long id, LineObject line, boolean lost) throws SQLException {
    LineObject course = line.objectOrNull("course");
    LineObject started = line.objectOrNull("started");
    if (course != null) {
      String held = course.textOrNull("held");
      Long due = course.timeOrNull("due");
      course(
          id,
          course.number("fence"),
          course.number("attempt"),
          course.number("failures"),
          course.number("losses"),
          due == null ? 0L : due,
          lost ? LOST : held,
          course.truth("untilRegistered"),
          course.textOrNull("cancel"));
      course.end();
    } else if (lost) {
      course(id, 0L, 0L, 0L, 0L, 0L, LOST, false, null);
    }
    if (started != null) {
      Object[] values = {
        id, started.number("fence"), started.number("attempt"), started.time("at"), node(started)
      };
      started.end();
      if (!lost) { // It is held, and so it does not run.
        run("started(id, fence, attempt, at, node)", values);
      }
    }
  }

  private void course(@Nullable Object... values) throws SQLException {
    run(
        "course(id, fence, attempt, failures, losses, due, held, until_registered, cancel)",
        values);
  }

  private void tried(long id, LineObject tried) throws SQLException {
    byte[] detail = tried.raw("detail");
    run(
        "attempt(job, number, node, started, ran, waited, logged, cpu, allocated, peak, detail)",
        id,
        tried.number("number"),
        node(tried),
        tried.time("started"),
        tried.number("ranNanos"),
        tried.numberOrNull("waitedMicros"),
        tried.numberOrNull("logBytes"),
        tried.numberOrNull("cpuNanos"),
        tried.numberOrNull("allocatedBytes"),
        tried.numberOrNull("peakBytes"),
        detail == null ? NO_DETAIL : detail);
    tried.end();
  }

  private boolean ended(long id, State state, LineObject line) throws SQLException {
    long number =
        switch (state) {
          case SUCCEEDED -> 0;
          case FAILED -> 1;
          case CANCELLED -> 2;
          case WAITING, RUNNING, HELD -> -1;
        };
    if (number < 0) {
      return false;
    }
    LineObject last = line.objectOrNull("last");
    StoredValue result = StoredValue.read(line.objectOrNull("result"));
    run(
        "done(seq, id, state, finished, attempts, node, started, ran, waited, logged, cpu,"
            + " allocated, peak, form, result, detail)",
        line.number("endOrder"),
        id,
        number,
        line.time("ended"),
        line.number("attempts"),
        last == null ? null : (Long) node(last),
        last == null ? null : last.timeOrNull("started"),
        last == null ? null : last.numberOrNull("ranNanos"),
        last == null ? null : last.numberOrNull("waitedMicros"),
        last == null ? null : last.numberOrNull("logBytes"),
        last == null ? null : last.numberOrNull("cpuNanos"),
        last == null ? null : last.numberOrNull("allocatedBytes"),
        last == null ? null : last.numberOrNull("peakBytes"),
        form(result),
        inline(result, 2 * id + 1),
        line.raw("detail"));
    if (last != null) {
      last.end();
    }
    return true;
  }

  /// After the last line: sees to what was lost in the file that was exported.
  void end() throws SQLException {
    for (String statement : LOST_SOURCES) {
      try (PreparedStatement sql = connection.prepareStatement(statement)) {
        sql.executeUpdate();
      }
    }
  }

  @Override
  public void close() throws SQLException {
    for (PreparedStatement statement : prepared.values()) {
      statement.close();
    }
  }
}
