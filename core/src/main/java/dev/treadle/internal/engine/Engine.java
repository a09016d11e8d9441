package dev.treadle.internal.engine;

import dev.treadle.Attempt;
import dev.treadle.JobState;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.RefusedException;
import dev.treadle.Strategy;
import dev.treadle.WaitException;
import dev.treadle.internal.async.AsyncRunner;
import dev.treadle.internal.cpu.CpuRunner;
import dev.treadle.internal.io.IoRunner;
import dev.treadle.internal.process.ProcessRunner;
import dev.treadle.internal.run.Runner;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Next;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Store;
import dev.treadle.spi.StoreEvents;
import dev.treadle.spi.Transition;
import dev.treadle.spi.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The engine: one way from submit to tell, over whatever store.
///
/// ```
/// submit -> Store.insert -> claim (free slots only) -> Runner -> Attempt.End -> Transition
///        -> Store.finish -> ended -> watchers, listeners
/// ```
///
/// Claiming, running and completing are roles, not threads: a claim runs on the thread that
/// submitted or on the one whose slot came free, a completion on the attempt's own.
final class Engine {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final Strategy[] STRATEGIES = Strategy.values();

  final Time time;
  final Store store;
  final Tasks tasks;
  final Alarm alarm;
  final Submitter submitter = new Submitter(this);
  final Room room = new Room();
  final Set<Feeder<?>> feeders = ConcurrentHashMap.newKeySet();
  final long graceNanos;
  final int mapWindow;
  final int cores;
  private final String node;
  private final int abandonedMax;
  private final List<Listener> listeners;
  private final Map<String, QueueSettings> queues;
  private final Map<Strategy, Runner> runners = new EnumMap<>(Strategy.class);
  private final Watchers watchers = new Watchers();
  private final ConcurrentHashMap<Long, AttemptRun> running = new ConcurrentHashMap<>();

  /// Cancels that came between a claim and the start of its attempt, by job, with the fence.
  private final ConcurrentHashMap<Long, Integer> earlyCancels = new ConcurrentHashMap<>();

  /// How many cancels are, or may be, in [#earlyCancels], whose own count is not exact enough.
  private final AtomicInteger earlyCancelCount = new AtomicInteger();

  private final Set<AttemptRun> abandoned = ConcurrentHashMap.newKeySet();
  private final AtomicIntegerArray abandonedCounts = new AtomicIntegerArray(STRATEGIES.length);
  private final Quiet quiet = new Quiet(this);
  private volatile boolean claiming;
  private volatile boolean closing;
  private volatile boolean closed;

  Engine(EngineSetup setup, Store store) {
    this.time = new Time(setup.clock);
    this.store = store;
    this.node = setup.node;
    this.graceNanos = setup.grace.toNanos();
    this.mapWindow = setup.mapWindow;
    this.abandonedMax = setup.abandonedMax;
    this.listeners = List.copyOf(setup.listeners);
    this.queues = Map.copyOf(setup.queues);
    this.cores = setup.permits(Strategy.CPU);
    this.tasks = new Tasks(store, setup.lossBudget);
    this.alarm = new Alarm(node, time, store::tick);
    for (Strategy strategy : setup.submitOnly ? new Strategy[0] : STRATEGIES) {
      runners.put(strategy, runner(strategy, setup.permits(strategy)));
    }
    store.start(setup.clock, new Events());
    queues.forEach(store::define);
    var unused = tasks.register(FrontDoor.LAMBDA);
    setup.tasks.forEach(tasks::register);
    claiming = true;
    alarm.start();
    if (store.lease() != null) {
      keepLease(store.lease());
    }
    runners.values().forEach(Runner::available);
  }

  private Runner runner(Strategy strategy, int permits) {
    return switch (strategy) {
      case IO -> new IoRunner(node, this::claim, permits);
      case CPU -> new CpuRunner(node, this::claim, permits);
      case ASYNC -> new AsyncRunner(node, this::claim, permits);
      case PROCESS -> new ProcessRunner(node, this::claim, permits);
    };
  }

