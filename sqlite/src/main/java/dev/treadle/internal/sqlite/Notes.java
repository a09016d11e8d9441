package dev.treadle.internal.sqlite;

import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.StoreException;
import dev.treadle.internal.ready.RateGate;
import dev.treadle.internal.rows.Journal;
import dev.treadle.internal.rows.Row;
import dev.treadle.internal.rows.RowGroup;
import dev.treadle.internal.rows.Rows;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Notes down what has to be written, in the order in which it comes, for the writer to take batch
/// by batch. Guarded by the lock of the store.
///
/// Starts are noted late: a job that ends within [#LATE_NANOS] of its start never has one on disk.
/// Only where a crash has shown that a job may end the JVM at once is the start on disk first.
final class Notes implements Journal {
  /// So long a start waits for its end before it is written.
  static final long LATE_NANOS = 10_000_000;

  /// So many changes, or bytes of results, may wait to be written before those who finish jobs
  /// wait.
  private static final int AHEAD_MAX = 10_000;

  private static final long BYTES_AHEAD_MAX = 64 << 20;

  private record Mark(Statements.Start start, long since) {}

  private final Kinds kinds;
  private final DiskTable table;
  private final Runnable wake;
  private final BooleanSupplier stalled;
  private final LinkedHashMap<Long, Mark> marks = new LinkedHashMap<>();
  private final long[] endedInAll = new long[3];
  private Batch batch;
  private @Nullable Rows rows;
  private boolean noted;
  private volatile int count;
  private volatile long bytes;

  /// Jobs up to this one may have ended the JVM that ran the store before.
  private volatile long suspectUpTo;

  private @Nullable Batch withSuspects;

  /// @param wake called when something is to be written after nothing was
  /// @param stalled whether nothing can be written for the time being
  Notes(Kinds kinds, DiskTable table, Runnable wake, BooleanSupplier stalled) {
    this.kinds = kinds;
    this.table = table;
    this.wake = wake;
    this.stalled = stalled;
    this.batch = new Batch(stalled);
  }

  void of(Rows all) {
    rows = all;
  }

  void suspect(long upTo) {
    suspectUpTo = upTo;
  }

  void endedBefore(long[] counts) {
    System.arraycopy(counts, 0, endedInAll, 0, endedInAll.length);
  }

  /// The batch in which something was noted since the last call, or null.
  @Nullable Batch takeNoted() {
    boolean was = noted;
    noted = false;
    return was ? batch : null;
  }

  /// Whether a job may have ended the JVM that ran the store before.
  boolean suspects(long job) {
    return job <= suspectUpTo;
  }

  /// The latest batch with starts that must be on disk before the jobs run.
  @Nullable Batch withSuspects() {
    return withSuspects;
  }

  /// Whether so much waits to be written that those who bring more must wait too. May be asked
  /// without the lock.
  boolean farAhead() {
    return count > AHEAD_MAX || bytes > BYTES_AHEAD_MAX;
  }

  /// The batch that is being filled.
  Batch current() {
    return batch;
  }

  /// How many changes there are to write. May be asked without the lock.
  int count() {
    return count;
  }

  /// Whether there is something to write.
  boolean any() {
    return !batch.isEmpty();
  }

  /// In how many nanoseconds the oldest start is to be written; negative if there is none.
  long nextMark(long nanos) {
    Iterator<Mark> first = marks.values().iterator();
    return first.hasNext() ? Math.max(0, first.next().since() + LATE_NANOS - nanos) : -1;
  }

  /// Takes what there is to write, and begins anew.
  Batch take(long nanos) {
    Iterator<Mark> each = marks.values().iterator();
    while (each.hasNext()) {
      Mark mark = each.next();
      if (nanos - mark.since() < LATE_NANOS) {
        break;
      }
      batch.changes.add(sql -> sql.started(mark.start()));
      each.remove();
    }
    Batch full = batch;
    full.lastJob = Objects.requireNonNull(rows).lastId();
    full.lastGroup = rows.lastGroup();
    full.firstUnended = table.firstUnended(full.lastJob);
    System.arraycopy(endedInAll, 0, full.endedInAll, 0, 3);
    batch = new Batch(stalled);
    count = 0;
    bytes = 0;
    return full;
  }

