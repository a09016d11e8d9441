package dev.treadle.internal.engine;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobInfo;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Reason;
import dev.treadle.RefusedException;
import dev.treadle.Stack;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.TreadleException;
import dev.treadle.WaitException;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Route.LimitRef;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The handle of a job: a receipt of the store and the engine it lives in.
final class JobHandle<R extends @Nullable Object> implements Job<R> {
  final Engine engine;
  final Receipt receipt;
  private final Task<?, R> task;

  /// The job inside which it was submitted, and the limits it needs; 0 and none if it was outside.
  private final long submitter;

  private final List<LimitRef> limits;

  /// A handle of a job that was found.
  JobHandle(Engine engine, Receipt receipt, Task<?, R> task) {
    this(engine, receipt, task, 0, List.of());
  }

  private JobHandle(
      Engine engine, Receipt receipt, Task<?, R> task, long submitter, List<LimitRef> limits) {
    this.engine = engine;
    this.receipt = receipt;
    this.task = task;
    this.submitter = submitter;
    this.limits = limits;
  }

  /// A handle of a job that was submitted just now, on this thread.
  static <R extends @Nullable Object> JobHandle<R> submitted(
      Engine engine, Receipt receipt, Task<?, R> task, List<LimitRef> limits) {
    AttemptRun self = limits.isEmpty() ? null : AttemptRun.current();
    return self == null || self.engine() != engine
        ? new JobHandle<>(engine, receipt, task)
        : new JobHandle<>(engine, receipt, task, self.jobId(), limits);
  }

  /// Refuses a wait for it, though it has ended, where one would have been refused while it had
  /// not.
  void checkWait() {
    AttemptRun self = submitter == 0 ? null : AttemptRun.current();
    if (self != null && self.engine() == engine && self.jobId() == submitter) {
      self.slot.checkWait(this, limits);
    }
  }

  @Override
  public long id() {
    return receipt.id();
  }

  @Override
  public String task() {
    return task.name();
  }

  @Override
  public R get() {
    return value(Objects.requireNonNull(await(null)));
  }

  @Override
  public R get(Duration atMost) {
    Outcome<R> outcome = await(atMost);
    if (outcome == null) {
      throw new WaitException(
          this + " has not ended within " + atMost + "; it goes on. It " + why(), null);
    }
    return value(outcome);
  }

  private R value(Outcome<R> outcome) {
    return outcome instanceof Outcome.Succeeded<R> it
        ? it.value()
        : outcome.orElseThrow(toString());
  }

  @Override
  public Outcome<R> settled() {
    return Objects.requireNonNull(await(null));
  }

  private @Nullable Outcome<R> await(@Nullable Duration atMost) {
    Outcome<?> outcome = engine.ends.await(this, atMost);
    return outcome == null ? null : read(outcome);
  }

  private Outcome<R> read(Outcome<?> outcome) {
    return engine.outcome(task, outcome, this);
  }

  @Override
  public Optional<Outcome<R>> outcome() {
    Outcome<?> outcome = receipt.outcome();
    if (outcome != null) {
      engine.unheard.asked(id(), outcome);
    }
    return Optional.ofNullable(outcome).map(this::read);
  }

  @Override
  public JobState state() {
    Outcome<?> outcome = receipt.outcome();
    if (outcome != null) {
      engine.unheard.asked(id(), outcome);
      return outcome.state();
    }
    return engine.store.info(receipt).state();
  }

  @Override
  public void cancel() {
    engine.store.cancel(List.of(id()), "asked");
  }

  @Override
  public void kill() {
    if (task.strategy() == Strategy.PROCESS) {
      engine.kill(id());
      return;
    }
    throw new RefusedException(
        RefusedException.Reason.UNSUPPORTED,
        this
            + " runs on "
            + task.strategy()
            + ", whose code can be asked to end (cancel) but not be killed; only the process"
            + " strategy can do that");
  }

  @Override
  public void hold() {
    if (!engine.store.hold(id(), "on request") && state() != JobState.HELD) {
      throw wrongState("held: it must not have started");
    }
    engine.idleMayHaveChanged();
  }

  @Override
  public void release() {
    if (!engine.store.release(id())) {
      throw wrongState("released: it must be held");
    }
  }

  private RefusedException wrongState(String what) {
    return new RefusedException(
        RefusedException.Reason.WRONG_STATE, this + " is " + state() + " and cannot be " + what);
  }

  @Override
  public Job<R> retry() {
    if (receipt.outcome() == null) {
      throw wrongState("retried: it must have ended");
    }
    return engine.submitter.retry(task, receipt);
  }

  @Override
  public Progress progress() {
    return engine.store.info(receipt).progress();
  }

  @Override
  public List<Attempt> attempts() {
    return engine.store.info(receipt).attempts();
  }

  @Override
  public List<String> log() {
    return engine.store.info(receipt).log();
  }

  @Override
  public Reason why() {
    return engine.why(receipt.id());
  }

  @Override
  public Optional<Stack> stack() {
    return engine.stack(id());
  }

  @Override
  public JobInfo info() {
    JobInfo info = engine.store.info(receipt);
    if (info.outcome() != null) {
      engine.unheard.asked(id(), info.outcome());
    }
    return engine.shown(info);
  }

  @Override
  public void whenEnded(Consumer<? super Outcome<R>> callback) {
    Objects.requireNonNull(callback);
    engine.ends.checkKept(receipt);
    engine.ends.watch(receipt, new CallBack(outcome -> callback.accept(read(outcome)), why -> {}));
  }

  @Override
  public CompletableFuture<R> toFuture() {
    CompletableFuture<R> future = new JobFuture<>(this, true);
    Outcome<?> ended = receipt.outcome();
    if (ended != null) {
      engine.unheard.asked(id(), ended);
      complete(future, ended);
    } else {
      engine.ends.watch(
          receipt,
          new CallBack(
              outcome -> complete(future, outcome),
              why -> future.completeExceptionally(why.get())));
    }
    return future;
  }

  /// Calls a user's code back, which may wait for other jobs: not on a thread of ours.
  private final class CallBack implements Watcher {
    private final Consumer<Outcome<?>> ended;
    private final Consumer<Supplier<TreadleException>> givenUp;

    CallBack(Consumer<Outcome<?>> ended, Consumer<Supplier<TreadleException>> givenUp) {
      this.ended = ended;
      this.givenUp = givenUp;
    }

    @Override
    public void ended(Outcome<?> outcome) {
      Telling.callBack(id(), engine.contextLoader, () -> ended.accept(outcome));
    }

    @Override
    public void givenUp(Supplier<TreadleException> why) {
      Telling.callBack(id(), engine.contextLoader, () -> givenUp.accept(why));
    }
  }

  private void complete(CompletableFuture<R> future, Outcome<?> ended) {
    switch (read(ended)) {
      case Outcome.Succeeded<R> it -> future.complete(it.value());
      case Outcome.Failed<R> it -> future.completeExceptionally(it.cause());
      case Outcome.Cancelled<R> it -> future.cancel(false);
    }
  }

  @Override
  public String toString() {
    return "job " + id() + " (" + task() + ")";
  }
}
