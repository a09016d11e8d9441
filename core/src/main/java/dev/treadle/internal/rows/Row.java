package dev.treadle.internal.rows;

import dev.treadle.Attempt;
import dev.treadle.JobInfo;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.internal.ready.IdHeap;
import dev.treadle.internal.ready.Lane;
import dev.treadle.internal.ready.RateGate;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Input;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Route;
import dev.treadle.spi.RunAs;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A job in memory, and the receipt its handle holds. Small: a plain job that waits is this object,
/// a place in the table and a place in its lane. Guarded by the lock of the store, but for `id`,
/// `task` and `outcome`.
public final class Row implements Receipt {
  /// The most attempts of a job that are kept, the latest ones.
  public static final int ATTEMPTS_KEPT = 100;

  final long id;
  final String task;
  final Route route;
  final byte priority;
  final long created;

  /// The value, or the edge to it until the first claim.
  @Nullable Object input;

  /// Null only until it first enters a state.
  @Nullable JobState state;

  /// When it became, or becomes, available.
  long due;

  /// Where it stands, and whose gates it holds while it runs.
  Lane lane;

  /// Counts claims; each is a new right to run.
  int fence;

  /// When it last started or ended.
  long moved;

  /// Where it runs.
  @Nullable String node;

  /// Whether it is not yet kept for good, and so must not start.
  boolean pending;

  /// Whether its table counts it among those it keeps at hand.
  private boolean atHand;

  int attempt;
  int failures;
  int losses;

  /// Counts the times it entered a heap, so that what is left of an earlier wait is known as stale.
  private short wait;

  private volatile @Nullable Outcome<?> outcome;

  /// What few jobs have.
  @Nullable More more;

  /// The attempts that ended: one [Finish], or a queue of them.
  private @Nullable Object tried;

  /// What few jobs have.
  static final class More {
    long deadline = Micros.NEVER;

    /// Whether the clock has yet to reach the deadline.
    boolean deadlineTimed;

    @Nullable String key;
    long parentId;

    /// Until its end; so that those that have ended keep nobody alive.
    @Nullable Row parent;

    long retryOf;
    List<RowGroup> groups = List.of();
    @Nullable String heldBecause;

    /// Whether it is held only until its task is registered.
    boolean heldUntilRegistered;

    @Nullable Throwable submittedAt;
    @Nullable String traceparent;
    @Nullable RunAs runAs;

    /// Edges in: how many of what it waits for have not ended, and what they are.
    int unmet;

    @Nullable Row inputJob;
    @Nullable RowGroup inputGroup;
    @Nullable Row after;

    /// Whether it need not run if the job it follows succeeds after all.
    boolean unlessDone;

    /// Edges out.
    List<Row> dependents = List.of();

    List<Row> followers = List.of();
    Set<Row> children = Set.of();

    /// Who waits for it inside a job, and for whom it waits.
    Set<Row> awaiters = Set.of();

    Set<Row> awaits = Set.of();

    /// The full queue in which it waits for room, inside the job, or null.
    @Nullable String roomIn;

    /// While it runs.
    @Nullable String cancelCause;

    boolean aside;
    boolean abandoned;

    Progress progress = Progress.NONE;
    JobLog log = new JobLog();
  }

  Row(
      long id,
      String task,
      Route route,
      Lane lane,
      int priority,
      long created,
      @Nullable Object input) {
    this.id = id;
    this.task = task;
    this.route = route;
    this.lane = lane;
    this.priority = (byte) priority;
    this.created = created;
    this.input = input;
  }

  /// A row that waits, fetched again.
  ///
  /// @param wait counts the waits it has begun
  public static Row fetched(
      long id,
      String task,
      Lane lane,
      int priority,
      long created,
      long due,
      @Nullable Object input,
      JobState state,
      int wait) {
    Row row = new Row(id, task, lane.route(), lane, priority, created, input);
    row.due = due;
    row.state = state;
    row.wait = (short) wait;
    return row;
  }

