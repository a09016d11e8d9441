package dev.treadle.internal.engine;

import dev.treadle.Health;
import dev.treadle.Job;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Reason;
import dev.treadle.RefusedException;
import dev.treadle.Stack;
import dev.treadle.Strategy;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.Task.Action;
import dev.treadle.Treadle;
import dev.treadle.spi.Receipt;
import dev.treadle.stats.JvmStats;
import dev.treadle.stats.PermitUse;
import dev.treadle.stats.Stats;
import dev.treadle.stats.Waiting;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What users call: each call finds its way to the part of the engine that does it.
final class FrontDoor implements Treadle {
  /// A plain piece of code, submitted without a task.
  @SuppressWarnings("rawtypes")
  static final Task<Callable, Object> LAMBDA =
      Task.io("lambda", Callable.class, Object.class, Callable::call);

  private final Engine engine;
  private final Submitter submitter;

  FrontDoor(Engine engine) {
    this.engine = engine;
    this.submitter = engine.submitter;
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Task<A, R> task, A input) {
    return submitter.submit(task.with(input), null);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Task<A, R> task, Job<? extends A> input) {
    return submitter.submit(Submission.of(task, input), null);
  }

  @Override
  public <B extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Task<List<B>, R> task, Jobs<?, B> inputs) {
    return submitter.submit(Submission.of(task, inputs), null);
  }

  @Override
  @SuppressWarnings("NullAway") // A task without input is handed null.
  public <R extends @Nullable Object> Job<R> submit(Task<Void, R> task) {
    return submitter.submit(task.with((Void) null), null);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Submission<A, R> submission) {
    return submitter.submit(submission, null);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <R extends @Nullable Object> Job<R> submit(Callable<R> code) {
    return (Job<R>) submitter.submit(LAMBDA.with(code), null);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Job<@Nullable Void> submit(Action code) {
    Callable<@Nullable Object> callable =
        () -> {
          code.run();
          return null;
        };
    return (Job<@Nullable Void>) (Job<?>) submitter.submit(LAMBDA.with(callable), null);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Collection<? extends A> inputs) {
    return submitter.map(task, inputs, null);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Collection<? extends A> inputs, Function<? super A, @Nullable String> key) {
    return submitter.map(task, inputs, Objects.requireNonNull(key), null);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Stream<? extends A> inputs) {
    return submitter.map(task, inputs, null);
  }

  @Override
  public <J extends Job<?>> Stream<J> asCompleted(Collection<? extends J> jobs) {
    return new EndedJobs<J>(engine, jobs).stream();
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> R race(
      Task<A, R> task, Collection<? extends A> inputs) {
    return new Race<A, R>(engine, task).run(inputs);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Optional<Job<R>> job(
      long id, Task<A, R> task) {
    Receipt receipt = engine.store.receipt(id);
    if (receipt == null) {
      return Optional.empty();
    }
    String name = engine.store.info(receipt).task();
    if (!name.equals(task.name())) {
      throw new IllegalArgumentException(
          "job " + id + " is of task " + name + ", not " + task.name());
    }
    return Optional.of(new JobHandle<>(engine, receipt, task));
  }

  @Override
  public Optional<JobInfo> job(long id) {
    return engine.store.find(id).map(engine::shown);
  }

  @Override
  public List<Waiting> waiting() {
    return engine.waiting();
  }

  @Override
  public Optional<Stack> stack(long id) {
    return engine.stack(id);
  }

  @Override
  public List<JobInfo> jobs(JobQuery query) {
    return engine.store.query(query).stream().map(engine::shown).toList();
  }

  @Override
  public Health health() {
    return engine.health();
  }

  @Override
  public Map<JobState, Long> counts() {
    return engine.store.counts();
  }

  @Override
  public Reason why(long id) {
    return handle(id).why();
  }

  @Override
  public Stats stats() {
    return engine.stats();
  }

  @Override
  public List<JvmStats> jvm() {
    return engine.jvm();
  }

  @Override
  public Map<Strategy, PermitUse> permits() {
    return engine.permits();
  }

  @Override
  public void cancel(long id) {
    handle(id).cancel();
  }

  @Override
  public void hold(long id) {
    handle(id).hold();
  }

  @Override
  public void release(long id) {
    handle(id).release();
  }

  private JobHandle<?> handle(long id) {
    Receipt receipt = engine.store.receipt(id);
    if (receipt == null) {
      throw new RefusedException(
          RefusedException.Reason.UNKNOWN_JOB,
          "there is no job " + id + ", or it has ended and is no longer kept");
    }
    String name = engine.store.info(receipt).task();
    Tasks.Known known = engine.tasks.find(name);
    Task<?, ?> task =
        known == null ? Task.io(name, Object.class, Object.class, input -> input) : known.task;
    return new JobHandle<>(engine, receipt, task);
  }

  @Override
  public void pause(String queue) {
    engine.store.pause(queue);
    engine.idleMayHaveChanged();
  }

  @Override
  public void resume(String queue) {
    engine.store.resume(queue);
  }

  @Override
  public long forget(String queue) {
    return engine.store.forget(queue);
  }

  @Override
  public String toString() {
    return "treadle on the " + engine.store.name() + " store";
  }

  @Override
  public void awaitIdle() {
    engine.awaitIdle();
  }

  @Override
  public boolean awaitIdle(Duration atMost) {
    return engine.awaitIdle(atMost);
  }

  @Override
  public boolean drain(Duration atMost) {
    return engine.drain(atMost);
  }

  @Override
  public void close() {
    engine.close();
  }
}
