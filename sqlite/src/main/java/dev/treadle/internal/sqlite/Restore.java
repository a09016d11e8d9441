package dev.treadle.internal.sqlite;

import dev.treadle.JobState;
import dev.treadle.QueueSettings;
import dev.treadle.RefusedException;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the rows again as the file has them: what another run of the store left. Once, before
/// anything else; under the lock of the store.
///
/// A job that only waits costs a byte and a place in its lane; all others are made as objects.
final class Restore {
  private static final Logger LOG = LoggerFactory.getLogger(Restore.class);

  /// The most jobs that are read ahead of the one that is made.
  private static final int TOGETHER = 1_024;

  /// What [#left] reads.
  static final String LEFT =
      "SELECT "
          + Disk.COLUMNS
          + ", c.fence, c.attempt, c.failures, c.losses, c.due, c.held, c.until_registered,"
          + " c.cancel, s.fence, s.attempt, s.at, s.node FROM job j"
          + " LEFT JOIN more m ON m.id = j.id LEFT JOIN course c ON c.id = j.id"
          + " LEFT JOIN started s ON s.id = j.id";

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
  private final BitSet entered = new BitSet();
  private final Map<Long, String> damaged = new TreeMap<>();

  /// Jobs that were read and are yet to be made.
  private final Map<Long, Rows.Left> read = new HashMap<>();

  /// The jobs that do more than wait, by ascending id; those at the places in `made` are made.
  private long[] wholes = {};

  private long[] endedBefore = new long[3];
  private boolean inOrder;

  /// No job before this one is unended.
  private long first = 1;

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

  /// The jobs that are damaged and left as they are, with what is wrong with each.
  Map<Long, String> damaged() {
    return damaged;
  }

  private void leave(long id, String what) {
    damaged.putIfAbsent(id, what);
    table.leave(id);
  }

  /// The tasks and the nodes by their numbers, without which no row can be read.
  void names() {
    disk.names();
  }

  /// All of it but the names, which are known.
  void all(long now, Changes changes) {
    each(
        "SELECT name, max, per FROM limits",
        row -> {
          LimitDef limit = limit(row);
          if (limit != null) {
            limits.put(limit.name(), limit);
            rows.define(limit, now);
          }
        });
    each(
        "SELECT name, key, at FROM rate_start WHERE until > " + now + " ORDER BY at, job",
        row ->
            rows.ready().started(new LimitRef(row.getString(1), row.getString(2)), row.getLong(3)));
    each(
        "SELECT name, run_limit, bound, refuses, step, keeps, paused FROM queue",
        row -> queue(row, now, changes));
    counters();
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
    String name = String.valueOf(row.getString(1));
    QueueSettings settings = QueueSettings.DEFAULT;
    boolean stands = row.getBoolean(7);
    try {
      settings =
          Ranges.queue(
              row.getLong(2), row.getLong(3), row.getBoolean(4), row.getLong(5), row.getBoolean(6));
    } catch (RuntimeException e) {
      stands = true; // Nobody knows how much of it may run at once.
      LOG.warn(
          "queue {}: its settings in the file are damaged ({}): it is paused; resume it, or name it"
              + " in open",
          name,
          e.getMessage());
    }
    queues.put(name, settings);
    rows.define(name, settings, now, changes);
    if (stands) {
      paused.add(name);
      rows.pause(name, true, now);
    }
  }

  private static @Nullable LimitDef limit(ResultSet row) throws SQLException {
    String name = row.getString(1);
    if (name == null) {
      return null;
    }
    try {
      return Ranges.limit(name, row.getLong(2), row.getLong(3));
    } catch (IllegalArgumentException e) {
      LOG.warn(
          "limit {}: it is damaged in the file ({}): it lets one run at once until its task is"
              + " registered",
          name,
          e.getMessage());
      return new LimitDef(name, 1, 0);
    }
  }

