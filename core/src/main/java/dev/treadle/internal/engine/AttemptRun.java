package dev.treadle.internal.engine;

import dev.treadle.Attempt;
import dev.treadle.Isolation;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Jobs;
import dev.treadle.Progress;
import dev.treadle.RefusedException;
import dev.treadle.Snooze;
import dev.treadle.Stack;
import dev.treadle.Strategy;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.WaitException;
import dev.treadle.internal.codec.Codec;
import dev.treadle.internal.monitor.IoCpu;
import dev.treadle.internal.monitor.Suspect;
import dev.treadle.internal.monitor.jfr.Flight;
import dev.treadle.internal.process.WorkerDied;
import dev.treadle.internal.run.LogContext;
import dev.treadle.internal.run.Order;
import dev.treadle.internal.run.Remote;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.run.Runner;
import dev.treadle.internal.thrown.Frames;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Next;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Transition;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
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
final class AttemptRun implements Run, JobContext, Suspect {
  /// Why somebody wants the attempt to end.
  private enum Stop {
    CANCEL,
    TIMEOUT,
    DEADLINE
  }

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

  private enum Slot {
    HELD,
    /// Given away while the attempt waits for other jobs.
    LENT,
    GONE
  }

  final Claimed claimed;
  final Tasks.Known known;

  /// Records it, if somebody asks for that.
  final Flight.@Nullable Attempt flight = Flight.attempt();

  /// The id of the job, boxed once.
  final Long key;

  private final Engine engine;
  final Runner runner;
  private final long claimNanos;
  private long startNanos;

  /// What it has logged so far and, elsewhere, printed, in bytes of UTF-8, without the ends of
  /// lines that were logged.
  private final AtomicLong logBytes = new AtomicLong();

  private Stage stage = Stage.RUNNING;
  private Slot slot = Slot.HELD;
  private @Nullable Wait currentWait;
  private boolean succeeded;
  private @Nullable Stop stop;

  /// Whether it was asked to end or is over: for loops, which look at every turn.
  private volatile boolean endWanted;

  private @Nullable String cancelCause;

  /// Why its input does not come back from the store.
  private @Nullable String unreadable;

  /// The input as its code takes it, once it was read from what the store had.
  private @Nullable Object input;

  private boolean inputRead;
  private @Nullable TimeoutException timedOut;

  /// Written under the lock, read without it by the guard, which must not wait.
  private volatile @Nullable Thread thread;

