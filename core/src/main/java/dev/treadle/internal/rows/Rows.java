package dev.treadle.internal.rows;

import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.RefusedException;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.internal.ready.Gate;
import dev.treadle.internal.ready.IdHeap;
import dev.treadle.internal.ready.Lane;
import dev.treadle.internal.ready.QueueGate;
import dev.treadle.internal.ready.ReadySet;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Input;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Next;
import dev.treadle.spi.Route;
import dev.treadle.spi.Route.LimitRef;
import dev.treadle.spi.Transition;
import dev.treadle.stats.Waiting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All jobs, and every way in which one moves from state to state. Guarded by the lock of the
/// store.
///
/// Invariants: a row is in `ready` exactly while it is available, in `due` exactly while it is
/// scheduled; it is a user of its lane until it has ended; it holds the gates of its lane exactly
/// while it runs (but for its queue's while it waits for others), or its abandoned code does.
public final class Rows {
  /// The limit under which those jobs run that ran when an earlier process died.
  static final String LOST_BEFORE = "lost-before";

  private static final JobState[] STATES = JobState.values();

  private record KeyOf(String task, String key) {}

  private record Holder(long id, int fence) {}

  private record Held(@Nullable String node, Lane lane, boolean withQueue, long since) {}

  final RowTable table;
  final ReadySet ready = new ReadySet(this::standsReady);
  final Waits waits = new Waits(ready::holders);
  private final Journal journal;
  private final IdHeap due = new IdHeap(this::standsScheduled);
  private final IdHeap deadlines = new IdHeap(this::standsUnended);
  private final Map<KeyOf, Row> keys = new HashMap<>();
  private final RunningRows running = new RunningRows();
  private final Map<Holder, Held> abandonedCode = new HashMap<>();
  private final long[] counts = new long[STATES.length];
  private int abandonedRunning;
  private long lastId;
  private long lastGroup;

  /// No rows yet.
  public Rows(RowTable table, Journal journal) {
    this.table = table;
    this.journal = journal;
  }

  private boolean standsReady(long ticket) {
    return table.stands(ticket, JobState.AVAILABLE);
  }

  private boolean standsScheduled(long ticket) {
    return table.stands(ticket, JobState.SCHEDULED);
  }

  private boolean standsUnended(long ticket) {
    return table.unended(IdHeap.id(ticket));
  }

  Inserted insert(NewJob job, long now, Changes changes) {
    NewJob.More extra = job.more();
    Row parent = null;
    Row replaced = null;
    if (extra != null) {
      if (extra.parent() != 0) {
        parent = running(extra.parent(), extra.parentFence());
        if (parent == null) {
          return new Inserted.ParentEnded();
        }
      }
      Row holder = extra.key() == null ? null : holder(job.task(), extra.key(), extra.once());
      if (holder != null && (!holder.ended() || extra.once())) {
        if (extra.ifTaken() != IfTaken.REPLACE || holder.ended()) {
          return new Inserted.KeyTaken(table.receipt(holder));
        }
        replaced = holder;
      }
    }
    if (ready.full(job.route())) {
      return new Inserted.QueueFull();
    }
    Lane lane = ready.join(job.route(), now);
    Object input = job.input() instanceof Input.Value value ? value.value() : job.input();
    Row row = new Row(++lastId, job.task(), job.route(), lane, job.priority(), now, input);
    row.due = Math.max(now, job.due());
    table.put(row);
    lane.queue().waiting(1);
    if (job.deadline() != Micros.NEVER) {
      row.more().deadline = job.deadline();
      timeDeadline(row, changes);
    }
    if (extra != null) {
      link(row, extra, parent, replaced, changes);
    }
    linkInput(row, job.input(), changes);
    row.pending = journal.inserted(row, job);
    enter(row, now, changes);
    workOff(changes, now);
    return new Inserted.Taken(table.receipt(row));
  }

  private @Nullable Row holder(String task, String key, boolean once) {
    Row holder = keys.get(new KeyOf(task, key));
    return holder == null && once ? table.endedWithKey(task, key) : holder;
  }

  /// A job that was taken is kept for good: it may start.
  public void activate(Row row, long now, Changes changes) {
    row.pending = false;
    if (row.state == JobState.BLOCKED && (row.more == null || row.more.unmet == 0)) {
      enter(row, now, changes);
    }
  }