  /// The counters, which are no lower than what is there: a number is never given out twice.
  private void counters() {
    int[] count = new int[1];
    each(
        "SELECT max(last_job, coalesce((SELECT max(id) FROM job WHERE id <= "
            + Ranges.ID_MAX / 2
            + "), 0)), max(last_group, coalesce((SELECT max(id) FROM grp), 0),"
            + " coalesce((SELECT max(grp) FROM member), 0),"
            + " coalesce((SELECT max(source_group) FROM more), 0)),"
            + " succeeded, failed, cancelled, closed, first_unended FROM counter",
        row -> {
          count[0]++;
          counters(row);
        });
    if (count[0] != 1) {
      throw new IllegalArgumentException("there are " + count[0] + " rows of counters, not one");
    }
  }

  private void counters(ResultSet row) throws SQLException {
    long last = Ranges.last("last job", row.getLong(1));
    rows.numberAfter(last, Ranges.last("last group", row.getLong(2)));
    rows.count(JobState.SUCCEEDED, row.getLong(3));
    rows.count(JobState.FAILED, row.getLong(4));
    rows.count(JobState.CANCELLED, row.getLong(5));
    endedBefore = new long[] {row.getLong(3), row.getLong(4), row.getLong(5)};
    notes.endedBefore(endedBefore);
    inOrder = row.getBoolean(6);
    first = row.getLong(7) < 1 || row.getLong(7) > last + 1 ? 1 : row.getLong(7);
    table.firstUnendedFrom(first);
  }

  /// Of a table j of jobs, those that have not ended.
  private String unended() {
    return " j.id >= " + first + " AND NOT EXISTS (SELECT 1 FROM done d WHERE d.id = j.id)";
  }

