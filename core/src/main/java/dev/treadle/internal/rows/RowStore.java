package dev.treadle.internal.rows;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Progress;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Group;
import dev.treadle.spi.Input;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Route.LimitRef;
import dev.treadle.spi.Store;
import dev.treadle.spi.StoreEvents;
import dev.treadle.spi.Words;
import dev.treadle.stats.Waiting;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// The seam over [Rows]: every call does its work under one lock, collects in [Changes] what others
/// must hear of, and tells it after the lock is free.
///
/// Where a change has to be written before others may know of it, [#written] says what to wait for.
/// What ended is told after that; what only moved at once.
///
/// Critical sections are short (well under a microsecond but for queries), so one lock carries all
/// strategies.
public abstract class RowStore implements Store {
  private static final Set<JobState> ALL = EnumSet.allOf(JobState.class);

  /// The most jobs that a query looks at in one go under the lock: a fraction of a millisecond.
  private static final int LOOKED_AT_ONCE = 4_096;

  private static final Set<JobState> WAITING =
      EnumSet.of(JobState.SCHEDULED, JobState.BLOCKED, JobState.AVAILABLE, JobState.HELD);

  /// Guards all that the rows are.
  protected final Object lock = new Object();

  /// The rows.
  protected final Rows rows;

  private final Map<String, Long> leases = new HashMap<>();

  /// Calls that have ended jobs and have yet to tell of it.
  private final AtomicInteger telling = new AtomicInteger();

  /// Where time comes from.
  protected InstantSource clock = InstantSource.system();

  /// The latest reading of the clock under the lock.
  private long latest = Long.MIN_VALUE;

  private @Nullable StoreEvents events;

  /// A store with these rows.
  protected RowStore(Rows rows) {
    this.rows = rows;
  }

  /// What was noted down under the lock, on its way to where it outlives this JVM.
  public interface Written {
    /// Returns when it is there.
    ///
    /// @throws dev.treadle.StoreException if it will never be
    void await();

    /// Returns true when it is there, or false when it cannot be written for the time being.
    ///
    /// @throws dev.treadle.StoreException if it will never be
    boolean awaitUnlessStalled();

    /// Does this when it is there, on a thread of the store, or at once if it is there already.
    void then(Runnable next);
  }

  /// What the work that has just been done under the lock, and of which somebody waits to hear, is
  /// written by; null if there is nothing to wait for. Called under the lock.
  protected @Nullable Written written() {
    return null;
  }

  @Override
  public void start(InstantSource clock, StoreEvents events) {
    this.clock = clock;
    this.events = events;
  }

  /// One unit of work under the lock.
  @FunctionalInterface
  protected interface Work<T extends @Nullable Object> {
    /// Does it.
    T run(long now, Changes changes);
  }

  /// Does work, and returns when what came of it is written and told.
  protected final <T extends @Nullable Object> T change(Work<T> work) {
    return change(work, Wait.FOR_GOOD);
  }

  /// Does work as [#change], but does not wait while nothing can be written: others hear later
  /// then.
  protected final <T extends @Nullable Object> T changeUnlessStalled(Work<T> work) {
    return change(work, Wait.UNLESS_STALLED);
  }

  /// Does work, and returns when what moved is told; of what ended others hear when it is written.
  protected final <T extends @Nullable Object> T move(Work<T> work) {
    return change(work, Wait.NOT);
  }

  private enum Wait {
    FOR_GOOD,
    UNLESS_STALLED,
    NOT
  }

  /// Throws if nothing can be changed any more, nor anything true be read.
  protected void check() {
    // In memory there is always a way.
  }

  private <T extends @Nullable Object> T change(Work<T> work, Wait wait) {
    check();
    long now = Micros.now(clock);
    Changes changes = new Changes();
    T result;
    Written written;
    synchronized (lock) {
      now = inOrder(now);
      result = work.run(now, changes);
      rows.settle(changes, now);
      if (changes.anyEnded()) {
        telling.incrementAndGet();
      }
      written = written();
    }
    if (written == null) {
      tell(changes, true, true);
    } else {
      tell(changes, true, false);
      if (await(written, wait)) {
        tell(changes, false, true);
      } else if (changes.anyEnded()) {
        written.then(() -> tell(changes, false, true));
      }
    }
    return result;
  }

  private static boolean await(Written written, Wait wait) {
    return switch (wait) {
      case FOR_GOOD -> {
        written.await();
        yield true;
      }
      case UNLESS_STALLED -> written.awaitUnlessStalled();
      case NOT -> false;
    };
  }

