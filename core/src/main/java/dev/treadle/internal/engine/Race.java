package dev.treadle.internal.engine;

import dev.treadle.Job;
import dev.treadle.Outcome;
import dev.treadle.StoreException;
import dev.treadle.Task;
import dev.treadle.TreadleException;
import dev.treadle.WaitException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The first value of several jobs; the others are cancelled.
final class Race<A extends @Nullable Object, R extends @Nullable Object> {
  private final Engine engine;
  private final Task<A, R> task;

  Race(Engine engine, Task<A, R> task) {
    this.engine = engine;
    this.task = task;
  }

  R run(Collection<? extends A> inputs) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("a race needs at least one input");
    }
    List<JobHandle<R>> jobs = new ArrayList<>();
    R value;
    try {
      for (A input : inputs) {
        jobs.add((JobHandle<R>) engine.submitter.submit(task.with(input), null));
      }
      value = first(jobs).orElseThrow("the race");
    } catch (Throwable thrown) {
      try {
        jobs.forEach(Job::cancel);
      } catch (StoreException gone) {
        thrown.addSuppressed(gone);
      }
      throw thrown;
    }
    jobs.forEach(Job::cancel);
    return value;
  }

  /// Tells the race of the end of one job.
  private record Runner(BlockingQueue<Supplier<Outcome<?>>> race) implements Watcher {
    @Override
    public void ended(Outcome<?> outcome) {
      race.add(() -> outcome);
    }

    @Override
    public void givenUp(Supplier<TreadleException> why) {
      race.add(() -> {
        throw why.get();
      });
    }
  }

  private Outcome<R> first(List<JobHandle<R>> jobs) {
    var ended = new LinkedBlockingQueue<Supplier<Outcome<?>>>();
    jobs.forEach(job -> engine.ends.watch(job.receipt, new Runner(ended)));
    return engine.ends.await(jobs, () -> first(ended, jobs.size()));
  }

  /// Takes what ends until a job has won. One wait for all: to begin and end one for each job would
  /// cost as much as all of them each time.
  private Outcome<R> first(BlockingQueue<Supplier<Outcome<?>>> ended, int jobs) {
    List<Outcome<?>> losers = new ArrayList<>();
    while (losers.size() < jobs) {
      Outcome<?> next = take(ended).get();
      if (next instanceof Outcome.Succeeded<?>) {
        return engine.outcome(task, next, "the race");
      }
      losers.add(next);
    }
    throw allFailed(losers);
  }

  private Supplier<Outcome<?>> take(BlockingQueue<Supplier<Outcome<?>>> ended) {
    try {
      return ended.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitException("interrupted while waiting for the race over " + task.name(), e);
    }
  }

  private TreadleException allFailed(List<Outcome<?>> losers) {
    TreadleException thrown = null;
    for (Outcome<?> loser : losers) {
      try {
        var unused = loser.orElseThrow("a runner of the race over task " + task.name());
      } catch (TreadleException e) {
        if (thrown == null) {
          thrown = e;
        } else {
          thrown.addSuppressed(e);
        }
      }
    }
    if (thrown == null) {
      throw new AssertionError("a race without runners");
    }
    return thrown;
  }
}