  /// Numbers jobs and groups from where an earlier run of the store left off.
  public void numberAfter(long job, long group) {
    lastId = job;
    lastGroup = group;
  }

  /// The number of the latest job.
  public long lastId() {
    return lastId;
  }

  /// The number of the latest group.
  public long lastGroup() {
    return lastGroup;
  }

  /// The ready set.
  public ReadySet ready() {
    return ready;
  }

  /// Counts jobs that ended in earlier runs of the store.
  public void count(JobState state, long jobs) {
    counts[state.ordinal()] += jobs;
  }

  /// Defines or redefines a limit.
  public void define(LimitDef limit, long now) {
    ready.define(limit, now);
  }

  /// Defines or redefines a queue.
  public void define(String queue, QueueSettings settings, long now, Changes changes) {
    ready.define(queue, settings, now, changes::granted);
    changes.room = true;
  }

  /// Pauses a queue, or ends its pause.
  public void pause(String queue, boolean paused, long now) {
    ready.pause(queue, paused, now);
  }

  /// A job as an earlier run of the store left it.
  ///
  /// @param job as it was handed in
  /// @param due when it is to start at the earliest
  /// @param held why it is parked, or null
  /// @param untilRegistered whether it is parked until its task is registered
  /// @param cancel what asked it to cancel, or null
  /// @param after the job it replaces and waits for; 0 for none
  /// @param tried its attempts that ended
  /// @param node where it ran when that run of the store ended, or null if it did not run
  /// @param started when that attempt started
  public record Left(
      long id,
      NewJob job,
      long created,
      long due,
      int fence,
      int attempt,
      int failures,
      int losses,
      @Nullable String held,
      boolean untilRegistered,
      @Nullable String cancel,
      long after,
      List<Finish> tried,
      @Nullable String node,
      long started) {}

  /// Takes a job back that an earlier run of the store left; in the order of ids.
  public void restore(Left left, long now, Changes changes) {
    NewJob job = left.job();
    boolean lost = left.node() != null || left.losses() > 0;
    Lane lane = ready.join(lost ? alone(job.route(), now) : job.route(), now);
    Object input = job.input() instanceof Input.Value value ? value.value() : job.input();
    Row row =
        new Row(left.id(), job.task(), job.route(), lane, job.priority(), left.created(), input);
    row.due = left.due();
    row.fence = left.fence();
    row.attempt = left.attempt();
    row.failures = left.failures();
    row.losses = left.losses();
    left.tried().forEach(row::tried);
    table.put(row);
    lane.queue().waiting(1);
    if (job.deadline() != Micros.NEVER) {
      row.more().deadline = job.deadline();
      timeDeadline(row, changes);
    }
    if (job.more() != null) {
      Row parent = table.get(job.more().parent());
      link(row, job.more(), parent == null || parent.ended() ? null : parent, null, changes);
      row.more().parentId = job.more().parent();
    }
    try {
      linkInput(row, job.input(), changes);
    } catch (RefusedException forgotten) {
      changes.cancel(row, "its input is no longer kept", forgotten);
    }
    follow(row, left.after() == 0 ? null : table.get(left.after()));
    if (left.held() != null) {
      row.more().heldBecause = left.held();
      row.more().heldUntilRegistered = left.untilRegistered();
    }
    if (left.node() != null) {
      state(row, JobState.RUNNING);
      lane.queue().waiting(-1);
      ready.hold(lane, now);
      row.node = left.node();
      row.moved = left.started();
    } else {
      enter(row, now, changes);
    }
    if (left.cancel() != null) {
      changes.cancel(row, left.cancel(), null);
    }
    workOff(changes, now);
  }

  /// The way of a job that ran when the process died. Who of those that ran ended it, nobody knows:
  /// they go one at a time from now on, so that the one which does it again takes none of the
  /// others with it, whose losses would come to an end too.
  private Route alone(Route route, long now) {
    ready.define(new LimitDef(LOST_BEFORE, 1, 0), now);
    List<LimitRef> limits = new ArrayList<>(route.limits());
    limits.add(new LimitRef(LOST_BEFORE, null));
    return new Route(route.strategy(), route.queue(), limits);
  }

