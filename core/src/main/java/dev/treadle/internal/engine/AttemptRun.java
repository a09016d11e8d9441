package dev.treadle.internal.engine;

import dev.treadle.Attempt;
import dev.treadle.Isolation;
import dev.treadle.JobContext;
import dev.treadle.Stack;
import dev.treadle.Strategy;
import dev.treadle.internal.codec.Codec;
import dev.treadle.internal.monitor.IoCpu;
import dev.treadle.internal.monitor.Suspect;
import dev.treadle.internal.monitor.jfr.Flight;
import dev.treadle.internal.run.LogContext;
import dev.treadle.internal.run.Order;
import dev.treadle.internal.run.Remote;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.Runner;
import dev.treadle.internal.run.ThreadState;
import dev.treadle.internal.thrown.Frames;
import dev.treadle.internal.thrown.Thrown;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Next;
import dev.treadle.spi.Transition;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One attempt, from its claim to the end of its code: what its code sees as [JobContext], what its
/// runner calls as [Run], what its timeout and those who cancel it act on.
///
/// Life, guarded by this object's monitor:
///
/// ```
/// RUNNING ─ code returns ─► OVER
///    ├─ asked, ignored for a grace ─► LEFT (abandoned) ─ code returns ─► OVER
///    └─ the treadle closes ─► HANDED_BACK ─ code returns ─► OVER
/// ```
final class AttemptRun implements Run, Suspect {
  private enum Stage {
    RUNNING,
    /// Abandoned; the job waits for the code to return.
    LEFT_OPEN,
    /// Abandoned; the job has gone on without it.
    LEFT_FINISHED,
    /// Its job was handed back to the store, since the treadle closes.
    HANDED_BACK,
    OVER
  }

  final Claimed claimed;
  final Tasks.Known known;

  /// Records it, if somebody asks for that.
  final Flight.@Nullable Attempt flight = Flight.attempt();

  /// The id of the job, boxed once.
  final Long key;

  private final Engine engine;
  final Runner runner;
  final AttemptSlot slot;
  private final AttemptContext context;
  private @Nullable Stop stop;

  /// What its code ran past, if it did.
  private @Nullable TimeoutException timedOut;

  private @Nullable String cancelCause;

  /// Whether it was asked to end or is over: for loops, which look at every turn.
  private volatile boolean endWanted;

  private final long claimNanos;
  private long startNanos;

  /// Whether its code runs, or is about to. An attempt that was handed to a worker ahead of time
  /// waits for those before it.
  private volatile boolean started;

  /// What it has logged so far and, elsewhere, printed, in bytes of UTF-8, without the ends of
  /// lines that were logged.
  private final AtomicLong logBytes = new AtomicLong();

  private Stage stage = Stage.RUNNING;
  private boolean succeeded;

  /// Why its input does not come back from the store.
  private @Nullable String unreadable;

  /// The input as its code takes it, once it was read from what the store had.
  private @Nullable Object input;

  private boolean inputRead;

  /// Written under the lock, read without it by the guard, which must not wait.
  private volatile @Nullable Thread thread;

  private @Nullable CompletableFuture<?> future;
  private @Nullable Remote remote;

  /// How long it was stopped until its timeout was looked at last.
  private long suspendedNanos;

  private Alarm.@Nullable Entry alarm;

  /// Whether it takes far longer than its task usually does.
  private volatile boolean slow;

  /// Claimed for the slot when this attempt ended; of no matter to others than its runner.
  private @Nullable AttemptRun next;

  AttemptRun(Engine engine, Runner runner, Claimed claimed, Tasks.Known known) {
    this.engine = engine;
    this.runner = runner;
    this.claimed = claimed;
    this.known = known;
    this.key = claimed.id();
    this.claimNanos = engine.time.nanos();
    this.startNanos = claimNanos;
    this.slot = new AttemptSlot(this);
    this.cancelCause = claimed.cancel();
    this.context = new AttemptContext(this);
  }

  /// Sets the alarm for the timeout or the deadline, whichever is sooner.
  void arm() {
    started = true;
    long nanos = Long.MAX_VALUE;
    Stop kind = Stop.TIMEOUT;
    if (known.settings.timeout() != null) {
      nanos = TimeUnit.NANOSECONDS.convert(known.settings.timeout());
    }
    if (claimed.deadline() != Micros.NEVER) {
      long left = TimeUnit.MICROSECONDS.toNanos(claimed.deadline() - claimed.started());
      if (left < nanos) {
        nanos = left;
        kind = Stop.DEADLINE;
      }
    }
    if (nanos != Long.MAX_VALUE) {
      Stop why = kind;
      setAlarm(nanos, () -> timeOver(why));
    }
  }