  /// Says that this node lives, three times a lease, and ends what dead nodes have left.
  private void keepLease(Duration lease) {
    if (closed) {
      return;
    }
    try {
      renewAndRescue(lease);
    } finally {
      alarm.in(lease.toNanos() / 3, () -> keepLease(lease));
    }
  }

  private void renewAndRescue(Duration lease) {
    store.renew(node, Micros.plus(time.micros(), Micros.of(lease)));
    for (Claimed lost : store.rescue(node)) {
      Tasks.Known known = tasks.find(lost.task());
      Attempt.End end = new Attempt.End.Lost("its node is gone");
      Next next =
          known == null
              ? new Next.Parked(unknownTask(lost.task()))
              : Transition.after(
                  end, null, lost, lost.cancel(), known.policy, time.micros(), random());
      Finish.Tally tally =
          new Finish.Tally(lost.attempt(), node, lost.started(), 0, Finish.Cost.UNKNOWN, false);
      store.finish(List.of(new Finish(lost.id(), lost.fence(), tally, end, next, false)));
    }
  }

  // ---- claim

  private List<AttemptRun> claim(Strategy strategy, int max) {
    Runner runner = runners.get(strategy);
    List<AttemptRun> runs = List.of();
    // Again, if jobs of unknown tasks were among those claimed: fewer than asked for means that
    // there are no more.
    while (runner != null && runs.size() < max && claiming && !stopped(strategy)) {
      List<Claimed> claims = store.claim(node, strategy, max - runs.size());
      if (claims.isEmpty()) {
        break;
      }
      if (runs.isEmpty()) {
        runs = new ArrayList<>(claims.size());
      }
      int wanted = max - runs.size();
      for (Claimed claimed : claims) {
        AttemptRun run = begin(claimed, runner);
        if (run != null) {
          runs.add(run);
        }
      }
      if (claims.size() < wanted) {
        break;
      }
    }
    return runs;
  }

  private @Nullable AttemptRun begin(Claimed claimed, Runner runner) {
    Tasks.Known known = tasks.find(claimed.task());
    if (known == null) {
      park(claimed);
      return null;
    }
    AttemptRun run = new AttemptRun(this, runner, claimed, known);
    running.put(run.key, run);
    if (earlyCancelCount.get() > 0) {
      Integer fence = takeEarlyCancel(claimed.id());
      if (fence != null && fence == claimed.fence()) {
        run.cancel("asked");
      }
    }
    for (Listener listener : listeners) {
      tell(
          claimed.id(),
          () -> listener.attemptStarted(claimed.id(), claimed.task(), claimed.attempt()));
    }
    if (runner.startsAtClaim()) {
      run.arm();
    }
    return run;
  }

  private @Nullable Integer takeEarlyCancel(long id) {
    Integer fence = earlyCancels.remove(id);
    if (fence != null) {
      earlyCancelCount.decrementAndGet();
    }
    return fence;
  }

  private void park(Claimed claimed) {
    Finish.Tally tally =
        new Finish.Tally(claimed.attempt(), node, claimed.started(), 0, Finish.Cost.UNKNOWN, false);
    store.finish(
        List.of(
            new Finish(
                claimed.id(),
                claimed.fence(),
                tally,
                new Attempt.End.Snoozed(Duration.ZERO),
                new Next.Parked(unknownTask(claimed.task())),
                false)));
  }

  private static String unknownTask(String task) {
    return "task " + task + " is not registered here; register it and release the job";
  }

  // ---- complete

  Finish.Tally tally(AttemptRun run, Finish.Cost cost, boolean abandoned) {
    return new Finish.Tally(
        run.claimed.attempt(), node, run.claimed.started(), run.ranNanos(), cost, abandoned);
  }

  Next transition(
      AttemptRun run, Attempt.End end, @Nullable Object value, @Nullable String cancelCause) {
    long now = end instanceof Attempt.End.Succeeded ? 0 : time.micros();
    return Transition.after(end, value, run.claimed, cancelCause, run.known.policy, now, random());
  }

  private static ThreadLocalRandom random() {
    return ThreadLocalRandom.current();
  }