  /// Tells what work under the lock has changed that nobody waits for.
  protected final void tell(Changes changes) {
    if (changes.anyEnded()) {
      telling.incrementAndGet();
    }
    tell(changes, true, true);
  }

  private void tell(Changes changes, boolean moved, boolean ended) {
    StoreEvents listener = events;
    try {
      if (listener != null && ended) {
        changes.tellEnded(listener);
      }
      if (listener != null && moved) {
        changes.tellMoved(listener);
      }
    } finally {
      if (ended && changes.anyEnded()) {
        telling.decrementAndGet();
        if (listener != null) {
          listener.told();
        }
      }
    }
  }

  /// A reading of the clock that was taken before the lock was had may be older than the one before
  /// it. It is taken anew then: under the lock time goes back only if the clock was set back.
  private long inOrder(long read) {
    long now = read < latest ? Micros.now(clock) : read;
    latest = now;
    return now;
  }

  /// Looks, under the lock.
  protected final <T extends @Nullable Object> T look(LongFunction<T> work) {
    check();
    long now = Micros.now(clock);
    synchronized (lock) {
      return work.apply(inOrder(now));
    }
  }

  @Override
  public void define(LimitDef limit) {
    change((now, changes) -> {
      rows.define(limit, now);
      return null;
    });
  }

  @Override
  public void define(String queue, QueueSettings settings) {
    change((now, changes) -> {
      rows.define(queue, settings, now, changes);
      return null;
    });
  }

  @Override
  public QueueSettings settings(String queue) {
    return look(now -> rows.ready.settings(queue));
  }

  @Override
  public Group openGroup(List<Receipt> members) {
    return change((now, changes) -> {
      List<Row> known = new ArrayList<>(members.size());
      members.forEach(member -> known.add(rows.table.row(member)));
      return rows.edges.openGroup(known, now, changes);
    });
  }

  @Override
  public void closeGroup(Group opened, @Nullable Throwable failure) {
    change((now, changes) -> {
      rows.edges.closeGroup((RowGroup) opened, failure, now, changes);
      return null;
    });
  }

  @Override
  public List<Inserted> insert(List<NewJob> jobs) {
    if (jobs.size() == 1) {
      NewJob only = jobs.getFirst();
      Inserted result = changeUnlessStalled((now, changes) -> rows.insert(only, now, changes));
      return List.of(result);
    }
    return changeUnlessStalled((now, changes) -> {
      List<Inserted> results = new ArrayList<>(jobs.size());
      for (NewJob job : jobs) {
        results.add(rows.insert(job, now, changes));
      }
      return results;
    });
  }

  @Override
  public List<Claimed> claim(String node, Strategy strategy, int max) {
    if (max < 1) {
      return List.of();
    }
    return move((now, changes) -> {
      rows.tick(now, changes);
      // What passed deadlines lead to comes first: a child that is to be cancelled is not claimed.
      rows.workOff(changes, now);
      Claimed first = rows.claim(node, strategy, now, changes);
      if (first == null) {
        return List.of();
      }
      if (max == 1) {
        return List.of(first);
      }
      List<Claimed> all = new ArrayList<>(Math.min(max, 64));
      for (Claimed next = first; next != null; ) {
        all.add(next);
        next = all.size() < max ? rows.claim(node, strategy, now, changes) : null;
      }
      return all;
    });
  }

  @Override
  public List<Boolean> finish(List<Finish> attempts) {
    // Jobs are handed back at a close, which must end though there is no room.
    return changeUnlessStalled((now, changes) -> finish(attempts, now, changes));
  }

  private List<Boolean> finish(List<Finish> attempts, long now, Changes changes) {
    List<Boolean> accepted = new ArrayList<>(attempts.size());
    for (Finish attempt : attempts) {
      accepted.add(rows.finish(attempt, now, changes));
    }
    return accepted;
  }

  @Override
  public Turn finishAndClaim(Finish attempt, String node, Strategy strategy) {
    return move((now, changes) -> {
      boolean accepted = rows.finish(attempt, now, changes);
      // What this end leads to comes before the claim: it may end the job that would be claimed.
      rows.workOff(changes, now);
      rows.tick(now, changes);
      return new Turn(accepted, rows.claim(node, strategy, now, changes));
    });
  }

  @Override
  public boolean abandon(long id, int fence) {
    return move((now, changes) -> {
      Row row = rows.running(id, fence);
      if (row == null) {
        return false;
      }
      rows.holders.abandon(row);
      return true;
    });
  }

  @Override
  public void returned(long id, int fence) {
    move((now, changes) -> {
      rows.holders.returned(id, fence, now, changes);
      return null;
    });
  }