  /// Takes a job back of which nothing is known but that it waits, and says in which state; its row
  /// is fetched when it is needed.
  ///
  /// @param lane joined for it
  /// @param ticket that of its first wait
  public JobState restoreWaiting(
      Lane lane, String task, long ticket, long at, int priority, long now) {
    lane.queue().waiting(1);
    JobState state = at > now ? JobState.SCHEDULED : JobState.AVAILABLE;
    counts[state.ordinal()]++;
    lane.waits(task, state, 1);
    if (state == JobState.SCHEDULED) {
      due.add(at, ticket);
    } else {
      ready.add(lane, lane.queue().rank(at, priority), ticket, now);
    }
    return state;
  }

  /// A group as an earlier run of the store left it, with its members.
  public RowGroup restoreGroup(
      long id, List<@Nullable Row> members, @Nullable String broken, @Nullable Throwable error) {
    RowGroup group = new RowGroup(id);
    for (int i = 0; i < members.size(); i++) {
      Row row = members.get(i);
      if (row != null) {
        group.add(row, i);
        if (row.outcome() == null) {
          row.more().groups = Row.plus(row.more().groups, group);
        }
      }
    }
    group.open = false;
    group.broken = broken;
    group.error = error;
    return group;
  }

  private void link(
      Row row, NewJob.More extra, @Nullable Row parent, @Nullable Row replaced, Changes changes) {
    if (extra.retryOf() != 0
        || extra.held() != null
        || extra.submittedAt() != null
        || extra.traceparent() != null) {
      row.more().retryOf = extra.retryOf();
      row.more().heldBecause = extra.held();
      row.more().submittedAt = extra.submittedAt();
      row.more().traceparent = extra.traceparent();
    }
    if (parent != null) {
      row.more().parent = parent;
      row.more().parentId = parent.id;
      parent.addChild(row);
    }
    if (extra.group() instanceof RowGroup group) {
      row.more().groups = Row.plus(row.more().groups, group);
      group.add(row, extra.index());
    }
    if (extra.key() != null) {
      row.more().key = extra.key();
      keys.put(new KeyOf(row.task, extra.key()), row);
    }
    if (replaced != null) {
      // What runs must end first; what only waits, perhaps for that to end, ends now.
      Row before = replaced.state == JobState.RUNNING ? replaced : replaced.more().after;
      follow(row, before);
      changes.cancel(replaced, "replaced by job " + row.id + " with the same key", null);
    }
  }

  /// Has a job wait for the end of the one it replaces.
  private static void follow(Row row, @Nullable Row before) {
    if (before != null && !before.ended()) {
      row.more().after = before;
      row.more().unmet++;
      before.more().followers = Row.plus(before.more().followers, row);
    }
  }

  private void linkInput(Row row, Input input, Changes changes) {
    switch (input) {
      case Input.Value value -> {}
      case Input.OfJob of -> {
        Row source = table.row(of.job());
        row.more().inputJob = source;
        Outcome<?> outcome = source.outcome();
        if (outcome == null) {
          row.more().unmet++;
          source.more().dependents = Row.plus(source.more().dependents, row);
        } else if (!(outcome instanceof Outcome.Succeeded<?>)) {
          changes.cancel(row, inputEnded(source, outcome), errorOf(outcome));
        }
      }
      case Input.OfGroup of -> {
        RowGroup group = (RowGroup) of.group();
        row.more().inputGroup = group;
        if (group.broken != null) {
          changes.cancel(row, group.broken, group.error);
        } else if (!group.complete()) {
          row.more().unmet++;
          group.dependents.add(row);
        }
      }
    }
  }

  /// Puts a job that neither runs nor has ended where it belongs now.
  private void enter(Row row, long now, Changes changes) {
    Row.More more = row.more;
    if (more != null && more.heldBecause != null) {
      state(row, JobState.HELD);
    } else if (row.pending || more != null && more.unmet > 0) {
      state(row, JobState.BLOCKED);
    } else if (row.due > now) {
      state(row, JobState.SCHEDULED);
      timed(due, row.due, row.nextTicket(), changes);
      table.waits(row);
    } else {
      state(row, JobState.AVAILABLE);
      long rank = row.lane.queue().rank(row.due, row.priority);
      ready.add(row.lane, rank, row.nextTicket(), now);
      table.waits(row);
    }
  }

  private void timeDeadline(Row row, Changes changes) {
    Row.More more = row.more;
    if (more != null && more.deadline != Micros.NEVER && !more.deadlineTimed) {
      more.deadlineTimed = true;
      timed(deadlines, more.deadline, IdHeap.ticket(row.id, 0), changes);
    }
  }

