package dev.treadle.internal.sqlite;

import dev.treadle.JobState;
import dev.treadle.QueueSettings;
import dev.treadle.RefusedException;
import dev.treadle.Strategy;
import dev.treadle.internal.ready.IdHeap;
import dev.treadle.internal.ready.Lane;
import dev.treadle.internal.rows.Changes;
import dev.treadle.internal.rows.Row;
import dev.treadle.internal.rows.RowGroup;
import dev.treadle.internal.rows.Rows;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Input;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Route.LimitRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Makes the rows again as the file has them: what another run of the store left. Once, before
/// anything else; under the lock of the store.
///
/// A job that only waits costs a byte and a place in its lane; all others are made as objects.
final class Restore {
  /// Of a table j of jobs, those that have not ended.
  private static final String UNENDED =
      " j.id >= (SELECT first_unended FROM counter)"
          + " AND NOT EXISTS (SELECT 1 FROM done d WHERE d.id = j.id)";

  /// The most jobs that are read ahead of the one that is made.
  private static final int TOGETHER = 1_024;

  private final Kinds kinds;
  private final DiskTable table;
  private final Notes notes;
  private final Rows rows;
  private final Disk disk;
  private final Map<String, LimitDef> limits = new HashMap<>();
  private final Map<String, QueueSettings> queues = new HashMap<>();
  private final Set<String> paused = new HashSet<>();
  private final Map<Long, RowGroup> groups = new HashMap<>();
  private final Map<Long, Long> groupOf = new HashMap<>();
  private final BitSet made = new BitSet();

  /// Jobs that were read and are yet to be made.
  private final Map<Long, Rows.Left> read = new HashMap<>();

  /// The jobs that do more than wait, by ascending id; those at the places in `made` are made.
  private long[] wholes = {};

  private long[] endedBefore = new long[3];
  private boolean inOrder;

  Restore(Kinds kinds, DiskTable table, Notes notes, Rows rows, Disk disk) {
    this.kinds = kinds;
    this.table = table;
    this.notes = notes;
    this.rows = rows;
    this.disk = disk;
  }

  Map<String, LimitDef> limits() {
    return limits;
  }

  Map<String, QueueSettings> queues() {
    return queues;
  }

  /// How many jobs had succeeded, failed and been cancelled.
  long[] endedBefore() {
    return endedBefore;
  }

  Set<String> paused() {
    return paused;
  }

  /// The tasks and the nodes by their numbers, without which no row can be read.
  void names() {
    each(
        "SELECT id, task, strategy, queue FROM kind",
        row ->
            kinds.add(
                row.getInt(1),
                row.getString(2),
                Strategy.valueOf(row.getString(3)),
                row.getString(4)));
    each("SELECT id, name FROM node", row -> kinds.addNode(row.getInt(1), row.getString(2)));
  }

  /// All of it but the names, which are known.
  void all(long now, Changes changes) {
    each(
        "SELECT name, max, per FROM limits",
        row -> {
          LimitDef limit = new LimitDef(row.getString(1), row.getInt(2), row.getLong(3));
          limits.put(limit.name(), limit);
          rows.define(limit, now);
        });
    each(
        "SELECT name, key, at FROM rate_start WHERE until > " + now + " ORDER BY at, job",
        row ->
            rows.ready().started(new LimitRef(row.getString(1), row.getString(2)), row.getLong(3)));
    each(
        "SELECT name, run_limit, bound, refuses, step, keeps, paused FROM queue",
        row -> queue(row, now, changes));
    each(
        "SELECT last_job, last_group, succeeded, failed, cancelled, closed, first_unended"
            + " FROM counter",
        this::counters);
    jobs(now, changes);
    if (!inOrder) {
      notes.suspect(rows.lastId());
    }
  }

  private void each(String query, Each each) {
    disk.read(
        query,
        List.of(),
        all -> {
          while (all.next()) {
            each.row(all);
          }
          return true;
        });
  }

  /// One row of a result.
  @FunctionalInterface
  private interface Each {
    void row(ResultSet row) throws SQLException;
  }