  /// Stores the end of an attempt and claims for its slot, if it has one; returns what was claimed.
  @Nullable AttemptRun complete(
      AttemptRun run,
      Attempt.End end,
      @Nullable Object value,
      @Nullable String cancelCause,
      Finish.Tally tally,
      boolean hasSlot) {
    Next next = transition(run, end, value, cancelCause);
    Finish finish = new Finish(run.claimed.id(), run.claimed.fence(), tally, end, next, false);
    Strategy strategy = run.runner.strategy();
    if (!hasSlot || !claiming || stopped(strategy)) {
      finish(run, finish);
      return null;
    }
    over(run, finish);
    Store.Turn turn = store.finishAndClaim(finish, node, strategy);
    stored(run, finish, turn.accepted());
    if (turn.next() == null) {
      return null;
    }
    AttemptRun claimed = begin(turn.next(), run.runner);
    return claimed != null ? claimed : claimOne(strategy);
  }

  private @Nullable AttemptRun claimOne(Strategy strategy) {
    List<AttemptRun> runs = claim(strategy, 1);
    return runs.isEmpty() ? null : runs.getFirst();
  }

  /// Stores the end of an attempt that leaves no slot behind.
  void finish(AttemptRun run, Finish finish) {
    over(run, finish);
    stored(run, finish, store.finish(List.of(finish)).getFirst());
  }

  private void over(AttemptRun run, Finish finish) {
    running.remove(run.key, run);
    for (Listener listener : listeners) {
      tell(
          finish.id(),
          () -> listener.attemptEnded(finish.id(), run.claimed.task(), finish.attempt()));
    }
  }

  private void stored(AttemptRun run, Finish finish, boolean accepted) {
    if (!accepted) {
      LOG.warn(
          "job {} ({}): attempt {} ended {} too late and was refused; the job had gone on",
          finish.id(),
          run.claimed.task(),
          run.claimed.attempt(),
          Words.of(finish.end()));
    }
    idleMayHaveChanged();
  }

  // ---- abandoned code

  void abandoned(AttemptRun run, String thread, StackTraceElement[] stack) {
    abandoned.add(run);
    abandonedCounts.incrementAndGet(run.runner.strategy().ordinal());
    StringBuilder where = new StringBuilder();
    for (int i = 0; i < Math.min(stack.length, 12); i++) {
      where.append("\n  at ").append(stack[i]);
    }
    LOG.warn(
        "job {} ({}): attempt {} ignores that its time is over and is abandoned; its thread {} is"
            + " at{}",
        run.claimed.id(),
        run.claimed.task(),
        run.claimed.attempt(),
        thread,
        where);
  }

  void abandonedReturned(AttemptRun run) {
    abandoned.remove(run);
    abandonedCounts.decrementAndGet(run.runner.strategy().ordinal());
    run.runner.available();
  }

  void forgetAbandoned(AttemptRun run) {
    abandoned.remove(run);
  }

  void returnedLate(AttemptRun run, @Nullable Throwable thrown) {
    store.returned(run.claimed.id(), run.claimed.fence());
    LOG.warn(
        "job {} ({}): the abandoned code of attempt {} has {}; that is too late and was refused",
        run.claimed.id(),
        run.claimed.task(),
        run.claimed.attempt(),
        thrown == null ? "returned a value" : "thrown " + Words.of(thrown));
  }

  private boolean stopped(Strategy strategy) {
    return abandonedCounts.get(strategy.ordinal()) >= abandonedMax;
  }

  Set<Strategy> claimableStrategies() {
    if (!claiming) {
      return Set.of();
    }
    Set<Strategy> open = new HashSet<>(runners.keySet());
    open.removeIf(this::stopped);
    return open;
  }

  // ---- tell

  private final class Events implements StoreEvents {
    @Override
    public void available(Strategy strategy) {
      Runner runner = runners.get(strategy);
      if (runner != null) {
        runner.available();
      }
    }

    @Override
    public void ended(long id, String task, Outcome<?> outcome) {
      tasks.ended(task);
      for (Listener listener : listeners) {
        tell(id, () -> listener.jobEnded(id, task, outcome));
      }
      for (Consumer<Outcome<?>> watcher : watchers.take(id)) {
        tell(id, () -> watcher.accept(outcome));
      }
    }