  /// A row of which only is known how it ended.
  public static Row ended(
      long id,
      NewJob job,
      long created,
      long due,
      List<Finish> tried,
      int attempts,
      long at,
      Outcome<?> outcome,
      Progress progress,
      List<String> log) {
    Object input = job.input() instanceof Input.Value value ? value.value() : job.input();
    Row row =
        new Row(
            id,
            job.task(),
            job.route(),
            Lane.detached(job.route()),
            job.priority(),
            created,
            input);
    row.due = due;
    row.state = outcome.state();
    row.outcome = outcome;
    row.moved = at;
    row.attempt = attempts;
    tried.forEach(row::tried);
    NewJob.More extra = job.more();
    if (extra != null) {
      row.more().key = extra.key();
      row.more().parentId = extra.parent();
      row.more().retryOf = extra.retryOf();
      row.more().traceparent = extra.traceparent();
      row.more().runAs = extra.runAs();
    }
    if (job.deadline() != Micros.NEVER) {
      row.more().deadline = job.deadline();
    }
    if (!log.isEmpty() || progress != Progress.NONE) {
      row.note(progress, log);
    }
    return row;
  }

  /// What of a job that has not ended changes in the course of its life.
  ///
  /// @param held why it is parked, or null
  /// @param cancel what asked it to cancel, or null
  public record Course(
      long id,
      int fence,
      int attempt,
      int failures,
      int losses,
      long due,
      @Nullable String held,
      boolean untilRegistered,
      @Nullable String cancel) {}

  /// Where its course stands.
  public Course course() {
    More m = more;
    return new Course(
        id,
        fence,
        attempt,
        failures,
        losses,
        due,
        m == null ? null : m.heldBecause,
        m != null && m.heldUntilRegistered,
        m == null ? null : m.cancelCause);
  }

  /// Whether all there is to know of it was known when it was submitted, and it takes part in
  /// nothing: its object can be made again at any time.
  public boolean plain() {
    return more == null && attempt == 0;
  }

  /// Notes whether its table counts it among those it keeps at hand, and says whether it did.
  public boolean atHand(boolean now) {
    boolean was = atHand;
    atHand = now;
    return was;
  }

  /// Returns whether it is not yet kept for good, and so must not start.
  public boolean pending() {
    return pending;
  }

  /// The way it takes to a worker.
  public Route route() {
    return route;
  }

  /// The name of its task.
  public String task() {
    return task;
  }

  /// How many waits it has begun.
  public int waitsBegun() {
    return wait;
  }

  /// The ticket of its latest wait, for those who compare.
  public boolean stands(long ticket, JobState in) {
    return state == in && ticket() == ticket;
  }

  /// Whether it was to start later than it was submitted. One that was not never waits for the
  /// clock: not where that was set back, nor where the thread that moves it had read it before the
  /// one that submitted it.
  boolean putOff() {
    return due > created;
  }

  /// When it was submitted.
  public long created() {
    return created;
  }

  /// When it became, or becomes, available.
  public long due() {
    return due;
  }

  /// The right under which it runs, or ran last.
  public int fence() {
    return fence;
  }

  /// How many attempts have started.
  public int attempt() {
    return attempt;
  }

  /// When it last started or ended.
  public long moved() {
    return moved;
  }

  /// Where it runs, or null.
  public @Nullable String node() {
    return node;
  }

  /// The job it replaces and waits for; 0 for none.
  public long after() {
    return more == null || more.after == null ? 0 : more.after.id;
  }

  /// The rates that it passed to start.
  public List<RateGate> rates() {
    return lane.rates();
  }

  /// The key it was submitted with, or null.
  public @Nullable String key() {
    return more == null ? null : more.key;
  }

  /// The job that submitted it; 0 for none.
  public long parent() {
    return more == null ? 0 : more.parentId;
  }

  /// What its code said of its progress.
  public Progress progress() {
    return more == null ? Progress.NONE : more.progress;
  }

  /// The latest lines its code logged.
  public List<String> log() {
    return more == null ? List.of() : more.log.lines();
  }

