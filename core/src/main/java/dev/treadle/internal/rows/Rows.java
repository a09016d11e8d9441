package dev.treadle.internal.rows;

import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.RefusedException;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All jobs, and every way in which one moves from state to state. Guarded by the lock of the
/// store, as are the parts it works with.
///
/// What a move is made of is in those parts: [States] has where each job stands, [Edges] what the
/// jobs have to do with one another, [Holders] who holds the gates, [Waits] who waits inside a job.
/// A job is a user of its lane until it has ended.
public final class Rows {
  /// The limit under which those jobs run that ran when an earlier process died.
  static final String LOST_BEFORE = "lost-before";

  final RowTable table;
  final ReadySet ready;
  final Waits waits;
  final States states;
  final Edges edges;
  final Holders holders;
  private final Journal journal;
  private boolean quarantine = true;
  private long lastId;

  /// No rows yet.
  public Rows(RowTable table, Journal journal) {
    this.table = table;
    this.journal = journal;
    ready = new ReadySet(ticket -> table.stands(ticket, JobState.AVAILABLE));
    waits = new Waits(ready);
    states = new States(table, ready);
    edges = new Edges(table, journal, states);
    holders = new Holders(ready, waits, states.running);
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
      Row holder = extra.key() == null ? null : edges.holder(job.task(), extra.key(), extra.once());
      if (holder != null && (!holder.ended() || extra.once())) {
        boolean leaves = extra.ifTaken() == IfTaken.RETURN && asked(holder);
        if (holder.ended() || extra.ifTaken() != IfTaken.REPLACE && !leaves) {
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
      states.timeDeadline(row, changes);
    }
    if (extra != null) {
      link(row, extra, parent, replaced, changes);
      if (replaced != null && extra.once() && extra.ifTaken() == IfTaken.RETURN) {
        row.more().unlessDone = true;
      }
    }
    edges.linkInput(row, job.input(), changes);
    row.pending = journal.inserted(row, job);
    states.enter(row, now, changes);
    workOff(changes, now);
    return new Inserted.Taken(table.receipt(row));
  }

  /// Returns whether a job runs and was asked to cancel: it will hardly do what it was for.
  private static boolean asked(Row row) {
    return row.state == JobState.RUNNING && row.cancelCause() != null;
  }

  /// A job that was taken is kept for good: it may start.
  public void activate(Row row, long now, Changes changes) {
    row.pending = false;
    if (row.state == JobState.BLOCKED && (row.more == null || row.more.unmet == 0)) {
      states.enter(row, now, changes);
    }
  }

  /// Numbers jobs and groups from where an earlier run of the store left off.
  public void numberAfter(long job, long group) {
    lastId = job;
    edges.lastGroup = group;
  }

  /// Says whether jobs that ran when an earlier process died run one at a time.
  public void quarantine(boolean oneAtATime) {
    quarantine = oneAtATime;
  }

  /// The number of the latest job.
  public long lastId() {
    return lastId;
  }

  /// The number of the latest group.
  public long lastGroup() {
    return edges.lastGroup;
  }

  /// The ready set.
  public ReadySet ready() {
    return ready;
  }

  /// Counts jobs that ended in earlier runs of the store.
  public void count(JobState state, long jobs) {
    states.count(state, jobs);
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
      long started) {
    /// The same, with the job as it was handed in.
    public Left with(NewJob job) {
      return new Left(
          id,
          job,
          created,
          due,
          fence,
          attempt,
          failures,
          losses,
          held,
          untilRegistered,
          cancel,
          after,
          tried,
          node,
          started);
    }
  }

  /// Takes a job back that an earlier run of the store left; in the order of ids.
  public void restore(Left left, long now, Changes changes) {
    NewJob job = left.job();
    boolean alone =
        quarantine
            && (left.node() != null || left.losses() > 0)
            && job.route().strategy() != Strategy.PROCESS; // what runs elsewhere ends nobody here
    Lane lane = ready.join(alone ? alone(job.route(), now) : job.route(), now);
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
      states.timeDeadline(row, changes);
    }
    if (job.more() != null) {
      Row parent = table.get(job.more().parent());
      link(row, job.more(), parent == null || parent.ended() ? null : parent, null, changes);
      row.more().parentId = job.more().parent();
    }
    try {
      edges.linkInput(row, job.input(), changes);
    } catch (RefusedException forgotten) {
      changes.cancel(row, "its input is no longer kept", forgotten);
    }
    Edges.follow(row, left.after() == 0 ? null : table.get(left.after()));
    if (left.held() != null) {
      row.more().heldBecause = left.held();
      row.more().heldUntilRegistered = left.untilRegistered();
    }
    if (left.node() != null) {
      states.set(row, JobState.RUNNING);
      lane.queue().waiting(-1);
      ready.hold(lane, now);
      row.node = left.node();
      row.moved = left.started();
    } else {
      states.enter(row, now, changes);
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
    return states.enter(lane, task, ticket, at, priority, now);
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
        || extra.traceparent() != null
        || extra.runAs() != null) {
      row.more().retryOf = extra.retryOf();
      row.more().heldBecause = extra.held();
      row.more().submittedAt = extra.submittedAt();
      row.more().traceparent = extra.traceparent();
      row.more().runAs = extra.runAs();
    }
    edges.link(row, extra, parent, replaced, changes);
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
    states.set(row, JobState.RUNNING);
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
        row.more == null ? null : row.more.traceparent,
        row.more == null ? null : row.more.runAs);
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
    holders.stop(row, attempt.codeRuns(), now, changes);
    switch (next) {
      case Next.Ended done -> end(row, done.outcome(), attempt, now, changes);
      case Next.Parked parked -> {
        journal.tried(row, attempt);
        row.more().heldBecause = parked.reason();
        row.more().heldUntilRegistered = parked.untilRegistered();
        states.reenter(row, now, changes);
      }
      case Next.Again again -> {
        journal.tried(row, attempt);
        switch (again.charge()) {
          case FAILURE -> row.failures++;
          case LOSS -> row.losses++;
          case NOTHING -> {}
        }
        if (again.charge() != Next.Charge.NOTHING) {
          Edges.cancelChildren(row, "job " + row.id + ", its parent, is tried again", changes);
        }
        row.due = Math.max(again.due(), now);
        states.reenter(row, now, changes);
      }
    }
    if (!row.ended()) {
      journal.changed(row);
    }
    return true;
  }

  /// Why a job stands where it stands, without the text of the exception that ends the sentence:
  /// [#errorTold] gives that.
  public Reason reason(Row row, long now) {
    return Why.of(row, this, now);
  }

  /// The exception whose text ends the reason of a job, or null if none does. Its text is code of a
  /// user: it may only be asked for while no lock is held.
  public static @Nullable Throwable errorTold(Row row) {
    return Why.errorTold(row);
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
        Outcome<?> outcome =
            next.outcome() != null
                ? next.outcome()
                : new Outcome.Cancelled<>(next.cause(), next.error(), row.attempt);
        endWaiting(row, outcome, now, changes);
      } else if (row.more().cancelCause == null) {
        row.more().cancelCause = next.cause();
        journal.changed(row);
        changes.asked(row);
      }
    }
  }

  private void endWaiting(Row row, Outcome<?> outcome, long now, Changes changes) {
    states.withdraw(row, now);
    leaveWaiting(row, changes);
    end(row, outcome, null, now, changes);
  }

  private void end(Row row, Outcome<?> outcome, @Nullable Finish last, long now, Changes changes) {
    states.set(row, outcome.state());
    row.moved = now;
    row.outcome(outcome);
    changes.ended(row);
    ready.leave(row.lane, now);
    Row.More more = row.more;
    if (more != null) {
      states.dropDeadline(more);
      waits.ended(row, more);
      edges.ended(row, more, outcome, now, changes);
    }
    journal.ended(row, outcome, last);
  }

  /// Lets an ended job go, and its key with it.
  public void forget(Row row) {
    table.remove(row.id);
    edges.freeKey(row);
  }

  boolean hold(long id, String reason, long now) {
    Row row = table.get(id);
    if (row == null || !row.waits() || row.state == JobState.HELD) {
      return false;
    }
    states.withdraw(row, now);
    row.more().heldBecause = reason;
    states.set(row, JobState.HELD);
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
    states.enter(row, now, changes);
    journal.changed(row);
    return true;
  }

  /// Lets the jobs go on that were held until their task is registered.
  void registered(String task, long now, Changes changes) {
    states.unregistered(task).forEach(row -> release(row.id, now, changes));
  }

  /// Moves what is due, ends what is past its deadline.
  void tick(long now, Changes changes) {
    states.startDue(now, changes);
    Row row;
    while ((row = states.pollPastDeadline(now)) != null) {
      if (row.waits()) {
        endWaiting(row, Transition.expired(row.id, row.deadline(), row.attempt), now, changes);
      }
      // Of one that runs, its runner sees to the deadline.
    }
    ready.tick(now);
  }

  long nextTime() {
    return Math.min(ready.nextTime(), states.nextTime());
  }

  /// Takes a running job over from a node that is gone.
  Claimed takeOver(Row row, String node) {
    row.fence++;
    row.node = node;
    return claimed(row);
  }

  boolean idle(Set<Strategy> strategies, long now) {
    return states.count(JobState.RUNNING) == holders.abandoned()
        && !ready.claimable(strategies, now);
  }
}