  private void queue(ResultSet row, long now, Changes changes) throws SQLException {
    String name = row.getString(1);
    QueueSettings settings =
        new QueueSettings(
            row.getInt(2),
            row.getInt(3),
            row.getBoolean(4),
            Duration.ofNanos(row.getLong(5) * 1_000),
            row.getBoolean(6));
    queues.put(name, settings);
    rows.define(name, settings, now, changes);
    if (row.getBoolean(7)) {
      paused.add(name);
      rows.pause(name, true, now);
    }
  }

  private void counters(ResultSet row) throws SQLException {
    rows.numberAfter(row.getLong(1), row.getLong(2));
    rows.count(JobState.SUCCEEDED, row.getLong(3));
    rows.count(JobState.FAILED, row.getLong(4));
    rows.count(JobState.CANCELLED, row.getLong(5));
    endedBefore = new long[] {row.getLong(3), row.getLong(4), row.getLong(5)};
    notes.endedBefore(endedBefore);
    inOrder = row.getBoolean(6);
    table.firstUnendedFrom(row.getLong(7));
  }

  private void jobs(long now, Changes changes) {
    Map<Integer, Lane> lanes = new HashMap<>();
    // Millions of rows: every column, and every table to look into, costs a good part of a second.
    StringBuilder plain = new StringBuilder(" FROM job j WHERE j.extra IS NULL AND" + UNENDED);
    for (String table : List.of("course", "started")) {
      if (has(table)) {
        plain.append(" AND NOT EXISTS (SELECT 1 FROM " + table + " x WHERE x.id = j.id)");
      }
    }
    each(
        "SELECT j.id, (j.kind << 5) + (j.priority << 1) + (j.limits IS NOT NULL),"
            // A clock that was set back since makes nobody wait who was not put off.
            + " coalesce(j.due, min(j.created, "
            + now
            + ")), j.limits"
            + plain
            + " ORDER BY j.id",
        row -> {
          long id = row.getLong(1);
          int packed = row.getInt(2);
          Lane lane =
              (packed & 1) == 0
                  ? joined(packed >> 5, lanes, now)
                  : rows.ready().join(kinds.byId(packed >> 5).route(row.getString(4)), now);
          JobState state =
              rows.restoreWaiting(
                  lane,
                  kinds.byId(packed >> 5).task(),
                  IdHeap.ticket(id, 1),
                  row.getLong(3),
                  packed >> 1 & 15,
                  now);
          table.putWaiting(id, state, 1);
        });
    LongStream.Builder found = LongStream.builder();
    each(
        "SELECT j.id FROM (SELECT id FROM more UNION SELECT id FROM course UNION"
            + " SELECT id FROM started) j WHERE"
            + UNENDED
            + " ORDER BY j.id",
        row -> found.add(row.getLong(1)));
    wholes = found.build().toArray();
    each(
        "SELECT id, source_group FROM more WHERE source_group IS NOT NULL",
        row -> groupOf.put(row.getLong(1), row.getLong(2)));
    for (int from = 0; from < wholes.length; from += TOGETHER) {
      int to = Math.min(wholes.length, from + TOGETHER);
      read(Arrays.copyOfRange(wholes, from, to), now);
      for (int place = from; place < to; place++) {
        whole(place, now, changes);
      }
    }
  }

  private boolean has(String table) {
    return disk.read("SELECT 1 FROM " + table + " LIMIT 1", List.of(), ResultSet::next);
  }

  private Lane joined(int kind, Map<Integer, Lane> lanes, long now) {
    Lane lane = lanes.get(kind);
    if (lane == null) {
      lane = rows.ready().join(kinds.byId(kind).route(), now);
      lanes.put(kind, lane);
    } else {
      lane.joined();
    }
    return lane;
  }

  /// Makes a job that does more than wait, if it is not made yet. What it waits for comes first:
  /// the jobs of a group may be younger, as a map goes on while its results are awaited.
  private void whole(int place, long now, Changes changes) {
    if (made.get(place)) {
      return;
    }
    made.set(place);
    long id = wholes[place];
    Long group = groupOf.get(id);
    if (group != null) {
      LongStream.Builder members = LongStream.builder();
      disk.read(
          "SELECT job FROM member WHERE grp = ?",
          List.of(group),
          all -> {
            while (all.next()) {
              members.add(all.getLong(1));
            }
            return true;
          });
      members
          .build()
          .mapToInt(member -> Arrays.binarySearch(wholes, member))
          .filter(known -> known >= 0)
          .forEach(known -> whole(known, now, changes));
    }
    Rows.Left left = read.remove(id);
    if (left == null) { // A member of a group that is younger than those read.
      read(new long[] {id}, now);
      left = read.remove(id);
    }
    if (left != null) {
      rows.restore(left.with(withGroup(left.job())), now, changes);
    }
  }

