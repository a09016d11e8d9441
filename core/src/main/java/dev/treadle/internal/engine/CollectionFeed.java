package dev.treadle.internal.engine;

import dev.treadle.Outcome;
import dev.treadle.Propagation;
import dev.treadle.RefusedException;
import dev.treadle.Submission.IfTaken;
import dev.treadle.Task;
import dev.treadle.internal.codec.Codec;
import dev.treadle.spi.Input;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.Json;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Route;
import dev.treadle.spi.Words;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes a job of each element of a collection before `map` returns, so that none is lost when the
/// process ends.
///
/// With keys, the job of an element whose key is known already is the one that has it, unless that
/// has failed or was cancelled: so a map that is called again goes on. Used by one thread.
final class CollectionFeed<A extends @Nullable Object> {
  private static final int TOGETHER = 1_000;
  private static final long BYTES_TOGETHER = 16 << 20;

  private final Engine engine;
  private final Task<A, ?> task;
  private final JobsHandle<A, ?> jobs;
  private final @Nullable Function<? super A, @Nullable String> keys;
  private final @Nullable AttemptRun parent;

  /// Whether the parent has succeeded, so that what is still to come stands on its own.
  private boolean orphan;

  /// An element on its way into the store.
  private record Ready(
      int index,
      @Nullable Object input,
      Tasks.Known known,
      Route route,
      @Nullable Object stored,
      @Nullable String key) {
    long bytes() {
      return switch (stored) {
        case String text -> 2L * text.length();
        case byte[] bytes -> bytes.length;
        case Json json -> json.utf8().length;
        case null, default -> 0;
      };
    }
  }

  CollectionFeed(
      Engine engine,
      Task<A, ?> task,
      JobsHandle<A, ?> jobs,
      @Nullable Function<? super A, @Nullable String> keys,
      @Nullable AttemptRun parent) {
    this.engine = engine;
    this.task = task;
    this.jobs = jobs;
    this.keys = keys;
    this.parent = parent;
  }

  /// Stores all.
  ///
  /// @throws RefusedException if the treadle closes meanwhile: the message says how many are stored
  void store(Collection<? extends A> inputs) {
    int count = 0;
    try {
      Iterator<? extends A> each = inputs.iterator();
      List<Ready> batch = new ArrayList<>();
      long bytes = 0;
      while (each.hasNext()) {
        Ready ready = ready(count++, each.next());
        if (ready == null) {
          continue;
        }
        batch.add(ready);
        bytes += ready.bytes();
        if (batch.size() == TOGETHER || bytes >= BYTES_TOGETHER) {
          insert(batch);
          batch.clear();
          bytes = 0;
        }
      }
      insert(batch);
      jobs.fedAll(true, null);
    } catch (RefusedException refused) {
      jobs.fedAll(false, refused);
      throw new RefusedException(
          refused.reason(),
          "%s: %d of %d inputs are stored, and go on; the others are not. %s"
              .formatted(jobs, jobs.jobCount(), inputs.size(), refused.getMessage()));
    } catch (Throwable thrown) {
      jobs.fedAll(false, thrown);
      throw thrown;
    }
  }

  /// Prepares an element; null if it failed, which is an outcome of its own.
  private @Nullable Ready ready(int index, A input) {
    Tasks.Known known = engine.tasks.forJob(task);
    try {
      Route route = known.route(input);
      return new Ready(
          index, input, known, route, engine.stored(known.settings, input), key(input));
    } catch (Tasks.KeyFailure | Codec.Unfit | RefusedException e) {
      engine.tasks.ended(task.name());
      jobs.stillborn(index, input, e);
      return null;
    }
  }

  private @Nullable String key(A input) {
    if (keys == null) {
      return null;
    }
    try {
      return keys.apply(input);
    } catch (Throwable e) {
      throw new Tasks.KeyFailure("the key of an input failed: " + Words.of(e), e);
    }
  }

  private void insert(List<Ready> batch) {
    engine.checkOpen(parent);
    if (batch.isEmpty()) {
      return;
    }
    List<NewJob> all = batch.stream().map(each -> newJob(each, true)).toList();
    long seen = engine.room.seen(); // Before the insert: room made since is noticed.
    List<Inserted> results = engine.store.insert(all);
    for (int i = 0; i < batch.size(); i++) {
      if (!settled(batch.get(i), results.get(i))) {
        insertAlone(batch.get(i), results.get(i), seen);
      }
    }
  }

  /// Returns whether an element has its job.
  private boolean settled(Ready ready, Inserted result) {
    return switch (result) {
      case Inserted.Taken it -> {
        engine.inserted(it.job());
        jobs.began(ready.index(), ready.input(), it.job());
        yield true;
      }
      case Inserted.KeyTaken it when goesOn(it.holder()) -> {
        engine.tasks.ended(task.name()); // No new job came of it.
        jobs.began(ready.index(), ready.input(), it.holder());
        yield true;
      }
      case Inserted.KeyTaken it -> false;
      case Inserted.QueueFull it -> false;
      case Inserted.ParentEnded it -> false;
    };
  }

  private static boolean goesOn(Receipt holder) {
    return holder.outcome() == null || holder.outcome() instanceof Outcome.Succeeded<?>;
  }

  /// Inserts an element that found its queue full, or its key with a job that did not succeed.
  private void insertAlone(Ready ready, Inserted first, long seenBefore) {
    Inserted result = first;
    long seen = seenBefore;
    boolean once = true;
    boolean known = false;
    try {
      while (!known) {
        switch (result) {
          case Inserted.KeyTaken it -> once = false;
          case Inserted.QueueFull it -> {
            engine.submitter.awaitRoom(task.settings().queue(), seen);
            engine.checkOpen(parent);
          }
          case Inserted.ParentEnded it -> {
            if (orphan || parent == null || !parent.succeeded()) {
              throw Submitter.parentEnded(newJob(ready, once));
            }
            orphan = true;
          }
          case Inserted.Taken it -> throw new AssertionError("it has its job");
        }
        seen = engine.room.seen();
        result = engine.store.insert(List.of(newJob(ready, once))).getFirst();
        known = settled(ready, result);
      }
    } catch (RefusedException e) {
      if (e.reason() != RefusedException.Reason.QUEUE_FULL) {
        throw e;
      }
      engine.tasks.ended(task.name());
      jobs.stillborn(ready.index(), ready.input(), e);
    }
  }

  private NewJob newJob(Ready ready, boolean once) {
    Task.Settings<Object> settings = ready.known().settings;
    AttemptRun parent = orphan ? null : this.parent;
    String traceparent = this.parent == null ? null : this.parent.claimed.traceparent();
    NewJob.More more = null;
    Propagation.Captured captured = engine.capture();
    if (ready.key() != null
        || captured != null
        || parent != null
        || traceparent != null
        || settings.traceSubmit()
        || ready.known().runAs != null) {
      more =
          new NewJob.More(
              ready.key(),
              IfTaken.RETURN,
              once && ready.key() != null,
              null,
              parent == null ? 0 : parent.jobId(),
              parent == null ? 0 : parent.claimed.fence(),
              0,
              null,
              0,
              SubmittedAt.of(settings.traceSubmit(), captured),
              traceparent,
              ready.known().runAs);
    }
    return new NewJob(
        settings.name(),
        ready.route(),
        new Input.Value(ready.stored()),
        settings.priority(),
        0,
        settings.deadline() == null
            ? Micros.NEVER
            : Micros.plus(engine.time.micros(), Micros.of(settings.deadline())),
        more);
  }
}
