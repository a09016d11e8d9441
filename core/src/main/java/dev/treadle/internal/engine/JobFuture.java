package dev.treadle.internal.engine;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A job as a future, and every future derived from it. Waiting for one inside a job gives the slot
/// of that job to others meanwhile, as [dev.treadle.Job#get] does.
///
/// @param <T> the value
final class JobFuture<T extends @Nullable Object> extends CompletableFuture<T> {
  private final JobHandle<?> job;

  /// Whether it stands for the job itself, so that cancelling it cancels the job.
  private final boolean root;

  JobFuture(JobHandle<?> job, boolean root) {
    this.job = job;
    this.root = root;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new JobFuture<>(job, false);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (root) {
      job.cancel();
    }
    return super.cancel(mayInterruptIfRunning);
  }

  @Override
  public T join() {
    boolean interrupted = false;
    while (inside()) {
      lendUntilDone(Long.MAX_VALUE);
      interrupted |= Thread.interrupted(); // A join waits on.
    }
    try {
      return super.join();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    if (inside()) {
      lendUntilDone(Long.MAX_VALUE);
    }
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!inside()) {
      return super.get(timeout, unit);
    }
    lendUntilDone(unit.toNanos(timeout));
    return super.get(0, unit);
  }

  private boolean inside() {
    return !isDone() && AttemptRun.current() != null;
  }

  /// Returns when it is done, its time is over or this thread is interrupted: the caller finds out
  /// which of these by asking again.
  private void lendUntilDone(long nanos) {
    job.engine.ends.lending(
        job,
        () -> {
          try {
            super.get(nanos, TimeUnit.NANOSECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (ExecutionException | TimeoutException | CancellationException e) {
            // The caller sees it.
          }
        });
  }
}