  /// Reads jobs that do more than wait: one query for many, since a query costs more than its rows.
  private void read(long[] ids, long now) {
    Map<Long, List<Finish>> tried = new HashMap<>();
    disk.attempts(ids, tried);
    disk.each(
        "SELECT "
            + Disk.COLUMNS
            + ", c.fence, c.attempt, c.failures, c.losses, c.due, c.held, c.until_registered,"
            + " c.cancel, s.fence, s.attempt, s.at, s.node FROM job j"
            + " LEFT JOIN more m ON m.id = j.id LEFT JOIN course c ON c.id = j.id"
            + " LEFT JOIN started s ON s.id = j.id WHERE j.id IN ",
        ids,
        row -> {
          long id = row.getLong(1);
          if (!made.get(Arrays.binarySearch(wholes, id))) {
            read.put(id, left(row, tried.getOrDefault(id, List.of()), now));
          }
        });
  }

  private Rows.Left left(ResultSet row, List<Finish> tried, long now) throws SQLException {
    long id = row.getLong(1);
    NewJob job = disk.newJob(row);
    long created = row.getLong(4);
    int at = Disk.COLUMN_COUNT;
    int fence = row.getInt(at + 1);
    int attempt = row.getInt(at + 2);
    int startedFence = row.getInt(at + 9);
    boolean ran =
        startedFence > fence || startedFence == fence && startedFence > 0 && askedOnly(row);
    long due = row.getLong(at + 5);
    if (due == 0) {
      // A clock that was set back since makes nobody wait who was not put off.
      due = job.due() == 0 ? Math.min(created, now) : job.due();
    }
    return new Rows.Left(
        id,
        job,
        created,
        due,
        Math.max(fence, startedFence),
        ran ? row.getInt(at + 10) : attempt,
        row.getInt(at + 3),
        row.getInt(at + 4),
        row.getString(at + 6),
        row.getBoolean(at + 7),
        row.getString(at + 8),
        row.getLong(Disk.AFTER_AT),
        tried,
        ran ? kinds.nodeById(row.getInt(at + 12)) : null,
        row.getLong(at + 11));
  }

  /// Whether the course was last written when the running job was asked to cancel.
  private static boolean askedOnly(ResultSet row) throws SQLException {
    return row.getString(Disk.COLUMN_COUNT + 8) != null;
  }

  private NewJob withGroup(NewJob job) {
    if (!(job.input() instanceof Input.OfGroup of)) {
      return job;
    }
    return new NewJob(
        job.task(),
        job.route(),
        new Input.OfGroup(groups.computeIfAbsent(of.group().id(), this::group)),
        job.priority(),
        job.due(),
        job.deadline(),
        job.more());
  }

  private @Nullable Row member(long id) {
    try {
      return table.row(new Disk.Id(id));
    } catch (RefusedException e) {
      return null; // It was forgotten.
    }
  }

  private RowGroup group(long id) {
    List<@Nullable Row> members = new ArrayList<>();
    disk.read(
        "SELECT place, job FROM member WHERE grp = ? ORDER BY place",
        List.of(id),
        all -> {
          while (all.next()) {
            while (members.size() < all.getInt(1)) {
              members.add(null);
            }
            members.add(member(all.getLong(2)));
          }
          return true;
        });
    return disk.read(
        "SELECT open, broken, error FROM grp WHERE id = ?",
        List.of(id),
        row -> {
          if (!row.next()) {
            return rows.restoreGroup(id, members, "the group of its inputs is lost", null);
          }
          if (members.contains(null)) {
            return rows.restoreGroup(id, members, "one of its inputs is no longer kept", null);
          }
          String broken = row.getString(2);
          if (broken == null && row.getBoolean(1)) {
            broken = "the process that gave the inputs of the jobs it waits for ended early";
          }
          return rows.restoreGroup(id, members, broken, Detail.error(row.getBytes(3)));
        });
  }
}