  @Override
  public @Nullable String beginWait(long waiter, int fence, Collection<Receipt> awaited) {
    return move((now, changes) -> {
      Row row = rows.running(waiter, fence);
      if (row == null) {
        return null;
      }
      List<Row> others = new ArrayList<>(awaited.size());
      for (Receipt receipt : awaited) {
        Row other = rows.table.get(receipt.id());
        if (other != null) { // Otherwise it has ended.
          others.add(other);
        }
      }
      String refusal = rows.waits.begin(row, others);
      if (refusal == null && !row.aside()) {
        rows.holders.stepAside(row, now, changes);
      }
      return refusal;
    });
  }

  @Override
  public @Nullable String beginRoomWait(long waiter, int fence, String queue) {
    return move((now, changes) -> {
      Row row = rows.running(waiter, fence);
      if (row == null) {
        return null;
      }
      String refusal = rows.waits.beginForRoom(row, queue);
      if (refusal == null && !row.aside()) {
        rows.holders.stepAside(row, now, changes);
      }
      return refusal;
    });
  }

  @Override
  public @Nullable String refusesWait(
      long waiter, int fence, long awaited, String task, Collection<LimitRef> limits) {
    return look(now -> {
      Row row = rows.running(waiter, fence);
      return row == null ? null : rows.waits.limited(row, Waits.name(awaited, task), limits);
    });
  }

  @Override
  public void endWait(long waiter, int fence, Runnable granted) {
    move((now, changes) -> {
      Row row = rows.running(waiter, fence);
      if (row == null || !row.aside()) {
        changes.granted(granted);
      } else {
        rows.holders.comeBack(row, granted, changes);
      }
      return null;
    });
  }

  @Override
  public void cancel(Collection<Long> ids, String cause) {
    change((now, changes) -> {
      for (long id : ids) {
        Row row = rows.table.get(id);
        if (row != null) {
          changes.cancel(row, cause, null);
        }
      }
      return null;
    });
  }

  @Override
  public void cancelWaiting(String cause) {
    change((now, changes) -> {
      rows.table.forEachAfter(
          0,
          WAITING,
          row -> {
            changes.cancel(row, cause, null);
            return true;
          });
      return null;
    });
  }

  @Override
  public boolean hold(long id, String reason) {
    return change((now, changes) -> rows.hold(id, reason, now));
  }

  @Override
  public boolean release(long id) {
    return change((now, changes) -> rows.release(id, now, changes));
  }

  @Override
  public void registered(String task) {
    change((now, changes) -> {
      rows.registered(task, now, changes);
      return null;
    });
  }

  @Override
  public void pause(String queue) {
    paused(queue, true);
  }

  @Override
  public void resume(String queue) {
    paused(queue, false);
  }

  private void paused(String queue, boolean paused) {
    change((now, changes) -> {
      rows.pause(queue, paused, now);
      return null;
    });
  }

  @Override
  public void note(long id, int fence, @Nullable Progress progress, List<String> lines) {
    move((now, changes) -> {
      Row row = rows.running(id, fence);
      if (row != null) {
        row.note(progress, lines);
      }
      return null;
    });
  }

  @Override
  public long tick() {
    // Who watches the clock for all others cannot wait for room on a disk.
    return changeUnlessStalled((now, changes) -> {
      rows.tick(now, changes);
      return rows.nextTime();
    });
  }

  @Override
  public void renew(String node, long until) {
    move((now, changes) -> leases.put(node, until));
  }

  /// Takes all that runs, under new fences, for this node to end as lost.
  protected final List<Claimed> takeAllRunning(String node) {
    return move((now, changes) -> {
      List<Claimed> taken = new ArrayList<>();
      rows.table.forEachAfter(
          0,
          EnumSet.of(JobState.RUNNING),
          row -> {
            taken.add(rows.takeOver(row, node));
            return true;
          });
      return taken;
    });
  }

  @Override
  public List<Claimed> rescue(String node) {
    return move((now, changes) -> {
      List<Claimed> taken = new ArrayList<>();
      Set<String> gone = new HashSet<>();
      leases.forEach((name, until) -> {
        if (until < now) {
          gone.add(name);
        }
      });
      if (gone.isEmpty()) {
        return taken;
      }
      rows.table.forEachAfter(
          0,
          EnumSet.of(JobState.RUNNING),
          row -> {
            if (row.node != null && gone.contains(row.node)) {
              taken.add(rows.takeOver(row, node));
            }
            return true;
          });
      rows.holders.gone(gone, now, changes);
      leases.keySet().removeAll(gone);
      return taken;
    });
  }

