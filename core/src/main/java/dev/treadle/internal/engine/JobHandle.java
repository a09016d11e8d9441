package dev.treadle.internal.engine;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobInfo;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Reason;
import dev.treadle.RefusedException;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.WaitException;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The handle of a job: a receipt of the store and the engine it lives in.
final class JobHandle<R extends @Nullable Object> implements Job<R> {
  final Engine engine;
  final Receipt receipt;
  private final Task<?, R> task;

  JobHandle(Engine engine, Receipt receipt, Task<?, R> task) {
    this.engine = engine;
    this.receipt = receipt;
    this.task = task;
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

  @SuppressWarnings("unchecked")
  private @Nullable Outcome<R> await(@Nullable Duration atMost) {
    return (Outcome<R>) engine.await(receipt, atMost, this);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Optional<Outcome<R>> outcome() {
    return Optional.ofNullable((Outcome<R>) receipt.outcome());
  }

  @Override
  public JobState state() {
    Outcome<?> outcome = receipt.outcome();
    return outcome != null ? outcome.state() : info().state();
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
    if (outcome().isEmpty()) {
      throw wrongState("retried: it must have ended");
    }
    return engine.submitter.retry(task, receipt);
  }

  @Override
  public Progress progress() {
    return info().progress();
  }

  @Override
  public List<Attempt> attempts() {
    return info().attempts();
  }

  @Override
  public List<String> log() {
    return info().log();
  }

  @Override
  public Reason why() {
    return engine.why(receipt);
  }

  @Override
  public JobInfo info() {
    return engine.store.info(receipt);
  }

  @Override
  @SuppressWarnings("unchecked")
  public void whenEnded(Consumer<? super Outcome<R>> callback) {
    Objects.requireNonNull(callback);
    engine.watch(
        receipt, outcome -> engine.callBack(id(), () -> callback.accept((Outcome<R>) outcome)));
  }

  @Override
  @SuppressWarnings("unchecked")
  public CompletableFuture<R> toFuture() {
    CompletableFuture<R> future = new Cancelling();
    Outcome<?> ended = receipt.outcome();
    if (ended != null) {
      complete(future, (Outcome<R>) ended);
    } else {
      // Its dependents are a user's code, which may wait for other jobs: not on a thread of ours.
      engine.watch(
          receipt, outcome -> engine.callBack(id(), () -> complete(future, (Outcome<R>) outcome)));
    }
    return future;
  }

  private static <R extends @Nullable Object> void complete(
      CompletableFuture<R> future, Outcome<R> outcome) {
    switch (outcome) {
      case Outcome.Succeeded<R> it -> future.complete(it.value());
      case Outcome.Failed<R> it -> future.completeExceptionally(it.cause());
      case Outcome.Cancelled<R> it -> future.cancel(false);
    }
  }

  private final class Cancelling extends CompletableFuture<R> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      JobHandle.this.cancel();
      return super.cancel(mayInterruptIfRunning);
    }
  }

  @Override
  public String toString() {
    return "job " + id() + " (" + task() + ")";
  }
}