  /// A job that ran waits again.
  private void reenter(Row row, long now, Changes changes) {
    row.lane.queue().waiting(1);
    // If its deadline passed while it ran, the next tick ends it.
    timeDeadline(row, changes);
    enter(row, now, changes);
  }

  private static void timed(IdHeap heap, long at, long ticket, Changes changes) {
    heap.add(at, ticket);
    changes.sooner |= heap.topTicket() == ticket;
  }

  private void state(Row row, JobState next) {
    if (row.state != null) {
      counts[row.state.ordinal()]--;
      if (waits(row.state)) {
        row.lane.waits(row.task, row.state, -1);
      }
    }
    if (waits(next)) {
      row.lane.waits(row.task, next, 1);
    }
    if (next == JobState.RUNNING) {
      running.add(row);
    } else if (row.state == JobState.RUNNING) {
      running.remove(row);
    }
    row.state = next;
    counts[next.ordinal()]++;
  }

  private static boolean waits(JobState state) {
    return switch (state) {
      case SCHEDULED, BLOCKED, AVAILABLE, HELD -> true;
      case RUNNING, SUCCEEDED, FAILED, CANCELLED -> false;
    };
  }

  /// How many jobs wait for which reason, by queue and task. Kept as they move: what this looks at
  /// are the routes they wait on, not the jobs.
  List<Waiting> waiting(long now) {
    Map<Waiting, Long> sums = new HashMap<>();
    ready.forEachLane(lane -> {
      Route route = lane.route();
      Gate closed = ready.closed(lane, now);
      lane.waiting((task, state, jobs) -> {
        Reason.Kind why = Why.kind(state, closed);
        sums.merge(
            new Waiting(route.queue(), task, route.strategy(), why, 0), (long) jobs, Long::sum);
      });
    });
    return sums.entrySet().stream()
        .map(sum -> {
          Waiting of = sum.getKey();
          return new Waiting(of.queue(), of.task(), of.strategy(), of.why(), sum.getValue());
        })
        .sorted(
            Comparator.comparing(Waiting::queue)
                .thenComparing(Waiting::task)
                .thenComparing(Waiting::strategy)
                .thenComparing(Waiting::why))
        .toList();
  }

  /// Takes a job out of the structure its state keeps it in, to move it elsewhere.
  private void withdraw(Row row, long now) {
    JobState was = row.state();
    // The heaps ask the state whether a pair still stands: it must be gone first.
    state(row, JobState.BLOCKED);
    if (was == JobState.AVAILABLE) {
      ready.dropped(row.lane, now);
    } else if (was == JobState.SCHEDULED) {
      due.dropped();
    }
  }

  @Nullable Claimed claim(String node, Strategy strategy, long now, Changes changes) {
    long id = ready.poll(strategy, now);
    if (id < 0) {
      return null;
    }
    Row row = table.polled(id);
    if (row == null) {
      throw new AssertionError("job " + id + " is ready but not in the table");
    }
    state(row, JobState.RUNNING);
    leaveWaiting(row, changes);
    row.fence++;
    row.attempt++;
    row.moved = now;
    row.node = node;
    journal.started(row);
    return claimed(row);
  }

  private static Claimed claimed(Row row) {
    if (row.input instanceof Input) {
      // From here on the value counts, so that a chain of jobs does not keep all its links alive.
      Row.More more = row.more();
      if (more.inputGroup != null) {
        row.input = more.inputGroup.results();
      } else if (more.inputJob != null
          && more.inputJob.outcome() instanceof Outcome.Succeeded<?> done) {
        row.input = done.value();
      }
      more.inputGroup = null;
      more.inputJob = null;
    }
    return new Claimed(
        row.id,
        row.fence,
        row.task,
        row.lane.route().queue(),
        row.input,
        row.attempt,
        row.failures,
        row.losses,
        row.due,
        row.moved,
        row.deadline(),
        row.cancelCause(),
        row.more == null ? null : row.more.submittedAt,
        row.more == null ? null : row.more.traceparent);
  }

  private static void leaveWaiting(Row row, Changes changes) {
    QueueGate queue = row.lane.queue();
    changes.room |= queue.full();
    queue.waiting(-1);
  }

