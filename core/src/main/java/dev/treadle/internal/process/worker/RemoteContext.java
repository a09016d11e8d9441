package dev.treadle.internal.process.worker;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Jobs;
import dev.treadle.RefusedException;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.internal.process.wire.Frame;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The attempt that runs, as its code in a worker sees it.
final class RemoteContext implements JobContext {
  private final Outbox outbox;
  private final Frame.Run run;
  private final Thread thread;
  private volatile boolean stopped;

  RemoteContext(Outbox outbox, Frame.Run run, Thread thread) {
    this.outbox = outbox;
    this.run = run;
    this.thread = thread;
  }

  Thread thread() {
    return thread;
  }

  int id() {
    return run.id();
  }

  /// Asks the code to end.
  void stop() {
    stopped = true;
    thread.interrupt();
  }

  @Override
  public long jobId() {
    return run.job();
  }

  @Override
  public int attempt() {
    return run.attempt();
  }

  @Override
  public Optional<Instant> deadline() {
    return run.deadline() == Long.MAX_VALUE
        ? Optional.empty()
        : Optional.of(Instant.EPOCH.plus(run.deadline(), ChronoUnit.MICROS));
  }

  @Override
  public Optional<String> traceparent() {
    return Optional.ofNullable(run.traceparent());
  }

  @Override
  public boolean cancelled() {
    return stopped;
  }

  @Override
  public void progress(long done, long total) {
    outbox.add(new Frame.Progressed(run.id(), done, total));
  }

  @Override
  public void log(String line) {
    outbox.add(new Frame.Logged(run.id(), line));
  }

  private static RefusedException refused() {
    return new RefusedException(
        RefusedException.Reason.UNSUPPORTED,
        "an attempt in a process of its own cannot submit jobs; return what is to be done, and"
            + " submit it where this job was submitted");
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Task<A, R> task, A input) {
    throw refused();
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Submission<A, R> submission) {
    throw refused();
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Collection<? extends A> inputs) {
    throw refused();
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Stream<? extends A> inputs) {
    throw refused();
  }
}