  @Override
  public void leavesSlot() {
    slot.leave();
  }

  @Override
  public void starts() {
    synchronized (this) {
      startNanos = engine.time.nanos();
    }
    if (flight != null) {
      flight.starts();
    }
    arm();
  }

  private synchronized void setAlarm(long nanos, Runnable action) {
    if (stage == Stage.RUNNING) {
      alarm = engine.alarm.in(nanos, action);
    }
  }

  // ---- as its runner sees it

  @Override
  public long jobId() {
    return claimed.id();
  }

  @Override
  public String task() {
    return claimed.task();
  }

  @Override
  public @Nullable Thread virtualThread() {
    Thread now = thread;
    return now != null && now.isVirtual() ? now : null;
  }

  @Override
  public @Nullable Object call() throws Throwable {
    synchronized (this) {
      if (stop != null) {
        throw new CancellationException("asked to end before it began");
      }
      Thread.interrupted(); // What came before this attempt is not meant for it.
      thread = Thread.currentThread();
    }
    Object input = input();
    Object value;
    ThreadState before = ThreadState.ofCurrent();
    before.thread().setContextClassLoader(engine.contextLoader);
    LogContext log =
        LogContext.enter(claimed.id(), claimed.task(), claimed.attempt(), claimed.traceparent());
    IoCpu sampled = runner.strategy() == Strategy.IO ? engine.ioCpu : null;
    if (sampled != null) {
      sampled.begins(known.measuredAs(), claimed.queue());
    }
    try {
      value =
          ScopedValue.where(JobContext.Scope.CURRENT, context)
              .call(() ->
                  SubmittedAt.call(
                      claimed.submittedAt(),
                      () -> Chunk.run(known.settings.body(), input, context)));
    } finally {
      if (sampled != null) {
        sampled.ends();
      }
      if (log != null) {
        log.leave();
      }
      before.restore();
    }
    return known.settings.strategy() == runner.strategy() ? value : adapted(value);
  }