  @Nullable Row running(long id, int fence) {
    Row row = table.get(id);
    return row != null && row.state == JobState.RUNNING && row.fence == fence ? row : null;
  }

  boolean finish(Finish attempt, long now, Changes changes) {
    Row row = running(attempt.id(), attempt.fence());
    if (row == null) {
      return false;
    }
    row.tried(attempt);
    Next next = attempt.next();
    String cancel = row.cancelCause();
    if (cancel != null && !(next.outcome() instanceof Outcome.Succeeded<?>)) {
      next = Transition.cancelled(cancel, row.attempt);
    }
    stopRunning(row, attempt.codeRuns(), now, changes);
    switch (next) {
      case Next.Ended done -> end(row, done.outcome(), attempt, now, changes);
      case Next.Parked parked -> {
        journal.tried(row, attempt);
        row.more().heldBecause = parked.reason();
        row.more().heldUntilRegistered = parked.untilRegistered();
        reenter(row, now, changes);
      }
      case Next.Again again -> {
        journal.tried(row, attempt);
        switch (again.charge()) {
          case FAILURE -> row.failures++;
          case LOSS -> row.losses++;
          case NOTHING -> {}
        }
        if (again.charge() != Next.Charge.NOTHING) {
          cancelChildren(row, "job " + row.id + ", its parent, is tried again", changes);
        }
        row.due = Math.max(again.due(), now);
        reenter(row, now, changes);
      }
    }
    if (!row.ended()) {
      journal.changed(row);
    }
    return true;
  }

  /// Gives back what a running job holds, or notes who holds it if its code still runs.
  private void stopRunning(Row row, boolean codeRuns, long now, Changes changes) {
    boolean withQueue = row.more == null || !row.more.aside;
    if (codeRuns) {
      Lane lane = ready.join(row.lane.route(), now);
      abandonedCode.put(
          new Holder(row.id, row.fence), new Held(row.node, lane, withQueue, row.moved));
    } else {
      ready.give(row.lane, withQueue, now, changes::granted);
    }
    Row.More more = row.more;
    if (more != null) {
      if (more.abandoned) {
        more.abandoned = false;
        abandonedRunning--;
      }
      more.aside = false;
      waits.end(row);
    }
    row.node = null;
  }

  boolean abandon(long id, int fence) {
    Row row = running(id, fence);
    if (row == null) {
      return false;
    }
    if (!row.more().abandoned) {
      row.more().abandoned = true;
      abandonedRunning++;
    }
    return true;
  }

  void returned(long id, int fence, long now, Changes changes) {
    Held held = abandonedCode.remove(new Holder(id, fence));
    if (held != null) {
      free(held, now, changes);
    }
  }

  /// Frees what abandoned code held on nodes that are gone, and the code with them.
  void gone(Set<String> nodes, long now, Changes changes) {
    List<Held> freed = new ArrayList<>();
    abandonedCode
        .values()
        .removeIf(held -> held.node() != null && nodes.contains(held.node()) && freed.add(held));
    freed.forEach(held -> free(held, now, changes));
  }

  private void free(Held held, long now, Changes changes) {
    ready.give(held.lane(), held.withQueue(), now, changes::granted);
    ready.leave(held.lane(), now);
  }

  void stepAside(Row row, long now, Changes changes) {
    row.more().aside = true;
    ready.stepAside(row.lane, now, changes::granted);
  }

  /// Gives a job that stepped aside its queue's permit back, now or when one is free.
  void comeBack(Row row, Runnable granted, Changes changes) {
    int fence = row.fence;
    waits.end(row);
    ready.comeBack(
        row.lane,
        () -> {
          boolean stillRuns = row.state == JobState.RUNNING && row.fence == fence;
          if (stillRuns) {
            row.more().aside = false;
          }
          return stillRuns;
        },
        granted,
        changes::granted);
  }

  private static void cancelChildren(Row row, String cause, Changes changes) {
    if (row.more != null) {
      for (Row child : row.more.children) {
        changes.cancel(child, cause, null);
      }
    }
  }

  /// Why a job stands where it stands.
  public Reason reason(Row row, long now) {
    return Why.of(row, this, now);
  }

  /// Works off what the work of a call led to, and notes whom it concerns.
  public void settle(Changes changes, long now) {
    workOff(changes, now);
    changes.woken |= ready.takeWoken();
    changes.sooner |= ready.takeSooner();
  }