  private void jobs(long now, Changes changes) {
    Map<Integer, Lane> lanes = new HashMap<>();
    // Millions of rows: every column, and every table to look into, costs a good part of a second.
    StringBuilder plain = new StringBuilder(" FROM job j WHERE j.extra IS NULL AND" + unended());
    for (String table : List.of("course", "started")) {
      if (has(table)) {
        plain.append(" AND NOT EXISTS (SELECT 1 FROM " + table + " x WHERE x.id = j.id)");
      }
    }
    each(
        "SELECT j.id, CASE WHEN j.id BETWEEN 1 AND "
            + Ranges.ID_MAX
            + " AND j.kind BETWEEN 1 AND "
            + Ranges.NUMBER_MAX
            + " AND j.priority BETWEEN 0 AND 9 AND j.form & ~8 BETWEEN 0 AND 3"
            + " AND coalesce(j.due, 0) >= 0"
            + " THEN (j.kind << 5) + (j.priority << 1) + (j.limits IS NOT NULL) ELSE -1 END,"
            // A clock that was set back since makes nobody wait who was not put off.
            + " coalesce(j.due, min(j.created, "
            + now
            + ")), j.limits"
            + plain
            + " ORDER BY j.id",
        row -> plain(row, lanes, now));
    LongStream.Builder found = LongStream.builder();
    each(
        "SELECT j.id FROM (SELECT id FROM more UNION SELECT id FROM course UNION"
            + " SELECT id FROM started) j WHERE"
            + unended()
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

  private void plain(ResultSet row, Map<Integer, Lane> lanes, long now) throws SQLException {
    long id = row.getLong(1);
    int packed = row.getInt(2);
    if (packed < 0) {
      leave(id, "a number of it is out of range");
      return;
    }
    try {
      Kinds.Kind kind = kinds.byId(packed >> 5);
      Lane lane =
          (packed & 1) == 0
              ? joined(packed >> 5, lanes, now)
              : rows.ready().join(kind.route(row.getString(4)), now);
      JobState state =
          rows.restoreWaiting(
              lane, kind.task(), IdHeap.ticket(id, 1), row.getLong(3), packed >> 1 & 15, now);
      table.putWaiting(id, state, 1);
    } catch (IllegalArgumentException | IllegalStateException e) {
      leave(id, String.valueOf(e.getMessage()));
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
  /// the jobs of a group may be younger, as a map goes on while its results are awaited. By a stack
  /// of its own, since groups may wait for groups to any depth.
  private void whole(int place, long now, Changes changes) {
    Deque<Integer> stack = new ArrayDeque<>(List.of(place));
    while (!stack.isEmpty()) {
      int top = stack.getFirst();
      if (!made.get(top) && !entered.get(top)) {
        entered.set(top);
        members(top, stack);
      } else {
        stack.removeFirst();
        if (!made.get(top)) {
          made.set(top);
          make(wholes[top], now, changes);
        }
      }
    }
  }

  private void members(int place, Deque<Integer> stack) {
    Long group = groupOf.get(wholes[place]);
    if (group == null) {
      return;
    }
    disk.read(
        "SELECT job FROM member WHERE grp = ?",
        List.of(group),
        row -> {
          while (row.next()) {
            int member = Arrays.binarySearch(wholes, row.getLong(1));
            if (member >= 0 && entered.get(member) && !made.get(member)) {
              leave(wholes[place], "it waits for itself, by way of job " + wholes[member]);
            } else if (member >= 0 && !made.get(member)) {
              stack.addFirst(member);
            }
          }
          return true;
        });
  }

  private void make(long id, long now, Changes changes) {
    try {
      Rows.Left left = read.remove(id);
      if (left == null && !damaged.containsKey(id)) { // A younger member of a group.
        read(new long[] {id}, now);
        left = read.remove(id);
      }
      if (left == null || damaged.containsKey(id)) {
        return;
      }
      checkReadable(left.job().input() instanceof Input.OfJob of ? of.job().id() : 0);
      checkReadable(left.after());
      rows.restore(left.with(withGroup(left.job())), now, changes);
    } catch (DamagedException e) {
      leave(id, e.job() == id ? e.what() : "it waits for job " + e.job() + ", which is damaged");
    } catch (RuntimeException | StackOverflowError e) {
      leave(id, String.valueOf(e.getMessage()));
    }
  }

  /// Throws if a job that another waits for is damaged; nothing for 0.
  private void checkReadable(long id) {
    if (id != 0) {
      Row unused = member(id);
    }
  }

  /// Reads jobs that do more than wait: one query for many, since a query costs more than its rows.
  private void read(long[] ids, long now) {
    Map<Long, List<Finish>> tried = new HashMap<>();
    Map<Long, DamagedException> bad = new HashMap<>();
    disk.attempts(ids, tried, bad);
    bad.forEach((id, e) -> leave(id, e.what()));
    disk.each(
        LEFT + " WHERE j.id IN ",
        ids,
        row -> {
          long id = row.getLong(1);
          if (!made.get(Arrays.binarySearch(wholes, id))) {
            try {
              read.put(id, left(disk, kinds, row, tried.getOrDefault(id, List.of()), now));
            } catch (DamagedException e) {
              leave(id, e.what());
            }
          }
        });
  }

  /// A job that has not ended, as its rows have it.
  ///
  /// @throws DamagedException if they are not as Treadle writes them
  static Rows.Left left(Disk disk, Kinds kinds, ResultSet row, List<Finish> tried, long now)
      throws SQLException {
    NewJob job = disk.newJob(row);
    return disk.decoded(row.getLong(1), () -> left(job, kinds, row, tried, now));
  }

  private static Rows.Left left(
      NewJob job, Kinds kinds, ResultSet row, List<Finish> tried, long now) throws SQLException {
    long id = row.getLong(1);
    long created = row.getLong(4);
    int at = Disk.COLUMN_COUNT;
    int fence = Ranges.count("fence", row.getLong(at + 1));
    int attempt = Ranges.count("attempt", row.getLong(at + 2));
    int startedFence = Ranges.count("fence", row.getLong(at + 9));
    boolean ran =
        startedFence > fence || startedFence == fence && startedFence > 0 && askedOnly(row);
    long due = Ranges.within("due time", row.getLong(at + 5), Long.MAX_VALUE);
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
        ran ? Ranges.count("attempt", row.getLong(at + 10)) : attempt,
        Ranges.count("number of failures", row.getLong(at + 3)),
        Ranges.count("number of losses", row.getLong(at + 4)),
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
    String what = damaged.get(id);
    if (what != null) {
      throw new DamagedException(disk.file(), id, what, null);
    }
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
            if (members.size() < all.getLong(1)) {
              members.add(null); // One that is not there is as bad as many.
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