  /// What the code came to, for the runner of a job that was submitted when its task had another
  /// strategy.
  private @Nullable Object adapted(@Nullable Object value) throws Exception {
    if (runner.strategy() == Strategy.ASYNC) {
      return CompletableFuture.completedFuture(value);
    }
    try {
      return value instanceof CompletionStage<?> stage ? stage.toCompletableFuture().get() : value;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  /// The input, read from what the store has of it.
  private @Nullable Object input() {
    Values values = engine.values;
    if (values == null) {
      return claimed.input();
    }
    if (!inputRead) {
      try {
        input = values.read(known.settings, claimed.input());
      } catch (Codec.Unfit e) {
        throw new Unreadable("task " + claimed.task() + ": " + e.getMessage(), e);
      }
      inputRead = true;
    }
    return input;
  }

  @Override
  public @Nullable Order order() {
    Isolation isolation = known.settings.isolation();
    if (isolation == null || runner.strategy() != Strategy.PROCESS) {
      return null;
    }
    Object input;
    try {
      input = input();
    } catch (Unreadable e) {
      return null; // Then it is called here, and that says so.
    }
    return new Order(
        claimed.id(),
        claimed.task(),
        claimed.attempt(),
        claimed.traceparent(),
        mustEndBy(),
        isolation,
        input,
        known.settings.input().type(),
        known.settings.output().type());
  }

  @Override
  public JobContext context() {
    return context;
  }

  @Override
  public synchronized void becomes(Remote elsewhere) {
    if (stop != null) {
      throw new CancellationException("asked to end before it began");
    }
    remote = elsewhere;
  }

  @Override
  public void becomes(CompletableFuture<?> ofStage) {
    boolean cancel;
    synchronized (this) {
      thread = null;
      future = ofStage;
      cancel = stop != null;
    }
    Thread.interrupted();
    if (cancel) {
      ofStage.cancel(true);
    }
  }

  @Override
  public void printed(long bytes) {
    logBytes.addAndGet(bytes);
  }

  @Override
  public boolean end(@Nullable Object value, @Nullable Throwable thrown, Finish.Cost cost) {
    if (engine.values == null) {
      return ended(value, thrown, cost);
    }
    // Still under the alarm, and before any lock: this runs code of the user's classes.
    Object stored = null;
    Throwable error = thrown;
    if (thrown == null) {
      try {
        stored = engine.values.result(known.settings, value);
      } catch (Throwable unfit) {
        error = unfit;
      }
    }
    if (error != null) {
      Thrown.remember(error);
    }
    return ended(stored, error, cost);
  }

  private boolean ended(@Nullable Object value, @Nullable Throwable thrown, Finish.Cost cost) {
    Stage was;
    boolean held;
    Attempt.End end;
    String cancelled;
    synchronized (this) {
      was = stage;
      if (was == Stage.OVER) {
        return false; // A stage that was cancelled completes a second time.
      }
      stage = Stage.OVER;
      endWanted = true;
      held = slot.leave();
      if (thread != null) {
        thread = null;
        // Whoever interrupts does so under this lock: none can come after this.
        Thread.interrupted();
      }
      if (alarm != null) {
        engine.alarm.cancel(alarm);
        alarm = null;
      }
      if (thrown instanceof Unreadable) {
        unreadable = thrown.getMessage();
      }
      end = endOf(thrown);
      cancelled = cancelCause;
      succeeded = was == Stage.RUNNING && end instanceof Attempt.End.Succeeded;
    }
    Finish.Tally tally = engine.tally(this, cost, was != Stage.RUNNING);
    switch (was) {
      case RUNNING, LEFT_OPEN -> next = engine.complete(this, end, value, cancelled, tally, held);
      case LEFT_FINISHED -> engine.abandoned.returnedLate(this, thrown);
      case HANDED_BACK -> engine.closing.left(this);
      case OVER -> throw new AssertionError("returned above");
    }
    if (was == Stage.LEFT_OPEN || was == Stage.LEFT_FINISHED) {
      engine.abandoned.codeReturned(this);
    }
    if (thrown instanceof Unreadable) {
      engine.tasks.parked(claimed.task(), known);
    }
    return held;
  }

  /// Why its input does not come back from the store, as the thread knows that found it out.
  @Nullable String unreadable() {
    return unreadable;
  }

  @Override
  public @Nullable Run next() {
    return next;
  }

  // ---- as those see it who want it to end

  /// Asks the attempt to end because its job was asked to cancel.
  void cancel(String cause) {
    cancelCause(cause);
    if (stop(Stop.CANCEL) && isRemote()) {
      setAlarm(graceNanos(), () -> kill("it was cancelled and did not end"));
    }
    leave(Transition.cancelled(cause, claimed.attempt()));
  }

  private synchronized void cancelCause(String cause) {
    if (cancelCause == null) {
      cancelCause = cause;
    }
  }

  private void timeOver(Stop kind) {
    long credit = kind == Stop.TIMEOUT ? suspendedNanos() : 0;
    if (credit > 0) {
      setAlarm(credit, () -> timeOver(kind));
      return;
    }
    if (!stop(kind)) {
      return;
    }
    setAlarm(
        graceNanos(),
        isRemote()
            ? () ->
                kill(kind == Stop.TIMEOUT ? "it ran past its timeout" : "its job's deadline passed")
            : this::abandon);
  }

  /// How long it was stopped since the last call.
  private long suspendedNanos() {
    Remote elsewhere;
    synchronized (this) {
      elsewhere = remote;
    }
    if (elsewhere == null) {
      return 0;
    }
    long all = elsewhere.suspendedNanos(); // takes its own lock
    synchronized (this) {
      long more = all - suspendedNanos;
      suspendedNanos = all;
      return more;
    }
  }

  /// How long its code may take to end once it was asked to.
  long graceNanos() {
    return isRemote() && known.settings.isolation() instanceof Isolation.AsCommand command
        ? Engine.nanos(command.killAfter())
        : engine.graceNanos;
  }

  private synchronized boolean isRemote() {
    return remote != null;
  }

  /// Ends code that runs elsewhere for certain, and with it the job; nothing for other code.
  void killOnRequest() {
    if (isRemote()) {
      cancelCause("killed");
      kill("on request");
    }
  }

  private void kill(String why) {
    Remote elsewhere;
    synchronized (this) {
      elsewhere = stage == Stage.RUNNING ? remote : null;
      if (elsewhere != null) {
        ask(Stop.CANCEL);
      }
    }
    if (elsewhere != null) {
      elsewhere.kill(why);
    }
  }

  /// Returns false if the attempt is over.
  private boolean stop(Stop kind) {
    CompletableFuture<?> toCancel = null;
    Remote toAsk;
    synchronized (this) {
      if (stage != Stage.RUNNING) {
        return false;
      }
      ask(kind);
      if (thread != null) {
        thread.interrupt();
      }
      toCancel = future;
      toAsk = remote;
    }
    if (toAsk != null) {
      toAsk.ask();
    }
    if (toCancel != null && !toCancel.cancel(true)) {
      return false;
    }
    return true;
  }

  /// Under the lock: notes why it is to end.
  private void ask(Stop kind) {
    if (stop == null || stop == Stop.CANCEL) {
      stop = kind;
    }
    endWanted = true;
    if (kind != Stop.CANCEL && timedOut == null) {
      timedOut = kind.over(claimed, known.settings.timeout(), thread);
    }
  }

  /// Under the lock: the end it has come to.
  private Attempt.End endOf(@Nullable Throwable thrown) {
    return Stop.end(claimed, stop, timedOut, thrown);
  }

  /// The code has ignored its interrupt for the whole grace.
  private void abandon() {
    Attempt.End end;
    StackTraceElement[] stack;
    String name;
    String cancelled;
    synchronized (this) {
      if (stage != Stage.RUNNING) {
        return;
      }
      end = endOf(null);
      cancelled = cancelCause;
      stack = thread == null ? new StackTraceElement[0] : thread.getStackTrace();
      name = thread == null ? "no thread" : thread.getName();
    }
    Finish.Tally tally = engine.tally(this, Finish.Cost.UNKNOWN, true);
    Next next = engine.transition(this, end, null, cancelled);
    boolean goOn = next.outcome() != null || known.settings.retryWhileAbandoned();
    boolean held;
    synchronized (this) {
      if (stage != Stage.RUNNING) {
        return;
      }
      stage = goOn ? Stage.LEFT_FINISHED : Stage.LEFT_OPEN;
      held = slot.leave();
    }
    engine.abandoned.add(this, name, stack);
    if (goOn) {
      engine.finish(this, new Finish(claimed.id(), claimed.fence(), tally, end, next, true));
      returnedMeanwhile();
    } else {
      engine.abandoned.jobWaits(this);
      engine.idleMayHaveChanged();
      if (claimed.deadline() != Micros.NEVER) {
        long left = claimed.deadline() - engine.time.micros();
        engine.alarm.in(TimeUnit.MICROSECONDS.toNanos(left), this::deadlineOver);
      }
      returnedMeanwhile();
    }
    if (held) {
      runner.giveSlot();
    }
  }

  /// The code may return while it is being abandoned: what it held is then noted only after it has
  /// said that it returned. Whoever comes second lets go.
  private void returnedMeanwhile() {
    boolean over;
    synchronized (this) {
      over = stage == Stage.OVER;
    }
    if (over) {
      engine.abandoned.letsGo(this);
      engine.abandoned.forget(this);
    }
  }

  /// The thread of code that was left behind, for the one warning at the end; null if there is
  /// none.
  synchronized @Nullable Thread leftThread() {
    return stage == Stage.OVER ? null : thread;
  }

  /// Returns whether its code has called [System#exit]: then it ends with this JVM only.
  boolean exitsJvm() {
    Thread now = thread;
    return now != null && JvmEnd.isCalledBy(now);
  }

  /// Whether it is over and has returned a value in time.
  synchronized boolean succeeded() {
    return succeeded;
  }

  private void deadlineOver() {
    leave(new Next.Ended(Transition.expired(jobId(), claimed.deadline(), claimed.attempt())));
  }

  /// Ends the job although it still waits for this abandoned code; nothing otherwise.
  void leave(Next.Ended next) {
    Attempt.End end;
    synchronized (this) {
      if (stage != Stage.LEFT_OPEN) {
        return;
      }
      stage = Stage.LEFT_FINISHED;
      end = endOf(null);
    }
    Finish.Tally tally = engine.tally(this, Finish.Cost.UNKNOWN, true);
    engine.finish(this, new Finish(claimed.id(), claimed.fence(), tally, end, next, true));
    returnedMeanwhile();
  }

  /// Gives its job back to the store at no charge, which runs it again when it is opened again, and
  /// asks the code to end. The timeout of an abandoned attempt is charged.
  @Nullable Finish handBack() {
    Attempt.End end;
    boolean abandoned;
    String cancelled;
    synchronized (this) {
      abandoned = stage == Stage.LEFT_OPEN;
      if (!abandoned && stage != Stage.RUNNING) {
        return null;
      }
      end = abandoned ? endOf(null) : new Attempt.End.Lost("handed back at close", true);
      stage = abandoned ? Stage.LEFT_FINISHED : Stage.HANDED_BACK;
      slot.leave();
      cancelled = cancelCause;
      if (!abandoned) {
        ask(Stop.CANCEL);
        engine.closing.leaves(this);
      }
    }
    Finish.Tally tally = engine.tally(this, Finish.Cost.UNKNOWN, abandoned);
    Next next = engine.transition(this, end, null, cancelled);
    return new Finish(claimed.id(), claimed.fence(), tally, end, next, false);
  }

  /// Asks the code of an attempt that was handed back to end. After its end is stored, so that what
  /// the code does then changes nothing.
  void askToLeave() {
    CompletableFuture<?> toCancel;
    Remote toLeave;
    synchronized (this) {
      if (stage != Stage.HANDED_BACK) {
        return;
      }
      if (thread != null) {
        thread.interrupt();
      }
      toCancel = future;
      toLeave = remote;
    }
    if (toLeave != null) {
      toLeave.leave();
    }
    if (toCancel != null) {
      toCancel.cancel(true);
    }
  }

  /// Where its code is now; null if none of it runs at this moment. What waits for a job of another
  /// engine in this JVM is where that is, if that runs: nobody else can be asked for it.
  @Nullable Stack stack() {
    JobHandle<?> awaited = slot.elsewhere();
    AttemptRun other = awaited == null ? null : awaited.engine.running(awaited.id());
    Stack there = other == null ? null : other.ownStack();
    return there == null
        ? ownStack()
        : new Stack(
            there.thread(),
            there.frames(),
            engine.delegates
                ? there.where()
                : there.where() + ", in " + awaited + " of another treadle, for which it waits");
  }

  private @Nullable Stack ownStack() {
    Thread runs;
    Remote elsewhere;
    synchronized (this) {
      if (stage == Stage.OVER) {
        return null;
      }
      runs = thread;
      elsewhere = remote;
    }
    if (elsewhere != null) {
      return elsewhere.stack();
    }
    if (runs == null) {
      return null;
    }
    List<StackTraceElement> frames = Frames.ofCode(runs.getStackTrace());
    synchronized (this) {
      if (frames.isEmpty() || thread != runs) {
        return null; // It may run another attempt by now.
      }
    }
    return new Stack(runs.getName(), frames, "this JVM, pid " + ProcessHandle.current().pid());
  }

  /// The attempt that runs on this thread, if it is one of this engine.
  static @Nullable AttemptRun current() {
    return JobContext.Scope.CURRENT.isBound()
            && JobContext.Scope.CURRENT.get() instanceof AttemptContext context
        ? context.run
        : null;
  }

  Engine engine() {
    return engine;
  }

  boolean slow() {
    return slow;
  }

  void becomesSlow() {
    slow = true;
  }

  /// How long its code has run; 0 before it begins.
  long ranNanos() {
    return started ? engine.time.nanos() - startNanos : 0;
  }

  /// How long its job had been available when its code started, in microseconds.
  long waitedMicros() {
    long untilClaim = Math.max(0, claimed.started() - claimed.available());
    long until = started ? startNanos : engine.time.nanos();
    return untilClaim + TimeUnit.NANOSECONDS.toMicros(until - claimNanos);
  }

  long logBytes() {
    return logBytes.get();
  }

  /// Whether it was asked to end or is over.
  boolean endWanted() {
    return endWanted;
  }

  /// When it must have ended, in microseconds since 1970.
  long mustEndBy() {
    long end = claimed.deadline();
    if (known.settings.timeout() != null) {
      end = Math.min(end, Micros.plus(claimed.started(), Micros.of(known.settings.timeout())));
    }
    return end;
  }
}
