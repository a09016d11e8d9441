package dev.treadle.sqlite;

import dev.treadle.Progress;
import dev.treadle.internal.sqlite.FileAccess;
import dev.treadle.sqlite.Selection.State;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Writes the jobs of a file as lines, from one moment, a row at a time.
///
/// Attempts and places in maps are read by walks of their own beside that through the jobs, in the
/// same order.
final class Exporter {
  private static final int TELL_EVERY = 256;

  /// The first columns decide about the state; see [#state].
  private static final String JOBS =
      """
      SELECT d.state, c.fence, s.fence, c.held, c.cancel,
        j.id, k.task, k.strategy, k.queue, j.priority, j.limits, j.created, j.due, j.deadline,
        m.key, m.parent, m.retry_of, m.source, m.source_group, m.after,
        m.traceparent, m.policy,
        j.form, j.input,
        c.fence, c.attempt, c.failures, c.losses, c.due, c.held, c.until_registered, c.cancel,
        s.fence, s.attempt, s.at, sn.name,
        d.finished, d.seq, d.attempts, d.node, dn.name, d.started, d.ran, d.waited,
        d.logged, d.cpu, d.allocated, d.peak, d.form, d.result, d.detail
      FROM job j CROSS JOIN kind k ON k.id = j.kind
        LEFT JOIN more m ON m.id = j.id
        LEFT JOIN course c ON c.id = j.id
        LEFT JOIN started s ON s.id = j.id LEFT JOIN node sn ON sn.id = s.node
        LEFT JOIN done d ON d.id = j.id LEFT JOIN node dn ON dn.id = d.node
      %s
      ORDER BY j.id\
      """;

  private static final String ATTEMPTS =
      "SELECT a.job, a.number, coalesce(n.name, 'unknown'), a.started, a.ran, a.waited,"
          + " a.logged, a.cpu, a.allocated, a.peak, a.detail FROM attempt a LEFT JOIN node n ON n.id = a.node"
          + " ORDER BY a.job, a.number";
  private static final String MEMBERS =
      "SELECT job, grp, place FROM member ORDER BY job, grp, place";
  private static final int ID_AT = 6;
  private static final int COURSE_AT = 25;
  private static final int STARTED_AT = 33;
  private static final int DONE_AT = 37;

  private final Path file;
  private final Selection which;
  private final Consumer<Progress> progress;

  Exporter(Path file, Selection which, Consumer<Progress> progress) {
    this.file = file;
    this.which = which;
    this.progress = progress;
  }

  long write(OutputStream stream) {
    try (Connection connection = FileAccess.look(file);
        Statement sql = connection.createStatement();
        JsonGenerator out = Lines.writer(stream)) {
      sql.execute("BEGIN");
      out.writeStartObject();
      new Header(sql, out).write(which);
      out.writeEndObject();
      if (which.isAll()) {
        groups(sql, out);
      }
      long jobs = jobs(connection, out);
      out.writeStartObject();
      out.writeNumberProperty("jobs", jobs);
      out.writeEndObject();
      out.writeRaw('\n');
      out.flush();
      progress.accept(new Progress(jobs, jobs, 0));
      return jobs;
    } catch (SQLException e) {
      throw FileAccess.reading(file, e);
    }
  }