  private @Nullable CompletableFuture<?> future;
  private @Nullable Remote remote;
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
    this.cancelCause = claimed.cancel();
  }

  /// Sets the alarm for the timeout or the deadline, whichever is sooner.
  void arm() {
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
  public synchronized void leavesSlot() {
    slot = Slot.GONE;
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
    LogContext log =
        LogContext.enter(claimed.id(), claimed.task(), claimed.attempt(), claimed.traceparent());
    IoCpu sampled = runner.strategy() == Strategy.IO ? engine.ioCpu : null;
    if (sampled != null) {
      sampled.begins(claimed.task(), claimed.queue());
    }
    try {
      value =
          ScopedValue.where(Scope.CURRENT, this)
              .call(() -> Chunk.run(known.settings.body(), input, this));
    } finally {
      if (sampled != null) {
        sampled.ends();
      }
      if (log != null) {
        log.leave();
      }
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
        end(),
        isolation,
        input,
        known.settings.output().type());
  }

  @Override
  public JobContext context() {
    return this;
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
    if (engine.values == null || thrown != null) {
      return ended(value, thrown, cost);
    }
    Object stored;
    try {
      stored = engine.values.result(known.settings, value);
    } catch (Throwable unfit) {
      return ended(null, unfit, cost);
    }
    return ended(stored, null, cost);
  }

  private boolean ended(@Nullable Object value, @Nullable Throwable thrown, Finish.Cost cost) {
    Stage was;
    Slot had;
    Attempt.End end;
    String cancelled;
    synchronized (this) {
      was = stage;
      if (was == Stage.OVER) {
        return false; // A stage that was cancelled completes a second time.
      }
      stage = Stage.OVER;
      endWanted = true;
      had = slot;
      slot = Slot.GONE;
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
      case RUNNING, LEFT_OPEN ->
          next = engine.complete(this, end, value, cancelled, tally, had == Slot.HELD);
      case LEFT_FINISHED -> engine.returnedLate(this, thrown);
      case HANDED_BACK -> engine.closing.left(this);
      case OVER -> throw new AssertionError("returned above");
    }
    if (was == Stage.LEFT_OPEN || was == Stage.LEFT_FINISHED) {
      engine.abandonedReturned(this);
    }
    if (thrown instanceof Unreadable) {
      engine.tasks.parked(claimed.task(), known);
    }
    return had == Slot.HELD;
  }

  /// Why its input does not come back from the store, as the thread knows that found it out.
  @Nullable String unreadable() {
    return unreadable;
  }

  @Override
  public @Nullable Run next() {
    return next;
  }

  private Attempt.End endOf(@Nullable Throwable thrown) {
    if (timedOut != null) {
      if (thrown != null && !isInterruption(thrown)) {
        timedOut.addSuppressed(thrown);
      }
      return new Attempt.End.TimedOut(timedOut, stop == Stop.DEADLINE);
    }
    if (thrown instanceof WorkerDied died) {
      return stop == Stop.CANCEL
          ? new Attempt.End.Cancelled()
          : new Attempt.End.Lost(String.valueOf(died.getMessage()), died.blameless());
    }
    if (thrown == null) {
      return new Attempt.End.Succeeded();
    }
    if (thrown instanceof Unreadable) {
      return new Attempt.End.Snoozed(Duration.ZERO);
    }
    if (thrown instanceof Snooze snooze) {
      return new Attempt.End.Snoozed(snooze.duration());
    }
    if (stop == Stop.CANCEL && isInterruption(thrown)) {
      return new Attempt.End.Cancelled();
    }
    if (claimed.submittedAt() != null && thrown != claimed.submittedAt()) {
      thrown.addSuppressed(claimed.submittedAt());
    }
    return new Attempt.End.Failed(thrown);
  }

  private static boolean isInterruption(Throwable thrown) {
    return thrown instanceof InterruptedException
        || thrown instanceof CancellationException
        || thrown instanceof ClosedByInterruptException
        || thrown instanceof InterruptedIOException
        || thrown instanceof WaitException wait && wait.interrupted();
  }

  // ---- as those see it who want it to end

  /// Asks the attempt to end because its job was asked to cancel.
  void cancel(String cause) {
    synchronized (this) {
      if (cancelCause == null) {
        cancelCause = cause;
      }
    }
    if (stop(Stop.CANCEL) && isRemote()) {
      setAlarm(engine.graceNanos, () -> kill("it was cancelled and did not end"));
    }
    leave(Transition.cancelled(cause, claimed.attempt()));
  }

  private void timeOver(Stop kind) {
    if (!stop(kind)) {
      return;
    }
    setAlarm(
        engine.graceNanos,
        isRemote()
            ? () ->
                kill(kind == Stop.TIMEOUT ? "it ran past its timeout" : "its job's deadline passed")
            : this::abandon);
  }

  private synchronized boolean isRemote() {
    return remote != null;
  }

  /// Ends code that runs elsewhere for certain; nothing for other code.
  void kill(String why) {
    Remote elsewhere;
    synchronized (this) {
      elsewhere = stage == Stage.RUNNING ? remote : null;
      if (elsewhere != null && stop == null) {
        stop = Stop.CANCEL;
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
      if (stop == null || stop == Stop.CANCEL) {
        stop = kind;
        endWanted = true;
      }
      if (kind != Stop.CANCEL && timedOut == null) {
        timedOut = timeout(kind);
      }
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

  private TimeoutException timeout(Stop kind) {
    String limit =
        kind == Stop.TIMEOUT
            ? "its timeout of " + text(known.settings.timeout())
            : "the deadline of its job, " + Micros.instant(claimed.deadline());
    TimeoutException error =
        new TimeoutException(
            "attempt "
                + claimed.attempt()
                + " of job "
                + claimed.id()
                + " ("
                + claimed.task()
                + ") ran past "
                + limit);
    // Where the code was, not where the alarm is.
    error.setStackTrace(thread == null ? new StackTraceElement[0] : thread.getStackTrace());
    return error;
  }

  private static String text(@Nullable Duration duration) {
    return duration == null ? "" : duration.toString().substring(2).toLowerCase(Locale.ROOT);
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
    Slot had;
    synchronized (this) {
      if (stage != Stage.RUNNING) {
        return;
      }
      stage = goOn ? Stage.LEFT_FINISHED : Stage.LEFT_OPEN;
      had = slot;
      slot = Slot.GONE;
    }
    engine.abandoned(this, name, stack);
    if (goOn) {
      engine.finish(this, new Finish(claimed.id(), claimed.fence(), tally, end, next, true));
      returnedMeanwhile();
    } else {
      engine.waitsForAbandoned(this);
      engine.idleMayHaveChanged();
      if (claimed.deadline() != Micros.NEVER) {
        long left = claimed.deadline() - engine.time.micros();
        engine.alarm.in(TimeUnit.MICROSECONDS.toNanos(left), this::deadlineOver);
      }
      returnedMeanwhile();
    }
    if (had == Slot.HELD) {
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
      engine.returned(this);
      engine.forgetAbandoned(this);
    }
  }

  /// The thread of code that was left behind, for the one warning at the end; null if there is
  /// none.
  synchronized @Nullable Thread leftThread() {
    return stage == Stage.OVER ? null : thread;
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
  void handBack() {
    Attempt.End end;
    boolean abandoned;
    String cancelled;
    synchronized (this) {
      abandoned = stage == Stage.LEFT_OPEN;
      if (!abandoned && stage != Stage.RUNNING) {
        return;
      }
      end = abandoned ? endOf(null) : new Attempt.End.Lost("handed back at close", true);
      stage = abandoned ? Stage.LEFT_FINISHED : Stage.HANDED_BACK;
      slot = Slot.GONE;
      cancelled = cancelCause;
      if (!abandoned) {
        stop = Stop.CANCEL;
        endWanted = true;
        engine.closing.leaves(this);
      }
    }
    Finish.Tally tally = engine.tally(this, Finish.Cost.UNKNOWN, abandoned);
    Next next = engine.transition(this, end, null, cancelled);
    engine.finish(this, new Finish(claimed.id(), claimed.fence(), tally, end, next, false));
    if (!abandoned) {
      askToLeave();
    }
  }

  private void askToLeave() {
    CompletableFuture<?> toCancel;
    Remote toKill;
    synchronized (this) {
      if (stage != Stage.HANDED_BACK) {
        return;
      }
      if (thread != null) {
        thread.interrupt();
      }
      toCancel = future;
      toKill = remote;
    }
    if (toKill != null) {
      toKill.kill("its treadle closes");
    }
    if (toCancel != null) {
      toCancel.cancel(true);
    }
  }

  // ---- waiting for other jobs

  /// Waits inside this attempt: its slot and its queue's permit go to others meanwhile.
  ///
  /// @throws RefusedException if the wait could never end
  <T extends @Nullable Object> T waiting(Collection<Receipt> awaited, Supplier<T> wait) {
    String refusal = engine.store.beginWait(claimed.id(), claimed.fence(), awaited);
    if (refusal != null) {
      throw new RefusedException(RefusedException.Reason.WOULD_DEADLOCK, refusal);
    }
    boolean lent;
    Wait token = new Wait();
    synchronized (this) {
      lent = slot == Slot.HELD;
      if (lent) {
        slot = Slot.LENT;
      }
      currentWait = token;
    }
    if (lent) {
      runner.giveSlot();
    }
    try {
      return wait.get();
    } finally {
      synchronized (token) {
        token.over = true;
      }
      comeBack(lent);
    }
  }

  /// Whether it waits for other jobs, and has lent its slot meanwhile.
  synchronized boolean waits() {
    return slot == Slot.LENT;
  }

  /// A wait inside this attempt. Its monitor makes sure that nothing is added to one that is over:
  /// the store would take that for a new wait, which nobody would end.
  private static final class Wait {
    private boolean over;
  }

  /// Waits, during a wait, for one more job; says why that could never end, or null. Nothing if the
  /// wait is over.
  @Nullable String alsoWaitsFor(Receipt job) {
    Wait wait;
    synchronized (this) {
      wait = currentWait;
    }
    if (wait == null) {
      return null;
    }
    synchronized (wait) {
      return wait.over ? null : engine.store.beginWait(claimed.id(), claimed.fence(), List.of(job));
    }
  }

  private void comeBack(boolean lent) {
    CountDownLatch queue = new CountDownLatch(1);
    engine.store.endWait(claimed.id(), claimed.fence(), queue::countDown);
    awaitUninterruptibly(queue);
    if (lent && !hasLeft()) {
      CountDownLatch granted = new CountDownLatch(1);
      runner.takeSlotBack(granted::countDown);
      awaitUninterruptibly(granted);
      boolean gone;
      synchronized (this) {
        gone = slot == Slot.GONE;
        if (!gone) {
          slot = Slot.HELD;
        }
      }
      if (gone) {
        runner.giveSlot();
      }
    }
  }

  private synchronized boolean hasLeft() {
    return slot == Slot.GONE;
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Where its code is now; null if none of it runs at this moment.
  @Nullable Stack stack() {
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
    return Scope.CURRENT.isBound() && Scope.CURRENT.get() instanceof AttemptRun run ? run : null;
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

  long ranNanos() {
    return engine.time.nanos() - startNanos;
  }

  /// How long its job had been available when its code started, in microseconds.
  long waitedMicros() {
    long untilClaim = Math.max(0, claimed.started() - claimed.available());
    return untilClaim + TimeUnit.NANOSECONDS.toMicros(startNanos - claimNanos);
  }

  long logBytes() {
    return logBytes.get();
  }

  // ---- as its code sees it

  @Override
  public int attempt() {
    return claimed.attempt();
  }

  @Override
  public Optional<Instant> deadline() {
    long end = end();
    return end == Micros.NEVER ? Optional.empty() : Optional.of(Micros.instant(end));
  }

  /// When it must have ended, in microseconds since 1970.
  private long end() {
    long end = claimed.deadline();
    if (known.settings.timeout() != null) {
      end = Math.min(end, Micros.plus(claimed.started(), Micros.of(known.settings.timeout())));
    }
    return end;
  }

  @Override
  public Optional<String> traceparent() {
    return Optional.ofNullable(claimed.traceparent());
  }

  @Override
  public boolean cancelled() {
    return endWanted;
  }

  @Override
  public void progress(long done, long total) {
    engine.store.note(
        claimed.id(), claimed.fence(), new Progress(done, Math.max(-1, total), 0), List.of());
  }

  @Override
  public void log(String line) {
    logBytes.addAndGet(line.getBytes(StandardCharsets.UTF_8).length);
    engine.store.note(claimed.id(), claimed.fence(), null, List.of(line));
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Task<A, R> task, A input) {
    return engine.submitter.submit(task.with(input), this);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Submission<A, R> submission) {
    return engine.submitter.submit(submission, this);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Collection<? extends A> inputs) {
    return engine.submitter.map(task, inputs, this);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Stream<? extends A> inputs) {
    return engine.submitter.map(task, inputs, this);
  }
}