    @Override
    public void told() {
      idleMayHaveChanged();
    }

    @Override
    public void cancelRequested(long id, int fence) {
      AttemptRun run = running.get(id);
      if (run == null) {
        earlyCancelCount.incrementAndGet();
        if (earlyCancels.put(id, fence) != null) {
          earlyCancelCount.decrementAndGet();
        }
        run = running.get(id);
        if (run == null) {
          if (store.find(id).map(job -> job.state() != JobState.RUNNING).orElse(true)) {
            takeEarlyCancel(id);
          }
          return;
        }
        takeEarlyCancel(id);
      }
      if (run.claimed.fence() == fence) {
        run.cancel("asked");
      }
    }

    @Override
    public void sooner() {
      alarm.storeSooner();
    }

    @Override
    public void room() {
      room.made();
      idleMayHaveChanged();
    }
  }

  private static void tell(long id, Runnable what) {
    try {
      what.run();
    } catch (Throwable thrown) {
      try {
        LOG.error("job {}: a listener failed; the job is not affected", id, thrown);
      } catch (Throwable hostile) {
        LOG.error("job {}: a listener failed with {}", id, Words.of(thrown));
      }
    }
  }

  /// Calls a user's code back, on a virtual thread.
  void callBack(long id, Runnable callback) {
    Thread.ofVirtual().name("treadle-callback-" + id).start(() -> tell(id, callback));
  }

  /// Has a watcher told of the end of a job, at once if it has ended.
  void watch(Receipt job, Consumer<Outcome<?>> watcher) {
    Outcome<?> outcome = job.outcome();
    if (outcome == null) {
      watchers.add(job.id(), watcher);
      outcome = job.outcome();
      if (outcome == null || !watchers.remove(job.id(), watcher)) {
        return; // It is told when the job ends, or is being told just now.
      }
    }
    watcher.accept(outcome);
  }

  /// Waits for the end of a job, giving up the slot of the attempt that waits, if one does.
  @Nullable Outcome<?> await(Receipt job, @Nullable Duration atMost, Object what) {
    Outcome<?> outcome = job.outcome();
    if (outcome != null) {
      return outcome;
    }
    long until = atMost == null ? Long.MAX_VALUE : time.nanos() + nanos(atMost);
    AttemptRun self = AttemptRun.current();
    if (self == null) {
      return park(job, until, what);
    }
    return self.waiting(
        self.engine() == this ? List.of(job) : List.of(), () -> park(job, until, what));
  }

  /// Takes the next of what ends, waiting for it as [#await] does.
  <T> T take(BlockingQueue<T> ended, Collection<? extends JobHandle<?>> jobs) {
    Supplier<T> take =
        () -> {
          try {
            return ended.take();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WaitException("interrupted while waiting for " + jobs, e);
          }
        };
    AttemptRun self = AttemptRun.current();
    if (self == null) {
      return take.get();
    }
    List<Receipt> awaited = new ArrayList<>();
    jobs.forEach(job -> awaited.add(job.receipt));
    return self.waiting(self.engine() == this ? awaited : List.of(), take);
  }

  private static long nanos(Duration atMost) {
    return Math.min(TimeUnit.NANOSECONDS.convert(atMost), Long.MAX_VALUE / 4);
  }

  private @Nullable Outcome<?> park(Receipt job, long until, Object what) {
    Waiter waiter = new Waiter();
    Alarm.Entry alarmed =
        until == Long.MAX_VALUE ? null : alarm.in(until - time.nanos(), waiter::lookAtTime);
    watch(job, waiter);
    try {
      return waiter.await(time, until, what);
    } finally {
      watchers.remove(job.id(), waiter);
      if (alarmed != null) {
        alarm.cancel(alarmed);
      }
    }
  }