  /// The value at hand, or where it comes from.
  public @Nullable Object input() {
    return input;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public @Nullable Outcome<?> outcome() {
    return outcome;
  }

  /// The queue it waits in.
  public String queue() {
    return route.queue();
  }

  void outcome(Outcome<?> ended) {
    outcome = ended;
  }

  /// A ticket for a wait that begins.
  long nextTicket() {
    wait++;
    return ticket();
  }

  /// The ticket of its latest wait.
  long ticket() {
    return IdHeap.ticket(id, wait);
  }

  /// Where it stands.
  public JobState state() {
    return Objects.requireNonNull(state);
  }

  /// Whether it has ended.
  public boolean ended() {
    return outcome != null;
  }

  More more() {
    More known = more;
    if (known == null) {
      known = new More();
      more = known;
    }
    return known;
  }

  long deadline() {
    return more == null ? Micros.NEVER : more.deadline;
  }

  @Nullable String cancelCause() {
    return more == null ? null : more.cancelCause;
  }

  boolean abandoned() {
    return more != null && more.abandoned;
  }

  boolean aside() {
    return more != null && more.aside;
  }

  /// Whether it neither runs nor has ended: it counts for the bound of its queue.
  boolean waits() {
    return switch (state()) {
      case SCHEDULED, BLOCKED, AVAILABLE, HELD -> true;
      case RUNNING, SUCCEEDED, FAILED, CANCELLED -> false;
    };
  }

  static <T> List<T> plus(List<T> list, T value) {
    List<T> grown = list.isEmpty() ? new ArrayList<>(2) : list;
    grown.add(value);
    return grown;
  }

  void addChild(Row child) {
    More mine = more();
    if (mine.children.isEmpty()) {
      mine.children = new HashSet<>();
    }
    mine.children.add(child);
  }

  void removeChild(Row child) {
    if (more != null && !more.children.isEmpty()) {
      more.children.remove(child);
    }
  }

  /// Notes an attempt that ended.
  @SuppressWarnings("unchecked")
  void tried(Finish finish) {
    if (tried == null) {
      tried = finish;
    } else if (tried instanceof ArrayDeque<?> many) {
      if (many.size() == ATTEMPTS_KEPT) {
        many.removeFirst();
      }
      ((ArrayDeque<Finish>) many).addLast(finish);
    } else {
      var many = new ArrayDeque<Finish>(4);
      many.add((Finish) tried);
      many.add(finish);
      tried = many;
    }
  }

  /// How the latest attempt that has ended did.
  Attempt.@Nullable End lastEnd() {
    return switch (tried) {
      case Finish one -> one.end();
      case ArrayDeque<?> many -> ((Finish) many.getLast()).end();
      case null, default -> null;
    };
  }

  private List<Attempt> attempts(long now) {
    var all = new ArrayList<Attempt>();
    if (tried instanceof Finish one) {
      all.add(one.attempt());
    } else if (tried instanceof ArrayDeque<?> many) {
      many.forEach(each -> all.add(((Finish) each).attempt()));
    }
    if (state == JobState.RUNNING && node != null) {
      all.add(
          new Attempt(
              attempt,
              node,
              Micros.instant(moved),
              Duration.ofNanos(Math.max(0, now - moved) * 1_000),
              Duration.ofNanos(Math.max(0, moved - due) * 1_000),
              0,
              OptionalLong.empty(),
              OptionalLong.empty(),
              OptionalLong.empty(),
              abandoned(),
              null));
    }
    return all;
  }

  void note(@Nullable Progress said, List<String> lines) {
    More mine = more();
    if (said != null) {
      mine.progress = said;
    }
    lines.forEach(mine.log::add);
  }

  /// What is known of it.
  public JobInfo info(long now) {
    return info(now, true);
  }

  /// Returns what is known of it by those who are not to know yet that it has ended: it seems to
  /// run.
  public JobInfo infoBeforeEnd(long now) {
    return info(now, false);
  }

  private JobInfo info(long now, boolean told) {
    More m = more;
    return new JobInfo(
        id,
        task,
        route.strategy(),
        route.queue(),
        told ? state() : JobState.RUNNING,
        priority,
        m == null ? null : m.key,
        input instanceof Input ? null : input,
        m == null || m.parentId == 0 ? OptionalLong.empty() : OptionalLong.of(m.parentId),
        m == null || m.retryOf == 0 ? OptionalLong.empty() : OptionalLong.of(m.retryOf),
        m == null ? null : m.traceparent,
        Micros.instant(created),
        Micros.instant(due),
        deadline() == Micros.NEVER ? null : Micros.instant(deadline()),
        told && ended() ? Micros.instant(moved) : null,
        told ? outcome : null,
        m == null ? Progress.NONE : m.progress,
        attempts(now),
        attempt,
        m == null ? List.of() : m.log.lines());
  }
}
