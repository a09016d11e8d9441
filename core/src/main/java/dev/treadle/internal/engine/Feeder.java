package dev.treadle.internal.engine;

import dev.treadle.RefusedException;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.Task;
import dev.treadle.WaitException;
import dev.treadle.spi.Group;
import dev.treadle.spi.Input;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import java.util.Arrays;
import java.util.List;
import java.util.Spliterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Pulls the inputs of a map as room appears and makes jobs of them, on a virtual thread.
///
/// Small computations go several to a job ([Chunk]): as many as take about [#CHUNK_NANOS] by what
/// the chunks before took. Inputs of a source whose size is not known may each be long in coming:
/// none waits for the next.
final class Feeder<A extends @Nullable Object> implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Feeder.class);
  private static final double CHUNK_NANOS = 1_000_000;

  private final Engine engine;
  private final Task<A, ?> task;
  private final JobsHandle<A, ?> jobs;
  private final Stream<? extends A> inputs;
  private final @Nullable AttemptRun parent;
  private final int window;
  private final Thread thread;

  private int chunkSize = 1;
  private int index;

  Feeder(
      Engine engine,
      Task<A, ?> task,
      JobsHandle<A, ?> jobs,
      Stream<? extends A> inputs,
      @Nullable AttemptRun parent,
      int window) {
    this.engine = engine;
    this.task = task;
    this.jobs = jobs;
    this.inputs = inputs;
    this.parent = parent;
    this.window = window;
    this.thread = Thread.ofVirtual().name("treadle-feeder").unstarted(this);
  }

  void start() {
    engine.feeders.add(this);
    thread.start();
  }

  /// Whether nothing moves here until somebody reads.
  boolean waitsForReader() {
    return jobs.waitsForReader();
  }

  /// Pulls no more, because the engine closes.
  void close() {
    jobs.cancel();
    thread.interrupt();
  }

  @Override
  public void run() {
    Throwable failure = null;
    try (inputs) {
      feed(inputs.spliterator());
    } catch (InterruptedException e) {
      failure = e;
    } catch (Throwable thrown) {
      failure = thrown;
    }
    try {
      jobs.fedAll(failure);
    } catch (Throwable thrown) {
      LOG.error("the end of {} could not be stored", jobs, thrown);
    } finally {
      engine.feeders.remove(this);
      engine.idleMayHaveChanged();
    }
  }

  private void feed(Spliterator<? extends A> source) throws InterruptedException {
    boolean chunks = source.hasCharacteristics(Spliterator.SIZED) && chunkable();
    @Nullable Object[] pulled = new Object[1];
    while (true) {
      int size = chunks ? chunkSize() : 1;
      if (jobs.awaitRoom(size) == 0) {
        return;
      }
      if (chunks) {
        @Nullable Object[] items = new Object[size];
        int count = 0;
        while (count < size && source.tryAdvance(input -> pulled[0] = input)) {
          items[count++] = pulled[0];
        }
        if (count == 0) {
          return;
        }
        Chunk chunk = new Chunk(index, count == size ? items : Arrays.copyOf(items, count));
        submit(chunk, count);
      } else {
        if (!source.tryAdvance(input -> pulled[0] = input)) {
          return;
        }
        submit(pulled[0], 1);
      }
    }
  }

  private boolean chunkable() {
    Task.Settings<A> settings = task.settings();
    return settings.strategy() == Strategy.CPU
        && engine.store.keepsObjects()
        && settings.timeout() == null
        && settings.deadline() == null
        && settings.retry().equals(Retry.NONE)
        && settings.limits().isEmpty()
        && !settings.traceSubmit();
  }

  /// Grows while items are quick, but leaves every core chunks enough to share.
  private int chunkSize() {
    double perItem = jobs.nanosPerItem();
    if (perItem > 0) {
      double wanted = CHUNK_NANOS / perItem;
      int most = Math.max(1, window / (4 * engine.cores));
      chunkSize = (int) Math.max(1, Math.min(most, Math.min(wanted, 8.0 * chunkSize)));
    }
    return chunkSize;
  }

  private void submit(@Nullable Object input, int items) throws InterruptedException {
    Tasks.Known known = engine.tasks.forJob(task);
    boolean taken = false;
    try {
      while (!taken) {
        long seen = engine.room.seen();
        Inserted inserted;
        synchronized (jobs.feederMutex) {
          NewJob job = newJob(known, input);
          inserted = engine.store.insert(List.of(job)).getFirst();
          if (inserted instanceof Inserted.Taken it) {
            taken = true;
            jobs.began(index, input, it.job());
          }
        }
        switch (inserted) {
          case Inserted.Taken it -> {}
          case Inserted.KeyTaken it -> throw new AssertionError("items have no keys");
          case Inserted.ParentEnded it -> throw new RefusedException(
              RefusedException.Reason.PARENT_ENDED, "the attempt that maps has ended");
          case Inserted.QueueFull it -> engine.submitter.awaitRoom(known, seen);
        }
      }
    } catch (Tasks.KeyFailure | RefusedException refused) {
      if (refused instanceof RefusedException it
          && it.reason() != RefusedException.Reason.QUEUE_FULL) {
        throw it;
      }
      jobs.stillborn(index, input, refused);
    } catch (WaitException interrupted) {
      throw new InterruptedException(interrupted.getMessage());
    } finally {
      if (!taken) {
        engine.tasks.ended(task.name());
      }
    }
    index += items;
  }

  private NewJob newJob(Tasks.Known known, @Nullable Object input) {
    Group group = jobs.groupOrNull();
    NewJob.More more = null;
    if (group != null || parent != null || known.settings.traceSubmit()) {
      more =
          new NewJob.More(
              null,
              IfTaken.RETURN,
              false,
              null,
              parent == null ? 0 : parent.jobId(),
              parent == null ? 0 : parent.claimed.fence(),
              0,
              group,
              jobs.jobCount(),
              null);
    }
    long deadline =
        known.settings.deadline() == null
            ? Micros.NEVER
            : Micros.plus(engine.time.micros(), Micros.of(known.settings.deadline()));
    return new NewJob(
        known.settings.name(),
        known.route(input),
        new Input.Value(input),
        known.settings.priority(),
        0,
        deadline,
        more);
  }
}