  /// Cancels what other changes led to, until nothing more follows.
  void workOff(Changes changes, long now) {
    Changes.Ending next;
    while ((next = changes.nextToCancel()) != null) {
      Row row = next.row();
      if (row.ended()) {
        continue;
      }
      if (row.state != JobState.RUNNING) {
        endWaiting(
            row, new Outcome.Cancelled<>(next.cause(), next.error(), row.attempt), now, changes);
      } else if (row.more().cancelCause == null) {
        row.more().cancelCause = next.cause();
        journal.changed(row);
        changes.asked(row);
      }
    }
  }

  private void endWaiting(Row row, Outcome<?> outcome, long now, Changes changes) {
    withdraw(row, now);
    leaveWaiting(row, changes);
    end(row, outcome, null, now, changes);
  }

  private void end(Row row, Outcome<?> outcome, @Nullable Finish last, long now, Changes changes) {
    state(row, outcome.state());
    row.moved = now;
    row.outcome(outcome);
    changes.ended(row);
    ready.leave(row.lane, now);
    Row.More more = row.more;
    if (more != null) {
      if (more.deadlineTimed) {
        more.deadlineTimed = false;
        deadlines.dropped();
      }
      tellOthers(row, more, outcome, now, changes);
    }
    journal.ended(row, outcome, last);
  }

  private void tellOthers(Row row, Row.More more, Outcome<?> outcome, long now, Changes changes) {
    boolean succeeded = outcome instanceof Outcome.Succeeded<?>;
    for (Row dependent : more.dependents) {
      if (succeeded) {
        met(dependent, now, changes);
      } else {
        changes.cancel(dependent, inputEnded(row, outcome), errorOf(outcome));
      }
    }
    more.dependents = List.of();
    for (Row follower : more.followers) {
      met(follower, now, changes);
    }
    more.followers = List.of();
    for (RowGroup group : more.groups) {
      group.unended--;
      groupChanged(group, row, outcome, now, changes);
    }
    more.groups = List.of();
    if (more.parent != null) {
      more.parent.removeChild(row);
      more.parent = null;
    }
    if (more.after != null && !more.after.ended() && more.key != null) {
      // A replacement that ends before what it was to replace gives the key back.
      keys.replace(new KeyOf(row.task, more.key), row, more.after);
    }
    more.after = null;
    if (!succeeded) {
      cancelChildren(row, "job " + row.id + ", its parent, " + outcome.state(), changes);
    }
    more.children = Set.of();
  }

  RowGroup openGroup(List<Row> members, long now, Changes changes) {
    RowGroup group = new RowGroup(++lastGroup);
    journal.changed(group);
    for (int i = 0; i < members.size(); i++) {
      Row row = members.get(i);
      group.add(row, i);
      journal.joined(group, row, i);
      Outcome<?> outcome = row.outcome();
      if (outcome == null) {
        row.more().groups = Row.plus(row.more().groups, group);
      } else {
        groupChanged(group, row, outcome, now, changes);
      }
    }
    return group;
  }

  void closeGroup(RowGroup group, @Nullable Throwable failure, long now, Changes changes) {
    group.open = false;
    if (failure != null) {
      breakGroup(group, "the inputs of the jobs it waits for ended early", failure, changes);
    } else {
      groupChanged(group, now, changes);
    }
    journal.changed(group);
  }

  void groupChanged(RowGroup group, Row member, Outcome<?> outcome, long now, Changes changes) {
    if (!(outcome instanceof Outcome.Succeeded<?>)) {
      breakGroup(group, inputEnded(member, outcome), errorOf(outcome), changes);
    } else {
      groupChanged(group, now, changes);
    }
  }

  void groupChanged(RowGroup group, long now, Changes changes) {
    if (group.complete() && group.broken == null) {
      for (Row dependent : group.dependents) {
        met(dependent, now, changes);
      }
      group.dependents.clear();
    }
  }

  void breakGroup(RowGroup group, String cause, @Nullable Throwable error, Changes changes) {
    if (group.broken == null) {
      group.broken = cause;
      group.error = error;
      journal.changed(group);
      for (Row dependent : group.dependents) {
        changes.cancel(dependent, cause, error);
      }
      group.dependents.clear();
    }
  }