  Reason why(Receipt job) {
    Reason reason =
        store
            .explain(job.id())
            .orElseGet(() -> new Reason(Reason.Kind.ENDED, "ended and is no longer kept"));
    if (reason.kind() == Reason.Kind.WORKER) {
      Strategy strategy = store.info(job).strategy();
      if (stopped(strategy)) {
        return new Reason(
            Reason.Kind.STRATEGY_STOPPED,
            "waits because "
                + strategy
                + " has stopped: "
                + abandonedMax
                + " abandoned attempts ignore their timeouts and still run");
      }
    }
    return reason;
  }

  /// Ends the attempt of a job for certain, if one runs elsewhere.
  void kill(long id) {
    store.cancel(List.of(id), "killed");
    AttemptRun run = running.get(id);
    if (run != null) {
      run.kill("on request");
    }
  }

  void idleMayHaveChanged() {
    quiet.mayHaveCome();
  }

  boolean refusesWhenFull(String queue) {
    return queues.getOrDefault(queue, QueueSettings.DEFAULT).refuses();
  }

  // ---- life

  void checkOpen(@Nullable AttemptRun parent) {
    if (closed || closing && parent == null) {
      throw new RefusedException(
          RefusedException.Reason.CLOSED,
          "this treadle is closed"
              + (closed ? "" : " to new jobs and finishes those it has")
              + "; submit before close()");
    }
  }

  /// Whether nothing is claimed any more because the engine closes.
  boolean endsNow() {
    return closing && !claiming;
  }

  void checkNotClosed() {
    if (closed) {
      throw new RefusedException(RefusedException.Reason.CLOSED, "this treadle is closed");
    }
  }

  /// Whether nothing moves any more of itself.
  boolean idle() {
    Set<Strategy> claimable = claimableStrategies();
    long rooms = room.seen();
    for (Feeder<?> feeder : feeders) {
      // Where nothing is claimed, a feeder that waits for room would wait for ever.
      if (!claimable.isEmpty() && !feeder.stands(rooms)) {
        return false;
      }
    }
    // If room was made meanwhile, a feeder may move again.
    return store.idle(claimable) && room.seen() == rooms;
  }

  private static void refuseInside(String what) {
    if (AttemptRun.current() != null) {
      throw new IllegalStateException(
          what + " inside a job would wait for that job itself; call it outside");
    }
  }

  void awaitIdle() {
    refuseInside("awaitIdle()");
    quiet.await(Long.MAX_VALUE);
  }

  boolean awaitIdle(Duration atMost) {
    refuseInside("awaitIdle()");
    return quiet.await(time.nanos() + nanos(atMost));
  }

  boolean drain(Duration atMost) {
    refuseInside("drain()");
    claiming = false;
    return quiet.await(time.nanos() + nanos(atMost));
  }

  void close() {
    refuseInside("close()");
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
    }
    room.made(); // Who waits for room outside is refused.
    boolean interrupted = false;
    if (!claiming) {
      cancelWaiting(); // After a drain nobody runs it, and what runs may wait for it.
    }
    try {
      quiet.await(Long.MAX_VALUE);
    } catch (WaitException e) {
      interrupted = Thread.interrupted();
    }
    claiming = false;
    cancelWaiting();
    if (interrupted) {
      running.forEach((id, run) -> store.cancel(List.of(id), "closed"));
    }
    shutDown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void cancelWaiting() {
    feeders.forEach(Feeder::close);
    store.cancelWaiting("closed");
  }

  /// A job was inserted: if that was after the last call that cancels what waits, cancels it too.
  void inserted(Receipt job) {
    if (closing && !claiming) {
      store.cancel(List.of(job.id()), "closed");
    }
  }

  private void shutDown() {
    List<String> names = new ArrayList<>();
    for (AttemptRun run : abandoned) {
      run.leave(Transition.cancelled("closed", run.claimed.attempt()));
      Thread thread = run.abandonedThread();
      names.add(
          "job "
              + run.jobId()
              + " ("
              + run.claimed.task()
              + ")"
              + (thread == null ? "" : " on " + thread.getName()));
    }
    if (!names.isEmpty()) {
      LOG.warn(
          "closed while {} abandoned attempts still run, on daemon threads: {}",
          names.size(),
          String.join(", ", names));
    }
    closed = true;
    room.made();
    runners.values().forEach(Runner::close);
    alarm.close();
    store.close();
  }
}
