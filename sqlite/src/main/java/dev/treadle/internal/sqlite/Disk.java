package dev.treadle.internal.sqlite;

import dev.treadle.Attempt;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.StoreException;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.internal.ready.Lane;
import dev.treadle.internal.rows.Row;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Group;
import dev.treadle.spi.Input;
import dev.treadle.spi.Micros;
import dev.treadle.spi.MissingValue;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Next;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.RunAs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is read from the file, over a connection of its own: what was committed at that moment.
/// Thread-safe; one reads at a time.
final class Disk implements AutoCloseable {
  /// So many rows one statement fetches by id.
  private static final int[] TOGETHER = {64, 16, 4, 1};

  /// How many ids one step of a search for jobs of a queue spans, and how many jobs it finds.
  private static final int FORGET_SPAN = 20_000;

  private static final int FORGET_MAX = 500;

  private static final String JOB =
      "j.id, j.kind, j.priority, j.created, j.due, j.deadline, j.limits, j.form, j.input";
  private static final String MORE =
      "m.key, m.parent, m.retry_of, m.source, m.source_group, m.after, m.traceparent, m.policy";
  private static final String DONE =
      "d.state, d.finished, d.attempts, d.node, d.started, d.ran, d.waited, d.logged, d.cpu,"
          + " d.allocated, d.peak, d.form, d.result, d.detail";

  /// Every job that has ended.
  static final String ALL_ENDED =
      "SELECT "
          + JOB
          + ", "
          + MORE
          + ", "
          + DONE
          + " FROM done d JOIN job j ON j.id = d.id LEFT JOIN more m ON m.id = j.id";

  /// The columns [#newJob] reads, of `job j` and `more m`; how many they are.
  static final String COLUMNS = JOB + ", " + MORE;

  static final int COLUMN_COUNT = 17;

  /// Where among them the job stands that is replaced.
  static final int AFTER_AT = 15;

  private static final int MORE_AT = 10;
  private static final int DONE_AT = 18;

  private static final Logger LOG = LoggerFactory.getLogger(Disk.class);
  private static final int WARNED_MAX = 100;

  /// Damaged jobs of which a warning was logged.
  private final Set<Long> warned = new HashSet<>();

  private final Path file;
  private final Connection connection;
  private final Kinds kinds;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Disk(Path file, Connection connection, Kinds kinds) {
    this.file = file;
    this.connection = connection;
    this.kinds = kinds;
  }

  /// The receipt of a job that is named by its id only.
  record Id(long id) implements Receipt {
    @Override
    public @Nullable Outcome<?> outcome() {
      return null;
    }
  }

  /// The number of a group that is named by it only.
  record GroupId(long id) implements Group {}

  static int stateNumber(JobState state) {
    return switch (state) {
      case SUCCEEDED -> 0;
      case FAILED -> 1;
      case CANCELLED -> 2;
      case SCHEDULED, BLOCKED, AVAILABLE, RUNNING, HELD ->
          throw new IllegalArgumentException(state + " is not an end");
    };
  }

  private PreparedStatement sql(String text) throws SQLException {
    PreparedStatement known = prepared.get(text);
    if (known == null) {
      if (prepared.size() > 100) {
        for (PreparedStatement old : prepared.values()) {
          old.close();
        }
        prepared.clear();
      }
      known = connection.prepareStatement(text);
      prepared.put(text, known);
    }
    return known;
  }

  /// Something read.
  @FunctionalInterface
  interface Reading<T extends @Nullable Object> {
    T read(ResultSet rows) throws SQLException;
  }