  @Override
  public boolean idle(Set<Strategy> strategies) {
    // Not a mere look: it sorts lanes by the gate that stops them, of which others may have to
    // hear.
    return move((now, changes) -> telling.get() == 0 && rows.idle(strategies, now));
  }

  @Override
  public Optional<JobInfo> find(long id) {
    return look(now -> Optional.ofNullable(rows.table.get(id)).map(row -> row.info(now)));
  }

  /// What is known of a job that may have been pruned, but whose receipt somebody holds.
  @Override
  public JobInfo info(Receipt receipt) {
    return look(now -> rows.table.row(receipt).info(now));
  }

  @Override
  public @Nullable Receipt receipt(long id) {
    return look(now -> {
      Row row = rows.table.get(id);
      return row == null ? null : rows.table.receipt(row);
    });
  }

  @Override
  public NewJob original(Receipt receipt) {
    return look(now -> {
      Row row = rows.table.row(receipt);
      Row.More more = row.more;
      String key = more == null ? null : more.key;
      String traceparent = more == null ? null : more.traceparent;
      return new NewJob(
          row.task,
          row.route,
          row.input instanceof Input edge ? edge : new Input.Value(row.input),
          row.priority,
          0,
          Micros.NEVER,
          new NewJob.More(
              key,
              IfTaken.REJECT,
              false,
              null,
              0,
              0,
              row.id,
              null,
              0,
              null,
              traceparent,
              more == null ? null : more.runAs));
    });
  }

  @Override
  public List<JobInfo> query(JobQuery query) {
    List<JobInfo> page = new ArrayList<>();
    long[] cursor = {query.after()};
    boolean more = true;
    while (more && page.size() < query.limit()) {
      more = look(now -> queryNext(query, cursor, page, now));
    }
    return page;
  }

  /// Looks at the next jobs, a few thousand, so that a long query holds the lock for moments only;
  /// returns whether there are more.
  private boolean queryNext(JobQuery query, long[] cursor, List<JobInfo> page, long now) {
    int[] seen = {0};
    rows.table.forEachAfter(
        cursor[0],
        ALL,
        row -> {
          cursor[0] = row.id;
          if (matches(row, query)) {
            page.add(row.info(now));
          }
          return ++seen[0] < LOOKED_AT_ONCE && page.size() < query.limit();
        });
    return seen[0] == LOOKED_AT_ONCE;
  }

  /// Returns whether a job is one that a query asks for.
  protected static boolean matches(Row row, JobQuery query) {
    Row.More more = row.more;
    return (query.states().isEmpty() || query.states().contains(row.state()))
        && (query.task() == null || query.task().equals(row.task))
        && (query.queue() == null || query.queue().equals(row.route.queue()))
        && (query.key() == null || more != null && query.key().equals(more.key))
        && (query.parent() == 0 || more != null && more.parentId == query.parent())
        && within(row.created, query.createdFrom(), query.createdBefore())
        && (query.endedFrom() == null && query.endedBefore() == null
            || row.ended() && within(row.moved, query.endedFrom(), query.endedBefore()));
  }

  private static boolean within(long micros, @Nullable Instant from, @Nullable Instant before) {
    Instant at = Micros.instant(micros);
    return (from == null || !at.isBefore(from)) && (before == null || at.isBefore(before));
  }

  @Override
  public Map<JobState, Long> counts() {
    return look(now -> {
      Map<JobState, Long> counts = new EnumMap<>(JobState.class);
      for (JobState state : JobState.values()) {
        counts.put(state, rows.states.count(state));
      }
      return counts;
    });
  }

  /// Why a job stands where it stands, of which there is a row.
  protected final Reason reason(Row row) {
    return look(now -> Told.of(rows, row, now)).whole();
  }

  @Override
  public Optional<Reason> explain(long id) {
    return look(now -> Optional.ofNullable(rows.table.get(id)).map(row -> Told.of(rows, row, now)))
        .map(Told::whole);
  }

  /// A reason as it is known under the lock.
  ///
  /// @param error what its sentence ends with, if it does: its text is code of a user
  private record Told(Reason reason, @Nullable Throwable error) {
    static Told of(Rows rows, Row row, long now) {
      return new Told(rows.reason(row, now), Rows.errorTold(row));
    }

    /// The whole reason. To be called without the lock.
    Reason whole() {
      return error == null ? reason : reason.plus(Words.of(error));
    }
  }

  @Override
  public List<Waiting> waiting() {
    return look(now -> Why.waiting(rows.ready, now));
  }
}
