package dev.treadle.internal.engine;

import dev.treadle.Attempt;
import dev.treadle.Health;
import dev.treadle.Isolation;
import dev.treadle.JobInfo;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Propagation;
import dev.treadle.Reason;
import dev.treadle.RefusedException;
import dev.treadle.Stack;
import dev.treadle.StoreException;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.TreadleException;
import dev.treadle.internal.async.AsyncRunner;
import dev.treadle.internal.cpu.CpuRunner;
import dev.treadle.internal.io.IoRunner;
import dev.treadle.internal.monitor.InputEvidence;
import dev.treadle.internal.monitor.IoCpu;
import dev.treadle.internal.monitor.Monitor;
import dev.treadle.internal.monitor.StarvationGuard;
import dev.treadle.internal.monitor.jfr.Flight;
import dev.treadle.internal.process.ProcessRunner;
import dev.treadle.internal.run.Runner;
import dev.treadle.internal.run.VirtualRunner;
import dev.treadle.internal.thrown.Thrown;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Next;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Store;
import dev.treadle.spi.StoreEvents;
import dev.treadle.spi.Transition;
import dev.treadle.spi.Words;
import dev.treadle.stats.Advice;
import dev.treadle.stats.JvmStats;
import dev.treadle.stats.PermitUse;
import dev.treadle.stats.Stats;
import dev.treadle.stats.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
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
  final Ends ends = new Ends(this);

  final UnheardFailures unheard;
  final Monitor monitor;
  private final InputEvidence inputs = new InputEvidence();

  private final @Nullable RandomGenerator setRandom;

  /// Whether users are told how to set up their tasks.
  private final boolean advises;

  final Set<Feeder<?>> feeders = ConcurrentHashMap.newKeySet();
  final long graceNanos;
  final int mapWindow;

  /// Whether attempts have their work done by jobs of another engine.
  final boolean delegates;

  final int cores;

  /// What this engine is called in the store.
  final String node;

  /// How values cross the seam; null if the store keeps the objects themselves.
  final @Nullable Values values;

  /// The context class loader of the thread that opened this engine, under which jobs run.
  final @Nullable ClassLoader contextLoader = Thread.currentThread().getContextClassLoader();

  private final List<Propagation> propagations;

  /// Whether jobs outlive this engine.
  final boolean durable;

  final Telling telling;
  private final Map<Strategy, Runner> runners = new EnumMap<>(Strategy.class);
  private final ConcurrentHashMap<Long, AttemptRun> running = new ConcurrentHashMap<>();

  /// Cancels that came between a claim and the start of its attempt, by job, with the fence.
  private final ConcurrentHashMap<Long, Integer> earlyCancels = new ConcurrentHashMap<>();

  /// How many cancels are, or may be, in [#earlyCancels], whose own count is not exact enough.
  private final AtomicInteger earlyCancelCount = new AtomicInteger();

  final Abandoned abandoned;
  final Quiet quiet = new Quiet(this);
  final Closing closing;
  private final Pulse pulse;
  final Explaining explaining = new Explaining(this);
  private final Answering answering = new Answering(this);
  private final Rescue rescue = new Rescue(this);

  /// The CPU time of `io` tasks; null unless it was asked for.
  final @Nullable IoCpu ioCpu;

  private final VirtualAttempts virtualAttempts = new VirtualAttempts(this);
  private final StarvationGuard guard;
  volatile boolean claiming;
  volatile boolean isClosing;
  volatile boolean closed;

  /// Whether what is claimed is handed back at once, because the engine closes.
  volatile boolean handsBack;

  private volatile boolean broken;

  /// What the store failed with, or null.
  private volatile @Nullable StoreException failure;

  /// Threads of attempts that wait for their permits again; released when the store fails.
  private final Set<CountDownLatch> comingBack = ConcurrentHashMap.newKeySet();

  Engine(EngineSetup setup, Store store) {
    this.time = new Time(setup.clock);
    this.store = store;
    this.durable = store.durable();
    this.node = durable ? Node.ofThisProcess() : setup.node;
    this.propagations = List.copyOf(setup.propagations);
    if (durable && !propagations.isEmpty()) {
      throw new IllegalStateException(
          "propagate(...) hands objects of the submitting thread to its jobs, and the store "
              + store.name()
              + " keeps only inputs; open in memory, or put what the code needs into the input");
    }
    this.values = store.keepsObjects() ? null : new Values(store.payloadMax());
    this.closing = new Closing(this, setup.drainFor);
    this.graceNanos = nanos(setup.grace);
    this.mapWindow = setup.mapWindow;
    this.delegates = setup.delegates;
    this.abandoned = new Abandoned(this, setup.abandonedMax);
    this.telling = new Telling(setup.listeners);
    this.unheard = new UnheardFailures(durable);
    this.cores = setup.permits(Strategy.CPU);
    this.tasks = new Tasks(store, setup.lossBudget);
    this.monitor = new Monitor(node, time.micros());
    this.advises = setup.advises;
    this.setRandom = setup.random;
    if (!advises) {
      monitor.starvations().silence();
    }
    this.ioCpu = setup.sampleCpu && !setup.submitOnly ? new IoCpu(monitor) : null;
    this.pulse = new Pulse(this, setup.node, setup.slowAfter);
    this.alarm = new Alarm(setup.node, time, this::tick);
    for (Strategy strategy : setup.submitOnly ? new Strategy[0] : STRATEGIES) {
      runners.put(strategy, runner(setup, strategy));
    }
    store.start(setup.clock, new Events());
    goOnMeasuring();
    setup.queues.forEach(store::define);
    if (!durable) {
      var unused = tasks.register(FrontDoor.LAMBDA);
    }
    setup.tasks.forEach(tasks::register);
    if (durable) {
      rescue.endLost("its process ended before it did");
    }
    setup.tasks.forEach(task -> store.registered(task.name()));
    guard = StarvationGuard.watch(virtualAttempts);
    claiming = true;
    alarm.start();
    pulse.start();
    if (store.lease() != null) {
      rescue.keepLease(store.lease());
    }
    runners.values().forEach(Runner::available);
  }

  private Runner runner(EngineSetup setup, Strategy strategy) {
    String name = setup.node;
    int permits = setup.permits(strategy);
    return switch (strategy) {
      case IO -> new IoRunner(name, this::claim, permits);
      case CPU -> new CpuRunner(name, this::claim, permits, setup.reuseThreads);
      case ASYNC -> new AsyncRunner(name, this::claim, permits);
      case PROCESS -> new ProcessRunner(name, this::claim, permits);
    };
  }

  /// Captures the context of the current thread for a job that it submits; null if none is wanted.
  Propagation.@Nullable Captured capture() {
    return SubmittedAt.capture(propagations);
  }

  // ---- claim

  private List<AttemptRun> claim(Strategy strategy, int max) {
    Runner runner = runners.get(strategy);
    if (runner == null || !claims(strategy)) {
      return List.of();
    }
    List<Claimed> claims = claimed(strategy, max);
    if (claims.isEmpty()) {
      return List.of();
    }
    List<AttemptRun> runs = new ArrayList<>(claims.size());
    Rescue.Parking parking = rescue.parking(runner);
    for (Claimed claimed : claims) {
      AttemptRun run = begin(parking.firstKnown(claimed), runner);
      if (run != null) {
        runs.add(run);
      }
    }
    return runs;
  }

  private boolean claims(Strategy strategy) {
    return claiming && !abandoned.stopped(strategy);
  }

  private List<Claimed> claimed(Strategy strategy, int max) {
    try {
      List<Claimed> claims = store.claim(node, strategy, max);
      if (!claims.isEmpty()) {
        Flight.claimed(strategy, claims.size());
      }
      return claims;
    } catch (StoreException e) {
      broke(e);
      return List.of();
    }
  }

  private @Nullable AttemptRun begin(Rescue.@Nullable KnownClaim of, Runner runner) {
    if (of == null) {
      return null;
    }
    Claimed claimed = of.claimed();
    Tasks.Known known = of.task();
    AttemptRun run = new AttemptRun(this, runner, claimed, known);
    running.put(run.key, run);
    if (runner instanceof VirtualRunner) {
      guard.begins();
    }
    if (handsBack) {
      closing.handBack(List.of(run));
      closing.left(run);
      return null;
    }
    if (earlyCancelCount.get() > 0) {
      Integer fence = takeEarlyCancel(claimed.id());
      if (fence != null && fence == claimed.fence()) {
        run.cancel("asked");
      }
    }
    telling.attemptStarted(claimed);
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

  // ---- complete

  Finish.Tally tally(AttemptRun run, Finish.Cost cost, boolean abandoned) {
    return new Finish.Tally(
        run.claimed.attempt(),
        node,
        run.claimed.started(),
        run.ranNanos(),
        run.waitedMicros(),
        run.logBytes(),
        cost,
        abandoned);
  }

  Next transition(
      AttemptRun run, Attempt.End end, @Nullable Object value, @Nullable String cancelCause) {
    String unreadable = run.unreadable();
    if (unreadable != null) {
      return new Next.Parked(unreadable, true);
    }
    long now = end instanceof Attempt.End.Succeeded ? 0 : time.micros();
    RandomGenerator random = setRandom != null ? setRandom : ThreadLocalRandom.current();
    Next next =
        Transition.after(end, value, run.claimed, cancelCause, run.known.policy, now, random);
    switch (end) {
      case Attempt.End.Failed it -> remember(it.error());
      case Attempt.End.TimedOut it -> remember(it.error());
      case Attempt.End.Succeeded it -> {}
      case Attempt.End.Cancelled it -> {}
      case Attempt.End.Snoozed it -> {}
      case Attempt.End.Lost it -> {}
    }
    return next;
  }

  /// Reads an exception that a store will keep as data, while no lock is held: its methods are code
  /// of a user.
  void remember(Throwable error) {
    if (values != null) {
      Thrown.remember(error);
    }
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
    if (!hasSlot || !claims(strategy)) {
      finish(run, finish);
      return null;
    }
    over(run, finish);
    Store.Turn turn = finishAndClaim(finish, strategy);
    if (!broken) {
      told(run, finish, turn.accepted());
    }
    return turn.next() == null
        ? null
        : begin(rescue.parking(run.runner).firstKnown(turn.next()), run.runner);
  }

  /// Hands the end of an attempt to the store, and claims the next job for its slot, unless nothing
  /// is claimed any more or the store has failed.
  Store.Turn finishAndClaim(Finish finish, Strategy strategy) {
    if (!claims(strategy)) {
      return new Store.Turn(stored(finish), null);
    }
    try {
      Store.Turn turn = store.finishAndClaim(finish, node, strategy);
      if (turn.next() != null) {
        Flight.claimed(strategy, 1);
      }
      return turn;
    } catch (StoreException e) {
      broke(e);
      return new Store.Turn(false, null);
    }
  }

  /// Stores the end of an attempt that leaves no slot behind.
  void finish(AttemptRun run, Finish finish) {
    finish(List.of(run), List.of(finish));
  }

  /// Stores the ends of attempts together, with one wait for the disk.
  void finish(List<AttemptRun> runs, List<Finish> ends) {
    for (int i = 0; i < runs.size(); i++) {
      over(runs.get(i), ends.get(i));
    }
    List<Boolean> accepted = stored(ends);
    for (int i = 0; i < runs.size(); i++) {
      told(runs.get(i), ends.get(i), accepted.get(i));
    }
  }

  /// Hands the end of an attempt to the store; false if it was refused, or the store has failed.
  boolean stored(Finish finish) {
    return stored(List.of(finish)).getFirst();
  }

  private List<Boolean> stored(List<Finish> ends) {
    try {
      return store.finish(ends);
    } catch (StoreException e) {
      broke(e);
      return Collections.nCopies(ends.size(), false);
    }
  }

  private void over(AttemptRun run, Finish finish) {
    running.remove(run.key, run);
    String measured = run.known.measuredAs();
    inputs.ended(measured, run.claimed.id(), run.claimed.input(), finish.end());
    monitor.ended(measured, run.claimed.queue(), finish.tally(), finish.end(), time.micros());
    if (run.flight != null) {
      run.flight.ended(run.claimed, run.runner.strategy(), run.claimed.queue(), finish);
    }
    telling.attemptEnded(run, finish);
  }

  private void told(AttemptRun run, Finish finish, boolean accepted) {
    if (!accepted && !broken) {
      LOG.warn(
          "job {} ({}): attempt {} ended {} too late and was refused; the job had gone on",
          finish.id(),
          run.claimed.task(),
          run.claimed.attempt(),
          Words.of(finish.end()));
    }
    idleMayHaveChanged();
  }

  Set<Strategy> claimableStrategies() {
    if (!claiming) {
      return Set.of();
    }
    Set<Strategy> open = new HashSet<>(runners.keySet());
    open.removeIf(abandoned::stopped);
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
      Flight.finished(id, task, outcome.state());
      telling.jobEnded(id, task, () -> shown(task, outcome));
      boolean told = ends.ended(id, outcome);
      if (!told && !telling.hearsEnds() && outcome instanceof Outcome.Failed<?> failed) {
        unheard.failed(id, "job " + id + " (" + task + ")", task, failed);
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

    @Override
    public void failed(StoreException why) {
      broke(why);
    }

    @Override
    public Optional<String> answer(String question) {
      return answering.of(question);
    }
  }

  // ---- values, where the store keeps no objects

  /// The value of an input as the store takes it.
  @Nullable Object stored(Task.Settings<?> task, @Nullable Object input) {
    return values == null ? input : values.input(task, input);
  }

  /// How a job of a task ended, as its user sees it.
  ///
  /// @param job which job, for messages
  @SuppressWarnings("unchecked")
  <R extends @Nullable Object> Outcome<R> outcome(Task<?, R> task, Outcome<?> stored, Object job) {
    return (Outcome<R>) (values == null ? stored : values.outcome(task, stored, job));
  }

  private Outcome<?> shown(String task, Outcome<?> stored) {
    return values == null ? stored : Values.shown(task(task), stored);
  }

  /// What is known of a job, for those who look.
  JobInfo shown(JobInfo job) {
    return values == null ? Values.shown(job) : Values.shown(task(job.task()), job);
  }

  private @Nullable Task<?, ?> task(String name) {
    Tasks.Known known = tasks.find(name);
    return known == null ? null : known.task;
  }

  // ---- the end of everything

  /// The store has failed: nothing more is claimed, and those are told who wait.
  void broke(StoreException cause) {
    synchronized (this) {
      if (broken || durable && closed) {
        LOG.debug("the store, which has failed or is closed, was called again", cause);
        return;
      }
      failure = cause;
      broken = true;
    }
    claiming = false;
    LOG.error("the store has failed, and nothing more is run: {}", cause.getMessage(), cause);
    ends.giveUp(() -> new StoreException(String.valueOf(cause.getMessage()), cause));
    comingBack.forEach(CountDownLatch::countDown);
    telling.all(listener -> listener.storeFailed(cause));
  }

  /// Waits until a permit is granted again, or the store has failed.
  void awaitGrant(CountDownLatch granted) {
    comingBack.add(granted);
    boolean interrupted = false;
    while (!broken) {
      try {
        granted.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    comingBack.remove(granted);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  Health health() {
    StoreException why = failure;
    if (why != null) {
      return new Health(Health.Status.FAILED, why.getMessage());
    }
    if (closed) {
      return new Health(Health.Status.CLOSED, "this treadle is closed");
    }
    String stalled = store.stalled();
    return stalled == null
        ? new Health(Health.Status.UP, null)
        : new Health(Health.Status.STALLED, stalled);
  }

  boolean broken() {
    return broken;
  }

  private long tick() {
    if (broken) {
      return Micros.NEVER;
    }
    try {
      return store.tick();
    } catch (StoreException e) {
      broke(e);
      return Micros.NEVER;
    }
  }

  Reason why(long id) {
    return explaining.of(id);
  }

  /// The attempt of a job that runs here, or null.
  @Nullable AttemptRun running(long id) {
    return running.get(id);
  }

  /// What was measured here.
  Stats stats() {
    Stats all = monitor.stats(this::task, this::heap, time.micros());
    List<Advice> advice =
        all.advice().stream()
            .filter(each -> advises || each.kind() == Advice.Kind.FEWER_PERMITS)
            .filter(each -> inputs.supports(each, all.tasks().get(each.subject())))
            .toList();
    return new Stats(
        all.node(), all.since(), all.at(), all.total(), all.tasks(), all.queues(), advice);
  }

  /// The name under which attempts of a task are measured.
  String measuredAs(String task) {
    Tasks.Known known = tasks.find(task);
    return known == null ? task : known.measuredAs();
  }

  /// How this JVM was, oldest first.
  List<JvmStats> jvm() {
    return pulse.jvm();
  }

  /// How many jobs wait for which reason. What a strategy that has stopped would take waits for
  /// that.
  List<Waiting> waiting() {
    return store.waiting().stream()
        .map(it ->
            it.why() == Reason.Kind.WORKER && abandoned.stopped(it.strategy())
                ? new Waiting(
                    it.queue(), it.task(), it.strategy(), Reason.Kind.STRATEGY_STOPPED, it.jobs())
                : it)
        .toList();
  }

  /// How many permits there are, and how many are in use.
  Map<Strategy, PermitUse> permits() {
    Map<Strategy, PermitUse> all = new EnumMap<>(Strategy.class);
    runners.forEach(
        (strategy, runner) -> all.put(strategy, new PermitUse(runner.permits(), runner.inUse())));
    return all;
  }

  /// The heap a task turned out to need in a worker, in bytes; 0 if that is not known.
  private long heap(Task<?, ?> task) {
    return runners.get(Strategy.PROCESS) instanceof ProcessRunner process
            && task.settings().isolation() instanceof Isolation.InWorker isolation
        ? process.heap(isolation)
        : 0;
  }

  private void goOnMeasuring() {
    byte[] kept = store.kept(Monitor.KEPT);
    if (kept != null) {
      try {
        monitor.read(kept, time.micros());
      } catch (IOException e) {
        LOG.warn("the figures measured before cannot be read and begin anew: {}", e.getMessage());
      }
    }
  }

  /// Where the code of a job is now; that of an abandoned attempt, if no other runs.
  Optional<Stack> stack(long id) {
    return Optional.ofNullable(running.get(id)).or(() -> abandoned.of(id)).map(AttemptRun::stack);
  }

  /// Cancels a job, and ends its attempt for certain, if one runs elsewhere. First of all, since
  /// code that is asked may end by itself, and leave what it has started; and after that once more,
  /// for one that has begun meanwhile.
  void kill(long id) {
    killAttempt(id);
    store.cancel(List.of(id), "killed");
    killAttempt(id);
  }

  private void killAttempt(long id) {
    AttemptRun run = running.get(id);
    if (run != null) {
      run.killOnRequest();
    }
  }

  void idleMayHaveChanged() {
    quiet.mayHaveCome();
  }

  boolean refusesWhenFull(String queue) {
    return store.settings(queue).refuses();
  }

  // ---- life

  static long nanos(Duration atMost) {
    return Math.min(TimeUnit.NANOSECONDS.convert(atMost), Long.MAX_VALUE / 4);
  }

  void checkOpen(@Nullable AttemptRun parent) {
    if (closed || isClosing && parent == null) {
      throw new RefusedException(
          RefusedException.Reason.CLOSED,
          "this treadle is closed"
              + (closed ? "" : " to new jobs and finishes those it has")
              + "; submit before close()");
    }
  }

  /// Whether nothing is claimed any more because the engine closes.
  boolean endsNow() {
    return isClosing && !claiming;
  }

  void checkNotClosed() {
    Supplier<TreadleException> why = ends.why();
    if (broken && why != null) {
      throw why.get();
    }
    if (closed) {
      throw new RefusedException(RefusedException.Reason.CLOSED, "this treadle is closed");
    }
  }

  /// Whether nothing moves any more of itself.
  boolean idle() {
    Supplier<TreadleException> why = ends.why();
    if (why != null) {
      throw why.get();
    }
    Set<Strategy> claimable = claimableStrategies();
    while (true) {
      long rooms = room.seen();
      // Where nothing is claimed, a feeder that waits for room would wait for ever.
      long fed = claimable.isEmpty() ? 0 : fedByStanding(rooms);
      if (fed < 0 || !store.idle(claimable) || room.seen() != rooms) {
        return false;
      }
      // A feeder whose item ended meanwhile may have moved on, and stand again.
      if (claimable.isEmpty() || fedByStanding(rooms) == fed) {
        return true;
      }
    }
  }

  /// Returns how many items the feeders have fed, or -1 if one of them can feed more.
  private long fedByStanding(long rooms) {
    long fed = 0;
    for (Feeder<?> feeder : feeders) {
      if (!feeder.stands(rooms)) {
        return -1;
      }
      fed += feeder.fed();
    }
    return fed;
  }

  private static void refuseInside(String what) {
    if (AttemptRun.current() != null) {
      throw new IllegalStateException(
          what + " inside a job would wait for that job itself; call it outside");
    }
    if (Telling.IN_LISTENER.isBound()) {
      throw new IllegalStateException(
          what
              + " inside a listener would wait for that listener itself; call it on another thread");
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
    closing.run();
  }

  /// The attempts that run now.
  Collection<AttemptRun> running() {
    return running.values();
  }

  Collection<Runner> runners() {
    return runners.values();
  }

  void endPulse() {
    pulse.close();
  }

  void stopRunners() {
    runners.values().forEach(Runner::close);
    guard.leave(virtualAttempts);
    if (ioCpu != null) {
      ioCpu.close();
    }
  }

  /// A job was inserted: if that was after the last call that cancels what waits, cancels it too.
  void inserted(Receipt job) {
    if (isClosing && !claiming && !durable) {
      store.cancel(List.of(job.id()), "closed");
    }
  }
}