  /// Reads with a statement.
  synchronized <T extends @Nullable Object> T read(
      String text, List<?> parameters, Reading<T> reading) {
    try {
      PreparedStatement statement = sql(text);
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, parameters.get(i));
      }
      try (ResultSet rows = statement.executeQuery()) {
        return reading.read(rows);
      }
    } catch (SQLException e) {
      throw Trouble.reading(file, e);
    }
  }

  /// Shows jobs that wait, as they were submitted.
  void waiting(long[] ids, Consumer<Waiting> each) {
    each("SELECT " + JOB + " FROM job j WHERE j.id IN ", ids, row -> each.accept(waiting(row)));
  }

  /// Looks at one row of a result.
  @FunctionalInterface
  interface EachRow {
    void row(ResultSet row) throws SQLException;
  }

  /// Shows the rows of a query that ends in `IN `, for many ids at a time.
  void each(String query, long[] ids, EachRow each) {
    int at = 0;
    for (int together : TOGETHER) {
      String text = query + "(" + String.join(", ", Collections.nCopies(together, "?")) + ")";
      for (; ids.length - at >= together; at += together) {
        read(
            text,
            Arrays.stream(ids, at, at + together).boxed().toList(),
            rows -> {
              while (rows.next()) {
                each.row(rows);
              }
              return true;
            });
      }
    }
  }

  /// A job that waits, as it was submitted.
  record Waiting(
      long id,
      Kinds.Kind kind,
      @Nullable String limits,
      int priority,
      long created,
      long due,
      @Nullable Object input) {
    Row row(Lane lane, JobState state, int wait) {
      return Row.fetched(id, kind.task(), lane, priority, created, due, input, state, wait);
    }
  }

  /// Reads a row.
  @FunctionalInterface
  interface Decoding<T extends @Nullable Object> {
    T decode() throws SQLException;
  }

  /// Reads the row of a job; whatever is wrong with it concerns that job only.
  ///
  /// @throws DamagedException if it is not as Treadle writes it
  <T extends @Nullable Object> T decoded(long id, Decoding<T> decoding) throws SQLException {
    try {
      return decoding.decode();
    } catch (StoreException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw new DamagedException(file, id, words(e), e);
    }
  }

  private static String words(Throwable e) {
    return e instanceof IllegalArgumentException && e.getMessage() != null
        ? e.getMessage()
        : e.toString();
  }

  private Waiting waiting(ResultSet rows) throws SQLException {
    return decoded(rows.getLong(1), () -> waitingRow(rows));
  }

  private Waiting waitingRow(ResultSet rows) throws SQLException {
    long id = rows.getLong(1);
    long created = rows.getLong(4);
    long due = rows.getLong(5);
    return new Waiting(
        id,
        kinds.byId(rows.getInt(2)),
        rows.getString(7),
        rows.getInt(3),
        created,
        due == 0 ? created : due,
        input(id, rows.getInt(8), rows.getBytes(9)));
  }

  /// An input; what is not there keeps only its job from running.
  private @Nullable Object input(long id, int form, byte @Nullable [] bytes) throws SQLException {
    try {
      return value(id, false, form, bytes);
    } catch (IllegalArgumentException e) {
      return new MissingValue("cannot be read: " + e.getMessage());
    }
  }

  /// A value, fetched from among the large ones if it is there.
  private @Nullable Object value(long id, boolean result, int form, byte @Nullable [] bytes)
      throws SQLException {
    if ((form & Form.LARGE) == 0) {
      return Form.value(form, bytes);
    }
    PreparedStatement large = sql("SELECT data FROM large WHERE id = ?");
    large.setLong(1, 2 * id + (result ? 1 : 0));
    try (ResultSet rows = large.executeQuery()) {
      if (!rows.next()) {
        throw new IllegalArgumentException(
            "its large " + (result ? "result" : "input") + " is not there");
      }
      return Form.value(form, rows.getBytes(1));
    }
  }

  /// A job as it was handed in.
  NewJob newJob(ResultSet rows) throws SQLException {
    return decoded(rows.getLong(1), () -> newJobRow(rows));
  }

  private NewJob newJobRow(ResultSet rows) throws SQLException {
    long id = rows.getLong(1);
    Ranges.within("id", id, Ranges.ID_MAX);
    Kinds.Kind kind = kinds.byId(rows.getInt(2));
    long deadline = rows.getLong(6);
    String key = rows.getString(MORE_AT);
    long parent = Ranges.earlier("parent", rows.getLong(MORE_AT + 1), id);
    long retryOf = Ranges.earlier("first try", rows.getLong(MORE_AT + 2), id);
    long source = Ranges.earlier("source", rows.getLong(MORE_AT + 3), id);
    long group = Ranges.within("group", rows.getLong(MORE_AT + 4), Ranges.ID_MAX);
    long unused = Ranges.earlier("predecessor", rows.getLong(AFTER_AT), id);
    Ranges.within("priority", rows.getLong(3), 9);
    Ranges.within("due time", rows.getLong(5), Long.MAX_VALUE);
    Ranges.within("deadline", deadline, Long.MAX_VALUE);
    String traceparent = rows.getString(MORE_AT + 6);
    String policy = rows.getString(MORE_AT + 7);
    Input input =
        source != 0
            ? new Input.OfJob(new Id(source))
            : group != 0
                ? new Input.OfGroup(new GroupId(group))
                : new Input.Value(input(id, rows.getInt(8), rows.getBytes(9)));
    return new NewJob(
        kind.task(),
        kind.route(rows.getString(7)),
        input,
        rows.getInt(3),
        rows.getLong(5),
        deadline == 0 ? Micros.NEVER : deadline,
        key == null && parent == 0 && retryOf == 0 && traceparent == null && policy == null
            ? null
            : new NewJob.More(
                key,
                IfTaken.REJECT,
                false,
                null,
                parent,
                0,
                retryOf,
                null,
                0,
                null,
                traceparent,
                policy == null ? null : new RunAs(null, policy)));
  }

  /// A job that has ended, or null if there is none with this id.
  @Nullable Row ended(long id) {
    return read(
        "SELECT "
            + JOB
            + ", "
            + MORE
            + ", "
            + DONE
            + " FROM done d JOIN job j ON j.id = d.id LEFT JOIN more m ON m.id = j.id"
            + " WHERE d.id = ?",
        List.of(id),
        rows -> rows.next() ? ended(rows) : null);
  }

  /// How a job ended, or null if there is none with this id that has.
  @Nullable Outcome<?> outcome(long id) {
    return read(
        "SELECT state, form, result, attempts, detail FROM done WHERE id = ?",
        List.of(id),
        rows -> {
          if (!rows.next()) {
            return null;
          }
          byte[] detail = rows.getBytes(5);
          return decoded(
              id,
              () ->
                  Detail.outcome(
                      rows.getInt(1),
                      value(id, true, rows.getInt(2), rows.getBytes(3)),
                      Ranges.count("number of attempts", rows.getLong(4)),
                      detail == null ? null : Detail.read(detail)));
        });
  }

  /// A job that has ended, from a row of [#ALL_ENDED] or one like it.
  Row ended(ResultSet rows) throws SQLException {
    return decoded(rows.getLong(1), () -> endedRow(rows));
  }

  private Row endedRow(ResultSet rows) throws SQLException {
    long id = rows.getLong(1);
    NewJob job = newJob(rows);
    long created = rows.getLong(4);
    int state = rows.getInt(DONE_AT);
    long at = rows.getLong(DONE_AT + 1);
    int attempts = Ranges.count("number of attempts", rows.getLong(DONE_AT + 2));
    byte[] json = rows.getBytes(DONE_AT + 13);
    Detail detail = json == null ? null : Detail.read(json);
    Object result = value(id, true, rows.getInt(DONE_AT + 11), rows.getBytes(DONE_AT + 12));
    Outcome<?> outcome = Detail.outcome(state, result, attempts, detail);
    List<Finish> tried = new ArrayList<>(attempts(id, attempts));
    int node = rows.getInt(DONE_AT + 3);
    if (node != 0) {
      Throwable told =
          switch (outcome) {
            case Outcome.Succeeded<?> it -> null;
            case Outcome.Failed<?> it -> it.cause();
            case Outcome.Cancelled<?> it -> it.error();
          };
      Attempt.End end = detail == null ? new Attempt.End.Succeeded() : detail.lastEnd(told);
      boolean abandoned = detail != null && detail.abandoned();
      tried.add(finish(id, attempts, rows, DONE_AT + 3, abandoned, end, new Next.Ended(outcome)));
    }
    return Row.ended(
        id,
        job,
        created,
        job.due() == 0 ? created : job.due(),
        tried,
        attempts,
        at,
        outcome,
        detail == null ? Progress.NONE : detail.progressSaid(),
        detail == null ? List.of() : detail.logSaid());
  }

  private Finish finish(
      long id, int number, ResultSet rows, int from, boolean abandoned, Attempt.End end, Next next)
      throws SQLException {
    return new Finish(
        id,
        0,
        new Finish.Tally(
            number,
            kinds.nodeById(rows.getInt(from)),
            rows.getLong(from + 1),
            rows.getLong(from + 2),
            orUnknown(rows, from + 3),
            rows.getLong(from + 4),
            new Finish.Cost(
                orUnknown(rows, from + 5), orUnknown(rows, from + 6), orUnknown(rows, from + 7)),
            abandoned),
        end,
        next,
        false);
  }

  private static long orUnknown(ResultSet rows, int at) throws SQLException {
    long value = rows.getLong(at);
    return rows.wasNull() ? -1 : value;
  }

  private static final String ATTEMPT =
      "SELECT number, node, started, ran, waited, logged, cpu, allocated, peak, detail, job"
          + " FROM attempt WHERE job ";

  /// The latest attempts of a job after which it went on. All attempts of a job after which it went
  /// on.
  List<Finish> attempts(long id) throws SQLException {
    return attempts(id, Row.ATTEMPTS_KEPT); // All there are: the first has number 1.
  }

  private List<Finish> attempts(long id, int attempts) throws SQLException {
    if (attempts == 0) {
      return List.of();
    }
    PreparedStatement statement = sql(ATTEMPT + "= ? AND number > ? ORDER BY number");
    statement.setLong(1, id);
    statement.setInt(2, attempts - Row.ATTEMPTS_KEPT);
    List<Finish> all = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        all.add(tried(rows));
      }
    }
    return all;
  }

  /// Adds the attempts of jobs after which they went on, in their order.
  ///
  /// @param bad takes the jobs of which one cannot be read
  void attempts(long[] ids, Map<Long, List<Finish>> byJob, Map<Long, DamagedException> bad) {
    each(
        ATTEMPT + "IN ",
        ids,
        row -> {
          try {
            byJob.computeIfAbsent(row.getLong(11), id -> new ArrayList<>()).add(tried(row));
          } catch (DamagedException e) {
            bad.put(row.getLong(11), e);
          }
        });
    byJob.values().forEach(all -> all.sort(Comparator.comparingInt(it -> it.tally().number())));
  }

  private Finish tried(ResultSet row) throws SQLException {
    return decoded(row.getLong(11), () -> triedRow(row));
  }

  private Finish triedRow(ResultSet row) throws SQLException {
    Detail detail = Detail.read(row.getBytes(10));
    return finish(
        row.getLong(11),
        row.getInt(1),
        row,
        2,
        detail.abandoned(),
        detail.lastEnd(null),
        new Next.Again(0, Next.Charge.NOTHING));
  }

  /// Reads the names of tasks and nodes by their numbers; what cannot be read is left out, and jobs
  /// of it are damaged.
  void names() {
    read(
        "SELECT id, task, strategy, queue FROM kind",
        List.of(),
        row -> {
          while (row.next()) {
            int id = number(row);
            Strategy strategy = strategy(row.getString(3));
            if (id > 0 && strategy != null) {
              kinds.add(id, row.getString(2), strategy, row.getString(4));
            } else if (id > 0) {
              kinds.passOver(id);
            }
          }
          return true;
        });
    read(
        "SELECT id, name FROM node",
        List.of(),
        row -> {
          while (row.next()) {
            int id = number(row);
            if (id > 0) {
              kinds.addNode(id, row.getString(2));
            }
          }
          return true;
        });
  }

  /// The number in the first column, or 0 if there can be no such number.
  private static int number(ResultSet row) throws SQLException {
    long number = row.getLong(1);
    return number < 1 || number > Ranges.NUMBER_MAX ? 0 : (int) number;
  }

  private static @Nullable Strategy strategy(String name) {
    for (Strategy each : Strategy.values()) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    return null;
  }

  Path file() {
    return file;
  }

  /// What the engine had kept under a name, or null.
  byte @Nullable [] kept(String name) {
    return read(
        "SELECT data FROM kept WHERE name = ?",
        List.of(name),
        rows -> rows.next() ? rows.getBytes(1) : null);
  }

  /// The latest job of a task with this key that has succeeded or failed, or null.
  @Nullable Row endedWithKey(String task, String key) {
    return read(
        "SELECT "
            + JOB
            + ", "
            + MORE
            + ", "
            + DONE
            + " FROM more m JOIN job j ON j.id = m.id JOIN kind k ON k.id = j.kind"
            + " JOIN done d ON d.id = m.id WHERE m.key = ? AND k.task = ? AND d.state <> 2"
            + " ORDER BY m.id DESC LIMIT 1",
        List.of(key, task),
        rows -> rows.next() ? ended(rows) : null);
  }

  /// Jobs that have ended and match, by ascending id.
  List<Row> ended(JobQuery query) {
    StringBuilder text = new StringBuilder("SELECT " + JOB + ", " + MORE + ", " + DONE + " FROM ");
    List<Object> values = new ArrayList<>();
    Set<JobState> states = query.states();
    boolean bySide = query.key() != null || query.parent() != 0;
    boolean unsuccessful = !states.isEmpty() && !states.contains(JobState.SUCCEEDED);
    // The planner has no statistics: the order is the one in which the fewest rows are read.
    text.append(
        bySide
            ? "more m CROSS JOIN job j ON j.id = m.id CROSS JOIN done d ON d.id = m.id"
            : unsuccessful
                ? "done d INDEXED BY done_unsuccessful CROSS JOIN job j ON j.id = d.id"
                    + " LEFT JOIN more m ON m.id = j.id"
                : "job j CROSS JOIN done d ON d.id = j.id LEFT JOIN more m ON m.id = j.id");
    text.append(
        bySide
            ? " WHERE m.id > ?"
            : unsuccessful ? " WHERE d.id > ? AND d.state <> 0" : " WHERE j.id > ?");
    values.add(query.after());
    bySide(query, text, values);
    if (!states.isEmpty()) {
      List<String> numbers = new ArrayList<>();
      states.forEach(state -> {
        switch (state) {
          case SUCCEEDED, FAILED, CANCELLED -> numbers.add(String.valueOf(stateNumber(state)));
          case SCHEDULED, BLOCKED, AVAILABLE, RUNNING, HELD -> {}
        }
      });
      text.append(" AND d.state IN (").append(String.join(", ", numbers)).append(")");
    }
    if (query.task() != null || query.queue() != null) {
      text.append(" AND").append(kindsOf(query.task(), query.queue()));
    }
    between(text, values, "j.created", query.createdFrom(), query.createdBefore());
    between(text, values, "d.finished", query.endedFrom(), query.endedBefore());
    text.append(" ORDER BY ").append(bySide ? "m" : unsuccessful ? "d" : "j").append(".id LIMIT ?");
    values.add(query.limit());
    return read(
        text.toString(),
        values,
        rows -> {
          List<Row> all = new ArrayList<>();
          while (rows.next()) {
            try {
              all.add(ended(rows));
            } catch (DamagedException e) {
              leftOut(e); // One bad row is not to hide the others.
            }
          }
          return all;
        });
  }

  /// The ids after one of jobs with a key or a parent, as a query asks for, that have not ended on
  /// disk; by ascending id, up to so many.
  long[] unended(JobQuery query, long after, int most) {
    StringBuilder text = new StringBuilder("SELECT m.id FROM more m WHERE m.id > ?");
    List<Object> values = new ArrayList<>(List.of(after));
    bySide(query, text, values);
    text.append(" AND NOT EXISTS (SELECT 1 FROM done d WHERE d.id = m.id) ORDER BY m.id LIMIT ?");
    values.add(most);
    return read(text.toString(), values, Disk::ids);
  }

  private static void bySide(JobQuery query, StringBuilder text, List<Object> values) {
    if (query.key() != null) {
      text.append(" AND m.key = ?");
      values.add(query.key());
    }
    if (query.parent() != 0) {
      text.append(" AND m.parent = ?");
      values.add(query.parent());
    }
  }

  private static long[] ids(ResultSet rows) throws SQLException {
    LongStream.Builder ids = LongStream.builder();
    while (rows.next()) {
      ids.add(rows.getLong(1));
    }
    return ids.build().toArray();
  }

  /// Ended jobs, and the id up to which all were looked at.
  @SuppressWarnings("ArrayRecordComponent") // Read once, by who asked.
  record Ended(long[] ids, long upTo) {}

  /// The next ended jobs of a queue after an id, among those of a limited span of ids; null if
  /// there are no more jobs after it.
  @Nullable Ended endedIn(String queue, long after) {
    long last = read("SELECT max(id) FROM job", List.of(), rows -> rows.getLong(1));
    if (after >= last) {
      return null;
    }
    long upTo = after + FORGET_SPAN;
    String text =
        "SELECT j.id FROM job j CROSS JOIN done d ON d.id = j.id WHERE j.id > ? AND j.id <= ? AND"
            + kindsOf(null, queue)
            + " ORDER BY j.id LIMIT "
            + FORGET_MAX;
    long[] ids = read(text, List.of(after, upTo), Disk::ids);
    return new Ended(ids, ids.length < FORGET_MAX ? upTo : ids[ids.length - 1]);
  }

  /// A condition on the kind of a job, by names of which any may be null.
  private String kindsOf(@Nullable String task, @Nullable String queue) {
    List<String> ids = new ArrayList<>();
    for (Kinds.Kind kind : kinds.all()) {
      if ((task == null || task.equals(kind.task()))
          && (queue == null || queue.equals(kind.route().queue()))) {
        ids.add(String.valueOf(kind.id()));
      }
    }
    return " j.kind IN (" + String.join(", ", ids) + ")";
  }

  private static void between(
      StringBuilder text,
      List<Object> values,
      String column,
      @Nullable Instant from,
      @Nullable Instant before) {
    if (from != null) {
      text.append(" AND ").append(column).append(" >= ?");
      values.add(Micros.of(from));
    }
    if (before != null) {
      text.append(" AND ").append(column).append(" < ?");
      values.add(Micros.of(before));
    }
  }

  private void leftOut(DamagedException e) {
    if (warned.size() < WARNED_MAX && warned.add(e.job())) {
      LOG.warn("left out of a list: {}", e.getMessage());
    }
  }

  /// Closes the statements, not the connection.
  synchronized void closeStatements() {
    try {
      for (PreparedStatement statement : prepared.values()) {
        statement.close();
      }
      prepared.clear();
    } catch (SQLException e) {
      throw Trouble.reading(file, e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      for (PreparedStatement statement : prepared.values()) {
        statement.close();
      }
      connection.close();
    } catch (SQLException e) {
      throw new StoreException("closing the file failed: " + e.getMessage(), e);
    }
  }
}
