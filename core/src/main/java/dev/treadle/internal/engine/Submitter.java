package dev.treadle.internal.engine;

import dev.treadle.Job;
import dev.treadle.Jobs;
import dev.treadle.Propagation;
import dev.treadle.RefusedException;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.WaitException;
import dev.treadle.spi.Input;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Route;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The way in: from a request to a job in the store.
final class Submitter {
  private final Engine engine;

  Submitter(Engine engine) {
    this.engine = engine;
  }

  <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Submission<A, R> submission, @Nullable AttemptRun parent) {
    engine.checkOpen(parent);
    Task<A, R> task = submission.task();
    Tasks.Known known = engine.tasks.forJob(task);
    boolean taken = false;
    try {
      NewJob job = newJob(known, submission, parent);
      JobHandle<R> handle =
          JobHandle.submitted(engine, insert(job, parent), task, job.route().limits());
      taken = true;
      return handle;
    } finally {
      if (!taken) {
        engine.tasks.ended(task.name());
      }
    }
  }

  private NewJob newJob(
      Tasks.Known known, Submission<?, ?> submission, @Nullable AttemptRun parent) {
    Submission.Options options = submission.options();
    Task.Settings<Object> settings = known.settings;
    long now = 0;
    long due = options.at() == null ? 0 : Micros.of(options.at());
    boolean timed = !options.delay().isZero();
    var deadline = options.deadline() != null ? options.deadline() : settings.deadline();
    if (timed || deadline != null) {
      now = engine.time.micros();
    }
    NewJob.More more = null;
    Propagation.Captured captured = engine.capture();
    if (parent != null
        || options != Submission.Options.NONE
        || settings.traceSubmit()
        || captured != null
        || known.runAs != null) {
      more =
          new NewJob.More(
              options.key(),
              options.ifTaken(),
              options.once(),
              options.held() ? "since its submission" : null,
              parent == null ? 0 : parent.jobId(),
              parent == null ? 0 : parent.claimed.fence(),
              0,
              null,
              0,
              SubmittedAt.of(settings.traceSubmit(), captured),
              options.traceparent() != null || parent == null
                  ? options.traceparent()
                  : parent.claimed.traceparent(),
              known.runAs);
    }
    Input input = input(submission.input());
    Route route;
    if (input instanceof Input.Value value) {
      route = known.route(value.value());
      if (engine.values != null) {
        input = new Input.Value(engine.values.input(settings, value.value()));
      }
    } else {
      route = known.routeWithoutInput();
    }
    return new NewJob(
        settings.name(),
        route,
        input,
        options.priority() != null ? options.priority() : settings.priority(),
        timed ? Micros.plus(now, Micros.of(options.delay())) : due,
        deadline == null ? Micros.NEVER : Micros.plus(now, Micros.of(deadline)),
        more);
  }

  private Input input(@Nullable Object input) {
    return switch (input) {
      case JobHandle<?> job -> new Input.OfJob(ours(job.engine, job.receipt, job));
      case JobsHandle<?, ?> jobs -> new Input.OfGroup(ours(jobs.engine, jobs.group(), jobs));
      case null, default -> new Input.Value(input);
    };
  }

  private <T> T ours(Engine of, T value, Object what) {
    if (of != engine) {
      throw new IllegalArgumentException(
          what + " is of another treadle; only jobs of the same one can be inputs");
    }
    return value;
  }

  /// Hands a job to the store, waiting for room if its queue is full.
  private Receipt insert(NewJob job, @Nullable AttemptRun parent) {
    while (true) {
      long seen = engine.room.seen();
      Inserted inserted = engine.store.insert(List.of(job)).getFirst();
      switch (inserted) {
        case Inserted.Taken taken -> {
          engine.inserted(taken.job());
          return taken.job();
        }
        case Inserted.KeyTaken taken -> {
          if (job.more() != null
              && job.more().ifTaken() == Submission.IfTaken.RETURN
              && job.more().retryOf() == 0) {
            engine.tasks.ended(job.task()); // No new job came of it.
            return taken.holder();
          }
          throw new RefusedException(
              RefusedException.Reason.KEY_TAKEN,
              "job "
                  + taken.holder().id()
                  + " of task "
                  + job.task()
                  + " has the key "
                  + (job.more() == null ? "" : job.more().key()));
        }
        case Inserted.QueueFull full -> {
          awaitRoom(job.route().queue(), seen);
          engine.checkOpen(parent);
        }
        case Inserted.ParentEnded ended -> throw parentEnded(job);
      }
    }
  }

  static RefusedException parentEnded(NewJob job) {
    return new RefusedException(
        RefusedException.Reason.PARENT_ENDED,
        "the attempt of job "
            + (job.more() == null ? 0 : job.more().parent())
            + " has ended and can submit no more children; use treadle.submit for jobs that stand"
            + " on their own");
  }

  /// Waits until a full queue may have room.
  void awaitRoom(String queue, long seen) {
    if (engine.refusesWhenFull(queue)) {
      throw new RefusedException(
          RefusedException.Reason.QUEUE_FULL,
          "queue "
              + queue
              + " is full and refuses: nothing was submitted. Try later, raise its"
              + " bound, or let it block (leave out refuseWhenFull)");
    }
    AttemptRun self = AttemptRun.current();
    Runnable wait =
        () -> {
          try {
            engine.room.await(seen);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WaitException(
                "interrupted while queue " + queue + " was full; nothing was submitted", e);
          }
        };
    if (self == null) {
      wait.run();
    } else if (self.engine() != engine) {
      boolean unused =
          self.slot.waiting(
              List.of(),
              () -> {
                wait.run();
                return true;
              });
    } else {
      self.slot.waitingForRoom(queue, wait);
    }
    engine.checkNotClosed();
  }

  <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Collection<? extends A> inputs, @Nullable AttemptRun parent) {
    return engine.durable
        ? map(task, inputs, null, parent)
        : map(task, inputs.stream(), inputs, parent);
  }

  /// Stores all before it returns.
  ///
  /// @param keys gives each input a key, or null
  <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task,
      Collection<? extends A> inputs,
      @Nullable Function<? super A, @Nullable String> keys,
      @Nullable AttemptRun parent) {
    engine.checkOpen(parent);
    engine.tasks.checkStorable(task);
    JobsHandle<A, R> jobs = new JobsHandle<>(engine, task, engine.mapWindow);
    new CollectionFeed<>(engine, task, jobs, keys, parent).store(inputs);
    return jobs;
  }

  <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Stream<? extends A> inputs, @Nullable AttemptRun parent) {
    return map(task, inputs, null, parent);
  }

  private <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task,
      Stream<? extends A> inputs,
      @Nullable Collection<? extends A> from,
      @Nullable AttemptRun parent) {
    engine.checkOpen(parent);
    engine.tasks.checkStorable(task);
    JobsHandle<A, R> jobs = new JobsHandle<>(engine, task, engine.mapWindow);
    new Feeder<>(engine, task, jobs, inputs, parent, engine.mapWindow).start(from);
    return jobs;
  }

  <R extends @Nullable Object> Job<R> retry(Task<?, R> task, Receipt ended) {
    engine.checkOpen(null);
    var unused = engine.tasks.forJob(task);
    boolean taken = false;
    try {
      NewJob job = engine.store.original(ended);
      Receipt receipt = insert(job, null);
      taken = true;
      return JobHandle.submitted(engine, receipt, task, job.route().limits());
    } finally {
      if (!taken) {
        engine.tasks.ended(task.name());
      }
    }
  }
}
