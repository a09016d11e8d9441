package dev.treadle.internal.sqlite;

import dev.treadle.Outcome;
import dev.treadle.QueueSettings;
import dev.treadle.internal.rows.Row;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Input;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Route.LimitRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the writer says in SQL. Used by its thread only.
final class Statements implements AutoCloseable {
  /// So many rows one statement inserts: many together cost two thirds of one by one.
  private static final int[] TOGETHER = {64, 16, 4, 1};

  /// The most bytes of a value that stand among the others.
  static final int INLINE_MAX = 64 << 10;

  private static final int JOB_COLUMNS = 10;
  private static final int DONE_COLUMNS = 15;
  private static final String[] JOBS =
      texts(
          "INSERT INTO job(id, kind, priority, created, due, deadline, limits, form, input, extra)",
          JOB_COLUMNS);
  private static final String[] DONES =
      texts(
          "INSERT INTO done(id, state, finished, attempts, node, started, ran, waited, logged,"
              + " cpu, allocated, peak, form, result, detail)",
          DONE_COLUMNS);

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Statements(Connection connection) {
    this.connection = connection;
  }

  private static String[] texts(String insert, int columns) {
    String[] texts = new String[TOGETHER.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] =
          insert + " VALUES " + String.join(", ", Collections.nCopies(TOGETHER[i], marks(columns)));
    }
    return texts;
  }

  private static String marks(int count) {
    return "(" + String.join(", ", Collections.nCopies(count, "?")) + ")";
  }

  private PreparedStatement sql(String text) throws SQLException {
    PreparedStatement known = prepared.get(text);
    if (known == null) {
      known = connection.prepareStatement(text);
      prepared.put(text, known);
    }
    return known;
  }

  /// Runs a statement with these numbers, texts, bytes or nulls.
  int run(String text, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = sql(text);
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case null -> statement.setNull(i + 1, Types.NULL);
        case Long number -> statement.setLong(i + 1, number);
        case Integer number -> statement.setInt(i + 1, number);
        case Boolean truth -> statement.setInt(i + 1, truth ? 1 : 0);
        case byte[] bytes -> statement.setBytes(i + 1, bytes);
        case String string -> statement.setString(i + 1, string);
        default -> throw new AssertionError(values[i]);
      }
    }
    return statement.executeUpdate();
  }

  /// The numbers that a query gives in its first column.
  List<Long> numbers(String text, Object... values) throws SQLException {
    PreparedStatement statement = sql(text);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    List<Long> all = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        all.add(rows.getLong(1));
      }
    }
    return all;
  }

  void write(Batch batch) throws SQLException {
    run("BEGIN IMMEDIATE");
    insert(JOBS, JOB_COLUMNS, batch.inserts, this::bind);
    for (Batch.Change change : batch.changes) {
      change.write(this);
    }
    insert(DONES, DONE_COLUMNS, batch.ends, this::bind);
    run(
        "UPDATE counter SET last_job = ?, last_group = ?, succeeded = ?, failed = ?, cancelled = ?,"
            + " first_unended = ?",
        batch.lastJob,
        batch.lastGroup,
        batch.endedInAll[0],
        batch.endedInAll[1],
        batch.endedInAll[2],
        batch.firstUnended);
    run("COMMIT");
  }

  /// Takes back what was begun. The driver closes a statement that fails for good, so all are made
  /// anew.
  void rollback() throws SQLException {
    List<PreparedStatement> old = List.copyOf(prepared.values());
    prepared.clear();
    for (PreparedStatement statement : old) {
      statement.close();
    }
    run("ROLLBACK");
  }

  /// Binds one of many rows.
  @FunctionalInterface
  private interface Binding<T> {
    void bind(PreparedStatement sql, int from, T row) throws SQLException;
  }

  /// Inserts rows, as many with one statement as there are.
  private <T> void insert(String[] texts, int columns, List<T> rows, Binding<T> binding)
      throws SQLException {
    int at = 0;
    for (int i = 0; i < TOGETHER.length; i++) {
      int together = TOGETHER[i];
      if (rows.size() - at < together) {
        continue;
      }
      PreparedStatement statement = sql(texts[i]);
      while (rows.size() - at >= together) {
        for (int row = 0; row < together; row++) {
          binding.bind(statement, row * columns, rows.get(at++));
        }
        statement.executeUpdate();
      }
    }
  }

  private void bind(PreparedStatement sql, int from, Batch.Insert insert) throws SQLException {
    NewJob job = insert.job();
    Row row = insert.row();
    sql.setLong(from + 1, row.id());
    sql.setInt(from + 2, insert.kind());
    sql.setInt(from + 3, job.priority());
    sql.setLong(from + 4, row.created());
    number(sql, from + 5, job.due() > row.created() ? job.due() : -1);
    number(sql, from + 6, job.deadline() == Micros.NEVER ? -1 : job.deadline());
    String limits = Kinds.limits(job.route());
    if (limits == null) {
      sql.setNull(from + 7, Types.NULL);
    } else {
      sql.setString(from + 7, limits);
    }
    Form form = Form.of(job.input() instanceof Input.Value it ? it.value() : null);
    value(sql, from + 8, from + 9, form, 2 * row.id());
    boolean extra = more(insert);
    number(sql, from + 10, extra ? 1 : -1);
  }

  /// Binds a number where -1 stands for none.
  private static void number(PreparedStatement sql, int at, long value) throws SQLException {
    if (value < 0) {
      sql.setNull(at, Types.NULL);
    } else {
      sql.setLong(at, value);
    }
  }

  private void value(PreparedStatement sql, int formAt, int bytesAt, Form form, long large)
      throws SQLException {
    if (form.size() <= INLINE_MAX) {
      sql.setInt(formAt, form.number());
      sql.setBytes(bytesAt, form.bytes());
    } else {
      sql.setInt(formAt, form.number() | Form.LARGE);
      sql.setNull(bytesAt, Types.NULL);
      run("INSERT OR REPLACE INTO large(id, data) VALUES (?, ?)", large, form.bytes());
    }
  }

  private boolean more(Batch.Insert insert) throws SQLException {
    NewJob job = insert.job();
    NewJob.More more = job.more();
    Long source = job.input() instanceof Input.OfJob of ? (Long) of.job().id() : null;
    Long group = job.input() instanceof Input.OfGroup of ? (Long) of.group().id() : null;
    if (source == null
        && group == null
        && insert.after() == 0
        && job.deadline() == Micros.NEVER
        && (more == null
            || more.key() == null
                && more.parent() == 0
                && more.retryOf() == 0
                && more.traceparent() == null
                && more.runAs() == null)) {
      return false;
    }
    run(
        "INSERT INTO more(id, key, parent, retry_of, source, source_group, after, traceparent,"
            + " policy) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        insert.row().id(),
        more == null ? null : more.key(),
        more == null || more.parent() == 0 ? null : (Long) more.parent(),
        more == null || more.retryOf() == 0 ? null : (Long) more.retryOf(),
        source,
        group,
        insert.after() == 0 ? null : (Long) insert.after(),
        more == null ? null : more.traceparent(),
        more == null || more.runAs() == null ? null : more.runAs().policy());
    return true;
  }

  private void bind(PreparedStatement sql, int from, Batch.End end) throws SQLException {
    sql.setLong(from + 1, end.id());
    sql.setInt(from + 2, Disk.stateNumber(end.outcome().state()));
    sql.setLong(from + 3, end.at());
    sql.setInt(from + 4, end.attempts());
    Finish last = end.last();
    if (last == null) {
      for (int i = 5; i <= 12; i++) {
        sql.setNull(from + i, Types.NULL);
      }
    } else {
      sql.setInt(from + 5, end.node());
      sql.setLong(from + 6, last.tally().started());
      sql.setLong(from + 7, last.tally().ranNanos());
      number(sql, from + 8, last.tally().waitedMicros());
      number(sql, from + 9, last.tally().logBytes() == 0 ? -1 : last.tally().logBytes());
      number(sql, from + 10, last.tally().cost().cpuNanos());
      number(sql, from + 11, last.tally().cost().allocatedBytes());
      number(sql, from + 12, last.tally().cost().peakBytes());
    }
    Form form = Form.of(end.outcome() instanceof Outcome.Succeeded<?> it ? it.value() : null);
    value(sql, from + 13, from + 14, form, 2 * end.id() + 1);
    sql.setBytes(from + 15, end.detail() == null ? null : end.detail().json());
  }

  void kind(Kinds.Kind kind) throws SQLException {
    run(
        "INSERT INTO kind(id, task, strategy, queue) VALUES (?, ?, ?, ?)",
        kind.id(),
        kind.task(),
        kind.route().strategy().name(),
        kind.route().queue());
  }

  void node(int id, String name) throws SQLException {
    run("INSERT INTO node(id, name) VALUES (?, ?)", id, name);
  }

  void course(Row.Course now) throws SQLException {
    run(
        "INSERT OR REPLACE INTO course(id, fence, attempt, failures, losses, due, held,"
            + " until_registered, cancel) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        now.id(),
        now.fence(),
        now.attempt(),
        now.failures(),
        now.losses(),
        now.due(),
        now.held(),
        now.untilRegistered(),
        now.cancel());
  }

  void started(Start start) throws SQLException {
    run(
        "INSERT OR REPLACE INTO started(id, fence, attempt, at, node) VALUES (?, ?, ?, ?, ?)",
        start.id(),
        start.fence(),
        start.attempt(),
        start.at(),
        start.node());
  }

  void rateStart(RateStart start) throws SQLException {
    run(
        "INSERT OR REPLACE INTO rate_start(until, job, name, key, at) VALUES (?, ?, ?, ?, ?)",
        start.until(),
        start.job(),
        start.rate().name(),
        start.rate().key(),
        start.at());
  }

  /// A start under a rate.
  ///
  /// @param until when it leaves the window
  record RateStart(long until, long job, LimitRef rate, long at) {}

  /// A start of an attempt that has not ended soon after.
  record Start(long id, int fence, int attempt, long at, int node) {}

  void attempt(long job, Finish finish, int node) throws SQLException {
    Finish.Tally tally = finish.tally();
    run(
        "INSERT OR REPLACE INTO attempt(job, number, node, started, ran, waited, logged, cpu,"
            + " allocated, peak, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        job,
        tally.number(),
        node,
        tally.started(),
        tally.ranNanos(),
        tally.waitedMicros() < 0 ? null : (Long) tally.waitedMicros(),
        tally.logBytes() == 0 ? null : (Long) tally.logBytes(),
        tally.cost().cpuNanos() < 0 ? null : (Long) tally.cost().cpuNanos(),
        tally.cost().allocatedBytes() < 0 ? null : (Long) tally.cost().allocatedBytes(),
        tally.cost().peakBytes() < 0 ? null : (Long) tally.cost().peakBytes(),
        Detail.of(finish.end(), tally.abandoned()).json());
    if (tally.number() > Row.ATTEMPTS_KEPT) {
      // As in memory: of a job that snoozes for years the latest are kept.
      run(
          "DELETE FROM attempt WHERE job = ? AND number <= ?",
          job,
          tally.number() - Row.ATTEMPTS_KEPT);
    }
  }

  void group(long id, boolean open, @Nullable String broken, @Nullable Throwable error)
      throws SQLException {
    run(
        "INSERT OR REPLACE INTO grp(id, open, broken, error) VALUES (?, ?, ?, ?)",
        id,
        open,
        broken,
        Detail.error(error));
  }

  void member(long group, int place, long job) throws SQLException {
    run("INSERT OR REPLACE INTO member(grp, place, job) VALUES (?, ?, ?)", group, place, job);
  }

  void limit(LimitDef limit) throws SQLException {
    run(
        "INSERT OR REPLACE INTO limits(name, max, per) VALUES (?, ?, ?)",
        limit.name(),
        limit.max(),
        limit.perMicros());
  }

  void queue(String name, QueueSettings settings, boolean paused) throws SQLException {
    run(
        "INSERT OR REPLACE INTO queue(name, run_limit, bound, refuses, step, keeps, paused)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        name,
        settings.limit(),
        settings.bound(),
        settings.refuses(),
        Micros.of(settings.priorityStep()),
        settings.keeps(),
        paused);
  }

  @Override
  public void close() throws SQLException {
    for (PreparedStatement statement : prepared.values()) {
      statement.close();
    }
    prepared.clear();
  }
}