  private void met(Row row, long now, Changes changes) {
    if (!row.ended() && --row.more().unmet == 0 && row.state == JobState.BLOCKED) {
      row.due = Math.max(row.due, now);
      enter(row, now, changes);
    }
  }

  private static String inputEnded(Row source, Outcome<?> outcome) {
    return "job " + source.id + " (" + source.task + "), its input, " + outcome.state();
  }

  private static @Nullable Throwable errorOf(Outcome<?> outcome) {
    return switch (outcome) {
      case Outcome.Failed<?> failed -> failed.cause();
      case Outcome.Cancelled<?> cancelled -> cancelled.error();
      case Outcome.Succeeded<?> succeeded -> null;
    };
  }

  /// Lets an ended job go, and its key with it.
  public void forget(Row row) {
    table.remove(row.id);
    if (row.more != null && row.more.key != null) {
      keys.remove(new KeyOf(row.task, row.more.key), row);
    }
  }

  boolean hold(long id, String reason, long now) {
    Row row = table.get(id);
    if (row == null || !row.waits() || row.state == JobState.HELD) {
      return false;
    }
    withdraw(row, now);
    row.more().heldBecause = reason;
    state(row, JobState.HELD);
    journal.changed(row);
    return true;
  }

  boolean release(long id, long now, Changes changes) {
    Row row = table.get(id);
    if (row == null || row.state != JobState.HELD) {
      return false;
    }
    row.more().heldBecause = null;
    row.more().heldUntilRegistered = false;
    row.due = Math.max(row.due, now);
    enter(row, now, changes);
    journal.changed(row);
    return true;
  }

  /// Lets the jobs go on that were held until their task is registered.
  void registered(String task, long now, Changes changes) {
    List<Row> waiting = new ArrayList<>();
    table.forEachAfter(
        0,
        EnumSet.of(JobState.HELD),
        row -> {
          if (row.task.equals(task) && row.more().heldUntilRegistered) {
            waiting.add(row);
          }
          return true;
        });
    waiting.forEach(row -> release(row.id, now, changes));
  }

  /// Moves what is due, ends what is past its deadline.
  void tick(long now, Changes changes) {
    while (!due.isEmpty() && due.topRank() <= now) {
      Row row = table.get(IdHeap.id(due.topTicket()));
      due.removeTop();
      if (row != null) {
        enter(row, now, changes);
      }
    }
    while (!deadlines.isEmpty() && deadlines.topRank() <= now) {
      Row row = table.get(IdHeap.id(deadlines.topTicket()));
      deadlines.removeTop();
      if (row != null) {
        row.more().deadlineTimed = false;
        if (row.waits()) {
          endWaiting(row, Transition.expired(row.id, row.deadline(), row.attempt), now, changes);
        }
        // Of one that runs, its runner sees to the deadline.
      }
    }
    ready.tick(now);
  }

  long nextTime() {
    long next = ready.nextTime();
    next = due.isEmpty() ? next : Math.min(next, due.topRank());
    return deadlines.isEmpty() ? next : Math.min(next, deadlines.topRank());
  }

  /// Takes a running job over from a node that is gone.
  Claimed takeOver(Row row, String node) {
    row.fence++;
    row.node = node;
    return claimed(row);
  }

  /// One attempt that holds a gate.
  ///
  /// @param code whether only its code runs on, after its attempt was ended
  record Holding(long id, long since, boolean code, @Nullable Row row) {}

  /// The attempts that hold a gate, in the order in which they started. Looks at what runs.
  List<Holding> holding(Gate gate) {
    boolean queue = gate instanceof QueueGate;
    List<Holding> found = new ArrayList<>();
    running.forEach(row -> {
      if (row.lane.passes(gate) && !(queue && row.aside())) {
        found.add(new Holding(row.id, row.moved, false, row));
      }
    });
    abandonedCode.forEach((holder, held) -> {
      if (held.lane().passes(gate) && (!queue || held.withQueue())) {
        found.add(new Holding(holder.id(), held.since(), true, null));
      }
    });
    found.sort(Comparator.comparingLong(Holding::since).thenComparingLong(Holding::id));
    return found;
  }

  boolean idle(Set<Strategy> strategies, long now) {
    return counts[JobState.RUNNING.ordinal()] == abandonedRunning
        && !ready.claimable(strategies, now);
  }

  /// How many jobs are in a state.
  public long count(JobState state) {
    return counts[state.ordinal()];
  }
}