  /// Has all that is noted from now on fail, since nothing more is written; returns what was noted
  /// and not taken.
  Batch end(StoreException why) {
    Batch last = batch;
    batch = new Batch(stalled);
    batch.done(why);
    marks.clear();
    count = 0;
    bytes = 0;
    return last;
  }

  /// Notes a rare change.
  void change(Batch.Change change) {
    begin();
    batch.changes.add(change);
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // changed under the lock only
  private void begin() {
    noted = true;
    count++;
    if (batch.isEmpty()) {
      wake.run();
    }
  }

  @Override
  public boolean inserted(Row row, NewJob job) {
    begin();
    Kinds.Kind kind = kinds.of(job.task(), job.route());
    if (kind == null) {
      Kinds.Kind added = kinds.addNew(job.task(), job.route());
      batch.changes.add(sql -> sql.kind(added));
      kind = added;
    }
    batch.inserts.add(new Batch.Insert(row, job, kind.id(), row.after()));
    NewJob.More more = job.more();
    if (more != null) {
      if (more.held() != null) {
        Row.Course course = row.course();
        change(sql -> sql.course(course));
      }
      if (more.group() != null) {
        member(more.group().id(), more.index(), row.id());
      }
    }
    return true;
  }

  @Override
  public void started(Row row) {
    for (RateGate rate : row.rates()) {
      long until = Micros.plus(row.moved(), rate.window());
      Statements.RateStart counts =
          new Statements.RateStart(until, row.id(), rate.ref(), row.moved());
      change(sql -> sql.rateStart(counts));
    }
    Statements.Start start =
        new Statements.Start(row.id(), row.fence(), row.attempt(), row.moved(), node(row.node()));
    if (row.id() <= suspectUpTo) {
      change(sql -> sql.started(start));
      withSuspects = batch;
    } else {
      if (marks.isEmpty()) {
        wake.run();
      }
      marks.put(row.id(), new Mark(start, System.nanoTime()));
    }
  }

  private int node(@Nullable String name) {
    String known = Objects.requireNonNull(name);
    int node = kinds.node(known);
    if (node == 0) {
      int added = kinds.addNewNode(known);
      change(sql -> sql.node(added, known));
      return added;
    }
    return node;
  }

  @Override
  public void tried(Row row, Finish attempt) {
    marks.remove(row.id());
    int node = node(attempt.tally().node());
    long id = row.id();
    change(sql -> sql.attempt(id, attempt, node));
  }

  @Override
  public void changed(Row row) {
    if (row.state() == JobState.RUNNING) {
      // What asked it to cancel is to be known after a crash, and so is that it ran.
      Mark mark = marks.remove(row.id());
      if (mark != null) {
        change(sql -> sql.started(mark.start()));
      }
    }
    Row.Course course = row.course();
    change(sql -> sql.course(course));
  }

  @Override
  @SuppressWarnings("NonAtomicOperationOnVolatileField") // changed under the lock only
  public void ended(Row row, Outcome<?> outcome, @Nullable Finish last) {
    marks.remove(row.id());
    int node = last == null ? 0 : node(last.tally().node());
    begin();
    endedInAll[Disk.stateNumber(outcome.state())]++;
    Detail detail =
        Detail.of(
            outcome,
            last == null ? null : last.end(),
            last != null && last.tally().abandoned(),
            row.progress(),
            row.log());
    batch.ends.add(
        new Batch.End(row.id(), outcome, last, node, row.attempt(), row.moved(), detail));
    batch.ended.add(row);
    if (outcome instanceof Outcome.Succeeded<?> it) {
      bytes += Form.sizeOf(it.value());
    }
  }

  @Override
  public void changed(RowGroup group) {
    long id = group.id();
    boolean open = group.open();
    String broken = group.broken();
    Throwable error = group.error();
    change(sql -> sql.group(id, open, broken, error));
  }

  @Override
  public void joined(RowGroup group, Row member, int index) {
    member(group.id(), index, member.id());
  }

  private void member(long group, int index, long job) {
    change(sql -> sql.member(group, index, job));
  }
}
