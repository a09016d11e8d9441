package dev.treadle.internal.memory;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
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
import dev.treadle.spi.Store;
import dev.treadle.spi.StoreEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Jobs in the memory of this JVM: live objects under one lock.
///
/// Every call does its work in [Rows] under the lock, collects in [Changes] what others must hear
/// of, and tells it after the lock is free. Critical sections are short (well under a microsecond
/// but for queries), so one lock carries all strategies.
public final class MemoryStore implements Store {
  private final Object lock = new Object();
  private final Rows rows;
  private final @Nullable Duration lease;
  private final Map<String, Long> leases = new HashMap<>();

  /// Calls that have ended jobs and have yet to tell of it.
  private final AtomicInteger telling = new AtomicInteger();

  private long lastGroup;
  private InstantSource clock = InstantSource.system();
  private @Nullable StoreEvents events;

  /// A store that keeps this many ended jobs and whose nodes have no leases.
  public MemoryStore(int keepEnded) {
    this(keepEnded, null);
  }

  /// A store whose nodes have leases, for tests of what several nodes do.
  public MemoryStore(int keepEnded, @Nullable Duration lease) {
    this.rows = new Rows(keepEnded);
    this.lease = lease;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public boolean keepsObjects() {
    return true;
  }

  @Override
  public void start(InstantSource clock, StoreEvents events) {
    this.clock = clock;
    this.events = events;
  }

  @Override
  public @Nullable Duration lease() {
    return lease;
  }

  /// One unit of work under the lock.
  @FunctionalInterface
  private interface Work<T extends @Nullable Object> {
    T run(long now, Changes changes);
  }

  private <T extends @Nullable Object> T change(Work<T> work) {
    long now = Micros.now(clock);
    Changes changes = new Changes();
    T result;
    synchronized (lock) {
      result = work.run(now, changes);
      rows.workOff(changes, now);
      changes.woken = rows.ready.takeWoken();
      changes.sooner |= rows.ready.takeSooner();
      if (changes.anyEnded()) {
        telling.incrementAndGet();
      }
    }
    try {
      if (events != null) {
        changes.tell(events);
      }
    } finally {
      if (changes.anyEnded()) {
        telling.decrementAndGet();
        if (events != null) {
          events.told();
        }
      }
    }
    return result;
  }

  private <T extends @Nullable Object> T look(LongFunction<T> work) {
    long now = Micros.now(clock);
    synchronized (lock) {
      return work.apply(now);
    }
  }

  @Override
  public void define(LimitDef limit) {
    change((now, changes) -> {
      rows.ready.define(limit, now);
      return null;
    });
  }

  @Override
  public void define(String queue, QueueSettings settings) {
    change((now, changes) -> {
      rows.ready.define(queue, settings, now, changes::granted);
      changes.room = true;
      return null;
    });
  }

  @Override
  public Group openGroup(List<Receipt> members) {
    return change((now, changes) -> {
      MemoryGroup group = new MemoryGroup(++lastGroup);
      for (int i = 0; i < members.size(); i++) {
        Row row = (Row) members.get(i);
        group.add(row, i);
        Outcome<?> outcome = row.outcome();
        if (outcome == null) {
          row.more().groups = Row.plus(row.more().groups, group);
        } else {
          rows.groupChanged(group, row, outcome, now, changes);
        }
      }
      return group;
    });
  }

  @Override
  public void closeGroup(Group opened, @Nullable Throwable failure) {
    change((now, changes) -> {
      MemoryGroup group = (MemoryGroup) opened;
      group.open = false;
      if (failure != null) {
        rows.breakGroup(group, "the inputs of the jobs it waits for ended early", failure, changes);
      } else {
        rows.groupChanged(group, now, changes);
      }
      return null;
    });
  }

  @Override
  public List<Inserted> insert(List<NewJob> jobs) {
    if (jobs.size() == 1) {
      NewJob only = jobs.getFirst();
      Inserted result = change((now, changes) -> rows.insert(only, now, changes));
      return List.of(result);
    }
    return change((now, changes) -> {
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
    return change((now, changes) -> {
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
    if (attempts.size() == 1) {
      Finish only = attempts.getFirst();
      boolean accepted = change((now, changes) -> rows.finish(only, now, changes));
      return List.of(accepted);
    }
    return change((now, changes) -> {
      List<Boolean> accepted = new ArrayList<>(attempts.size());
      for (Finish attempt : attempts) {
        accepted.add(rows.finish(attempt, now, changes));
      }
      return accepted;
    });
  }

  @Override
  public Turn finishAndClaim(Finish attempt, String node, Strategy strategy) {
    return change((now, changes) -> {
      boolean accepted = rows.finish(attempt, now, changes);
      // What this end leads to comes before the claim: it may end the job that would be claimed.
      rows.workOff(changes, now);
      rows.tick(now, changes);
      return new Turn(accepted, rows.claim(node, strategy, now, changes));
    });
  }

  @Override
  public boolean abandon(long id, int fence) {
    return change((now, changes) -> rows.abandon(id, fence));
  }

  @Override
  public void returned(long id, int fence) {
    change((now, changes) -> {
      rows.returned(id, fence, now, changes);
      return null;
    });
  }

  @Override
  public @Nullable String beginWait(long waiter, int fence, Collection<Receipt> awaited) {
    return change((now, changes) -> {
      Row row = rows.running(waiter, fence);
      if (row == null) {
        return null;
      }
      List<Row> others = new ArrayList<>(awaited.size());
      awaited.forEach(receipt -> others.add((Row) receipt));
      String refusal = rows.waits.begin(row, others);
      if (refusal == null && !row.aside()) {
        rows.stepAside(row, now, changes);
      }
      return refusal;
    });
  }

  @Override
  public void endWait(long waiter, int fence, Runnable granted) {
    change((now, changes) -> {
      Row row = rows.running(waiter, fence);
      if (row == null || !row.aside()) {
        changes.granted(granted);
      } else {
        rows.comeBack(row, granted, changes);
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
          row -> {
            if (row.waits()) {
              changes.cancel(row, cause, null);
            }
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
  public long forget(String queue) {
    return change((now, changes) -> rows.forget(queue));
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
      rows.ready.pause(queue, paused, now);
      return null;
    });
  }

  @Override
  public void note(long id, int fence, @Nullable Progress progress, List<String> lines) {
    change((now, changes) -> {
      Row row = rows.running(id, fence);
      if (row != null) {
        row.note(progress, lines);
      }
      return null;
    });
  }

  @Override
  public long tick() {
    return change((now, changes) -> {
      rows.tick(now, changes);
      return rows.nextTime();
    });
  }

  @Override
  public void renew(String node, long until) {
    change((now, changes) -> leases.put(node, until));
  }

  @Override
  public List<Claimed> rescue(String node) {
    return change((now, changes) -> {
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
          row -> {
            if (row.node != null && gone.contains(row.node)) {
              taken.add(rows.takeOver(row, node));
            }
            return true;
          });
      rows.gone(gone, now, changes);
      leases.keySet().removeAll(gone);
      return taken;
    });
  }

  @Override
  public boolean idle(Set<Strategy> strategies) {
    // Not a mere look: it sorts lanes by the gate that stops them, of which others may have to
    // hear.
    return change((now, changes) -> telling.get() == 0 && rows.idle(strategies, now));
  }

  @Override
  public Optional<JobInfo> find(long id) {
    return look(now -> Optional.ofNullable(rows.table.get(id)).map(row -> row.info(now)));
  }

  /// What is known of a job that may have been pruned, but whose receipt somebody holds.
  @Override
  public JobInfo info(Receipt receipt) {
    return look(now -> ((Row) receipt).info(now));
  }

  @Override
  public @Nullable Receipt receipt(long id) {
    return look(now -> rows.table.get(id));
  }

  @Override
  public NewJob original(Receipt receipt) {
    return look(now -> {
      Row row = (Row) receipt;
      Row.More more = row.more;
      String key = more == null ? null : more.key;
      return new NewJob(
          row.task,
          row.route,
          row.input instanceof Input edge ? edge : new Input.Value(row.input),
          row.priority,
          0,
          Micros.NEVER,
          new NewJob.More(key, IfTaken.REJECT, false, null, 0, 0, row.id, null, 0, null));
    });
  }

  @Override
  public List<JobInfo> query(JobQuery query) {
    return look(now -> {
      List<JobInfo> page = new ArrayList<>();
      rows.table.forEachAfter(
          query.after(),
          row -> {
            if (matches(row, query)) {
              page.add(row.info(now));
            }
            return page.size() < query.limit();
          });
      return page;
    });
  }

  private static boolean matches(Row row, JobQuery query) {
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
        counts.put(state, rows.count(state));
      }
      return counts;
    });
  }

  @Override
  public Optional<Reason> explain(long id) {
    return look(
        now -> Optional.ofNullable(rows.table.get(id)).map(row -> Why.of(row, rows.ready, now)));
  }

  @Override
  public void close() {
    // Nothing is held open.
  }
}