  /// The line of one job; empty if there is none.
  Optional<String> line(long id) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (Connection connection = FileAccess.look(file);
        Statement sql = connection.createStatement();
        JsonGenerator out = Lines.writer(line)) {
      sql.execute("BEGIN");
      String one = " WHERE a.job = " + id + " ORDER BY";
      try (PreparedStatement job =
              connection.prepareStatement(JOBS.formatted("WHERE j.id = " + id));
          PreparedStatement large =
              connection.prepareStatement("SELECT data FROM large WHERE id = ?");
          Beside attempts = new Beside(connection, ATTEMPTS.replace(" ORDER BY", one));
          Beside members =
              new Beside(
                  connection, MEMBERS.replace(" ORDER BY", " WHERE job = " + id + " ORDER BY"));
          ResultSet row = job.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        State state = state(row);
        out.writeStartObject();
        new Job(row, out, large, attempts, members).write(state);
        out.writeEndObject();
        out.flush();
        return Optional.of(line.toString(StandardCharsets.UTF_8));
      }
    } catch (SQLException e) {
      throw FileAccess.reading(file, e);
    }
  }

  private static void groups(Statement sql, JsonGenerator out) throws SQLException {
    try (ResultSet row = sql.executeQuery("SELECT id, open, broken, error FROM grp ORDER BY id")) {
      while (row.next()) {
        Cells cells = new Cells(row);
        out.writeStartObject();
        cells.numbers(out, "group");
        cells.truths(out, "open");
        cells.texts(out, "broken");
        Lines.embed(out, "error", cells.bytes());
        out.writeEndObject();
      }
    }
  }

  private long jobs(Connection connection, JsonGenerator out) throws SQLException {
    String where =
        which.tasks().isEmpty()
            ? ""
            : "WHERE k.task IN ("
                + String.join(", ", Collections.nCopies(which.tasks().size(), "?"))
                + ")";
    try (PreparedStatement all = connection.prepareStatement(JOBS.formatted(where));
        PreparedStatement large =
            connection.prepareStatement("SELECT data FROM large WHERE id = ?");
        Beside attempts = new Beside(connection, ATTEMPTS);
        Beside members = new Beside(connection, which.isAll() ? MEMBERS : MEMBERS + " LIMIT 0")) {
      int at = 0;
      for (String task : which.tasks()) {
        all.setString(++at, task);
      }
      long jobs = 0;
      try (ResultSet row = all.executeQuery()) {
        Job job = new Job(row, out, large, attempts, members);
        while (row.next()) {
          State state = state(row);
          if (which.states().isEmpty() || which.states().contains(state)) {
            out.writeStartObject();
            job.write(state);
            out.writeEndObject();
            if (++jobs % TELL_EVERY == 0) {
              progress.accept(new Progress(jobs, -1, 0));
            }
          }
        }
      }
      return jobs;
    }
  }

  /// The state as a store would find it that opens the file now.
  private static State state(ResultSet row) throws SQLException {
    Cells cells = new Cells(row);
    Long ended = cells.number();
    if (ended != null) {
      return switch (ended.intValue()) {
        case 0 -> State.SUCCEEDED;
        case 1 -> State.FAILED;
        case 2 -> State.CANCELLED;
        default -> throw new SQLException("no job ends in state " + ended);
      };
    }
    Long fence = cells.number();
    Long started = cells.number();
    boolean held = cells.text() != null;
    boolean asked = cells.text() != null;
    if (started != null && (fence == null || started > fence || started.equals(fence) && asked)) {
      return State.RUNNING;
    }
    return held ? State.HELD : State.WAITING;
  }

  /// One job as JSON, from the row at which the walk stands.
  private record Job(
      ResultSet row, JsonGenerator out, PreparedStatement large, Beside attempts, Beside members) {
    void write(State state) throws SQLException {
      Cells cells = new Cells(row).from(ID_AT);
      long id = row.getLong(ID_AT);
      cells.numbers(out, "id");
      cells.texts(out, "task");
      out.writeStringProperty("strategy", String.valueOf(cells.text()).toLowerCase(Locale.ROOT));
      cells.texts(out, "queue");
      out.writeStringProperty("state", state.label());
      cells.numbers(out, "priority");
      Lines.embed(out, "limits", cells.bytes());
      cells.times(out, "created", "due", "deadline");
      cells.texts(out, "key");
      cells.numbers(out, "parent", "retryOf", "source", "sourceGroup", "after");
      cells.texts(out, "traceparent", "policy");
      places(id);
      value("input", 2 * id, cells.number(), cells.bytes());
      course();
      started();
      tried(id);
      if (row.getObject(DONE_AT) != null) {
        done(id);
      }
    }

    private void places(long id) throws SQLException {
      boolean any = false;
      while (members.at(id)) {
        if (!any) {
          out.writeArrayPropertyStart("places");
          any = true;
        }
        out.writeStartArray();
        out.writeNumber(members.row().getLong(2));
        out.writeNumber(members.row().getLong(3));
        out.writeEndArray();
        members.next();
      }
      if (any) {
        out.writeEndArray();
      }
    }

    private void value(String name, long place, @Nullable Long form, byte @Nullable [] inline)
        throws SQLException {
      int number = form == null ? 0 : form.intValue();
      byte[] bytes = inline == null ? new byte[0] : inline;
      if ((number & FileAccess.LARGE) != 0) {
        large.setLong(1, place);
        try (ResultSet found = large.executeQuery()) {
          if (!found.next()) {
            out.writeObjectPropertyStart(name);
            out.writeBooleanProperty("missing", true);
            out.writeEndObject();
            return;
          }
          byte[] data = found.getBytes(1);
          bytes = data == null ? bytes : data;
        }
      }
      StoredValue.write(out, name, number & ~FileAccess.LARGE, bytes);
    }

    private void course() throws SQLException {
      Cells cells = new Cells(row).from(COURSE_AT);
      if (row.getObject(COURSE_AT) != null) {
        out.writeObjectPropertyStart("course");
        cells.numbers(out, "fence", "attempt", "failures", "losses");
        Long due = cells.number(); // 0: as it was submitted
        if (due != null && due != 0) {
          cells.from(COURSE_AT + 4).times(out, "due");
        }
        cells.texts(out, "held");
        cells.truths(out, "untilRegistered");
        cells.texts(out, "cancel");
        out.writeEndObject();
      }
    }

    private void started() throws SQLException {
      Cells cells = new Cells(row).from(STARTED_AT);
      if (row.getObject(STARTED_AT) != null) {
        out.writeObjectPropertyStart("started");
        cells.numbers(out, "fence", "attempt");
        cells.times(out, "at");
        cells.texts(out, "node");
        out.writeEndObject();
      }
    }

    private void tried(long id) throws SQLException {
      boolean any = false;
      while (attempts.at(id)) {
        if (!any) {
          out.writeArrayPropertyStart("tried");
          any = true;
        }
        Cells cells = new Cells(attempts.row()).from(2);
        out.writeStartObject();
        cells.numbers(out, "number");
        attempt(cells);
        Lines.embed(out, "detail", cells.bytes());
        out.writeEndObject();
        attempts.next();
      }
      if (any) {
        out.writeEndArray();
      }
    }

    private void attempt(Cells cells) throws SQLException {
      cells.texts(out, "node");
      cells.times(out, "started");
      cells.numbers(
          out, "ranNanos", "waitedMicros", "logBytes", "cpuNanos", "allocatedBytes", "peakBytes");
    }

    private void done(long id) throws SQLException {
      Cells cells = new Cells(row).from(DONE_AT);
      cells.times(out, "ended");
      cells.numbers(out, "endOrder", "attempts");
      if (cells.number() != null) {
        out.writeObjectPropertyStart("last");
        attempt(cells);
        out.writeEndObject();
      } else {
        cells.from(DONE_AT + 12);
      }
      value("result", 2 * id + 1, cells.number(), cells.bytes());
      Lines.embed(out, "detail", cells.bytes());
    }
  }
}
