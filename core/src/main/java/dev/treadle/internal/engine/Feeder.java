package dev.treadle.internal.engine;

import dev.treadle.Propagation;
import dev.treadle.RefusedException;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.Task;
import dev.treadle.TreadleException;
import dev.treadle.WaitException;
import dev.treadle.internal.codec.Codec;
import dev.treadle.internal.run.ThreadBuilders;
import dev.treadle.spi.Group;
import dev.treadle.spi.Input;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Route;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.RandomAccess;
import java.util.Spliterator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Pulls the inputs of a map as room appears and makes jobs of them.
///
/// A stream is pulled on a virtual thread, since each input may be long in coming. Small
/// computations go several to a job ([Chunk]), as many as take about [#CHUNK_NANOS] by what the
/// chunks before took, where the size of the source is known: of another source each input may be
/// long in coming, and none waits for the next. Chunks of a collection are fed by those who finish
/// them, for a wake-up costs more than they do.
final class Feeder<A extends @Nullable Object> {
  private static final Logger LOG = LoggerFactory.getLogger(Feeder.class);
  private static final double CHUNK_NANOS = 1_000_000;

  private final Engine engine;
  private final Task<A, ?> task;
  private final JobsHandle<A, ?> jobs;
  private final Stream<? extends A> inputs;
  private final @Nullable AttemptRun parent;
  private final int window;
  private final Thread thread;

  /// Calls of [#feedChunks] that wait for the one that works.
  private final AtomicInteger calls = new AtomicInteger();

  private @Nullable Spliterator<? extends A> source;
  private final @Nullable Object[] pulled = new Object[1];
  private final Consumer<A> take = input -> pulled[0] = input;

  /// Whether the inputs come from a collection, and so none is long in coming.
  private boolean collection;

  /// The collection itself, if its elements can be had by their place: the quickest way.
  private @Nullable List<? extends A> list;

  /// A chunk that its queue had no room for.
  private @Nullable Chunk refused;

  /// While a full queue holds it up: how often room had been made when it was found full.
  private volatile long waitsForRoom = -1;

  /// Whether the parent has succeeded, so that what is still to come stands on its own.
  private boolean orphan;

  /// Whether all inputs were pulled.
  private boolean exhausted;

  private int chunkSize = 1;
  private int index;

  /// The context of the thread that called `map`, for all items.
  private final Propagation.@Nullable Captured captured;

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
    this.thread =
        ThreadBuilders.withContextLoader(
            ThreadBuilders.virtual().name("treadle-feeder").unstarted(this::feedAll));
    this.captured = engine.capture();
  }

  /// Begins.
  ///
  /// @param from the collection the inputs come from, or null
  void start(@Nullable Collection<? extends A> from) {
    collection = from != null;
    if (from != null) {
      jobs.expect(from.size());
    }
    list = from instanceof List<? extends A> it && it instanceof RandomAccess ? it : null;
    engine.feeders.add(this);
    if (collection && chunkable()) {
      source = inputs.spliterator();
      jobs.feedOnBy(this::feedChunks, source.getExactSizeIfKnown());
      feedChunks();
    } else {
      begin();
    }
    // The engine may have looked for feeders before this one was there.
    if (engine.endsNow()) {
      if (engine.durable) {
        leave();
      } else {
        close();
      }
    }
    Supplier<TreadleException> over = engine.ends.why();
    if (over != null) {
      givenUp(over);
    }
  }

  private void begin() {
    jobs.stopFeedingBy(thread::interrupt);
    thread.start();
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

  /// Returns whether nothing is fed here until an item ends, or somebody reads or makes room in a
  /// full queue.
  ///
  /// @param rooms how often room was made so far
  boolean stands(long rooms) {
    return jobs.cancelled() || waitsForRoom == rooms || jobs.waitsForRoom();
  }

  /// Returns how many items were fed so far.
  long fed() {
    return jobs.fed();
  }

  /// Pulls no more, because the engine closes.
  void close() {
    jobs.cutOff(
        new RefusedException(
            RefusedException.Reason.CLOSED, "the treadle was closed before all were pulled"));
  }

  /// Pulls no more; what there is goes on when the store is opened again.
  void leave() {
    jobs.leave(null);
  }

  /// Pulls no more, and nothing more is heard of what there is.
  void givenUp(Supplier<TreadleException> why) {
    jobs.leave(why);
  }

  private void done(@Nullable Throwable failure) {
    Throwable why = failure;
    try {
      inputs.close();
    } catch (Throwable thrown) {
      why = why == null ? thrown : why;
    }
    try {
      jobs.fedAll(exhausted, why);
    } catch (Throwable thrown) {
      LOG.error("the end of {} could not be stored", jobs, thrown);
    } finally {
      if (!jobs.left()) {
        engine.feeders.remove(this); // Otherwise it has yet to hear that nothing more comes.
      }
      engine.idleMayHaveChanged();
    }
  }

  // ---- one by one, on a thread of its own

  private void feedAll() {
    Throwable failure = null;
    try {
      Spliterator<? extends A> pull = source == null ? inputs.spliterator() : source;
      if (!collection) {
        jobs.expect(pull.getExactSizeIfKnown());
      }
      if (refused != null) {
        Chunk chunk = refused;
        insertWaiting(chunk, chunk.inputs.length);
      }
      if (chunkable() && pull.hasCharacteristics(Spliterator.SIZED)) {
        feedAllInChunks(pull);
      } else if (engine.durable) {
        feedAllTogether(pull);
      } else {
        while (jobs.awaitRoom(1) && pullOne(pull) && !jobs.cancelled()) {
          insertWaiting(pulled[0], 1);
        }
      }
    } catch (Throwable thrown) {
      failure = thrown;
    }
    done(failure);
  }

  private void feedAllInChunks(Spliterator<? extends A> pull) throws InterruptedException {
    while (jobs.awaitRoom(chunkSize())) {
      Chunk chunk = pull(pull, chunkSize);
      if (chunk == null) {
        return;
      }
      if (jobs.cancelled()) {
        exhausted = false; // What was pulled just now is no item either.
        return;
      }
      insertWaiting(chunk, chunk.inputs.length);
    }
  }

  /// The next inputs, as many as wanted or as come quickly; null if there are no more.
  private @Nullable Chunk pull(Spliterator<? extends A> pull, int size) {
    if (list != null) {
      return pull(list, size);
    }
    @Nullable Object[] items = new Object[size];
    int count = 0;
    long start = collection ? 0 : System.nanoTime();
    while (count < size
        && (collection || count == 0 || System.nanoTime() - start < CHUNK_NANOS)
        && pullOne(pull)) {
      items[count++] = pulled[0];
    }
    return count == 0
        ? null
        : new Chunk(index, count == size ? items : Arrays.copyOf(items, count));
  }

  private @Nullable Chunk pull(List<? extends A> from, int size) {
    @Nullable Object[] items = new Object[Math.min(size, from.size() - index)];
    for (int i = 0; i < items.length; i++) {
      items[i] = from.get(index + i);
    }
    exhausted = items.length < size;
    return items.length == 0 ? null : new Chunk(index, items);
  }

  private boolean pullOne(Spliterator<? extends A> pull) {
    exhausted = !pull.tryAdvance(take);
    return !exhausted;
  }

  private void insertWaiting(@Nullable Object input, int items) throws InterruptedException {
    try {
      while (true) {
        long seen = engine.room.seen();
        if (insert(input, items)) {
          return;
        }
        awaitQueue(seen);
      }
    } catch (WaitException interrupted) {
      throw new InterruptedException(interrupted.getMessage());
    } catch (RefusedException e) {
      if (e.reason() != RefusedException.Reason.QUEUE_FULL
          && e.reason() != RefusedException.Reason.TOO_LARGE) {
        throw e;
      }
      stillborn(input, items, e);
    }
  }

  /// Where an insert waits for a disk: as many at once as there is room for and come quickly.
  private void feedAllTogether(Spliterator<? extends A> pull) throws InterruptedException {
    while (jobs.awaitRoom(1)) {
      int first = index;
      Chunk items = pull(pull, jobs.roomNow());
      if (items == null) {
        return;
      }
      int done = 0;
      while (done < items.inputs.length) {
        if (jobs.cancelled()) {
          exhausted = false;
          return;
        }
        done += insertTogether(items.inputs, done);
        if (done < items.inputs.length) {
          // Its queue is full, or something else is the matter with this one: that is told alone.
          insertWaiting(items.inputs[done++], 1);
        }
      }
      assert index == first + done;
    }
  }

  /// Inserts inputs as one batch, up to the first that cannot be, and says how many.
  private int insertTogether(@Nullable Object[] all, int from) {
    Tasks.Known known = engine.tasks.forJob(task); // named, so that nobody counts its jobs
    List<Route> routes = new ArrayList<>();
    List<@Nullable Object> stored = new ArrayList<>();
    try {
      for (int i = from; i < all.length; i++) {
        Route route = known.route(all[i]);
        stored.add(engine.stored(known.settings, all[i]));
        routes.add(route);
      }
    } catch (Tasks.KeyFailure | Codec.Unfit | RefusedException e) {
      // Those before it go first.
    }
    int taken = 0;
    synchronized (jobs.feederMutex) {
      if (jobs.cancelled() || stored.isEmpty()) {
        return 0;
      }
      List<NewJob> batch = new ArrayList<>(stored.size());
      for (int i = 0; i < stored.size(); i++) {
        batch.add(newJob(known, routes.get(i), stored.get(i), i));
      }
      for (Inserted inserted : engine.store.insert(batch)) {
        if (!(inserted instanceof Inserted.Taken it)) {
          break;
        }
        jobs.began(index, all[from + taken], it.job());
        index++;
        taken++;
      }
    }
    return taken;
  }

  private void awaitQueue(long seen) {
    waitsForRoom = seen;
    engine.idleMayHaveChanged();
    try {
      engine.submitter.awaitRoom(task.settings().queue(), seen);
    } finally {
      waitsForRoom = -1;
    }
  }

  private void stillborn(@Nullable Object input, int items, Throwable cause) {
    if (input instanceof Chunk chunk) {
      for (int i = 0; i < items; i++) {
        jobs.stillborn(index++, chunk.inputs[i], cause);
      }
    } else {
      jobs.stillborn(index++, input, cause);
    }
  }

  // ---- in chunks, by those who finish them

  /// Feeds what there is room for. Many may call: one works, and works again for the others.
  private void feedChunks() {
    if (calls.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      if (source == null || !feedRoom(source)) {
        return; // Done, or gone over to the thread: whoever calls from here on is in vain.
      }
      seen = calls.addAndGet(-seen);
    } while (seen != 0);
  }

  /// Returns whether there is more to feed, later.
  private boolean feedRoom(Spliterator<? extends A> pull) {
    Throwable failure = null;
    try {
      int size = chunkSize();
      while (jobs.hasRoom(size)) {
        Chunk chunk = pull(pull, size);
        if (chunk == null) {
          done(null);
          return false;
        }
        if (!insert(chunk, chunk.inputs.length)) {
          refused = chunk;
          jobs.feedOnBy(null, -1);
          begin();
          return false;
        }
        size = chunkSize();
      }
      if (!jobs.cancelled()) {
        return true;
      }
    } catch (Throwable thrown) {
      failure = thrown;
    }
    done(failure);
    return false;
  }

  /// Grows while items are quick, but leaves two chunks to every core.
  private int chunkSize() {
    double perItem = jobs.nanosPerItem();
    if (perItem > 0) {
      int most = Math.max(1, window / (2 * engine.cores));
      double wanted = Math.min(CHUNK_NANOS / perItem, 8.0 * chunkSize);
      chunkSize = (int) Math.clamp((long) wanted, 1, most);
    }
    return chunkSize;
  }

  // ---- into the store

  /// Returns false if the queue is full.
  private boolean insert(@Nullable Object input, int items) {
    Tasks.Known known = engine.tasks.forJob(task);
    boolean taken = false;
    try {
      // The keys of limits are a user's code: not under a lock.
      Route route = known.route(input);
      Object stored = engine.stored(known.settings, input);
      synchronized (jobs.feederMutex) {
        if (jobs.cancelled()) {
          return true;
        }
        NewJob job = newJob(known, route, stored, 0);
        switch (engine.store.insert(List.of(job)).getFirst()) {
          case Inserted.Taken it -> {
            taken = true;
            jobs.began(index, input, it.job());
            index += items;
          }
          case Inserted.KeyTaken it -> throw new AssertionError("items have no keys");
          case Inserted.ParentEnded it -> {
            if (orphan || parent == null || !parent.succeeded()) {
              throw Submitter.parentEnded(job);
            }
            orphan = true;
            return insert(input, items);
          }
          case Inserted.QueueFull it -> {}
        }
      }
      return taken;
    } catch (Tasks.KeyFailure | Codec.Unfit e) {
      stillborn(input, items, e);
      return true;
    } finally {
      if (!taken) {
        engine.tasks.ended(task.name());
      }
    }
  }

  /// @param ahead how many jobs come before it that are not counted yet
  private NewJob newJob(Tasks.Known known, Route route, @Nullable Object stored, int ahead) {
    Group group = jobs.groupOrNull();
    AttemptRun parent = orphan ? null : this.parent;
    String traceparent = this.parent == null ? null : this.parent.claimed.traceparent();
    NewJob.More more = null;
    if (group != null
        || parent != null
        || traceparent != null
        || captured != null
        || known.settings.traceSubmit()
        || known.runAs != null) {
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
              jobs.jobCount() + ahead,
              SubmittedAt.of(false, captured),
              traceparent,
              known.runAs);
    }
    long deadline =
        known.settings.deadline() == null
            ? Micros.NEVER
            : Micros.plus(engine.time.micros(), Micros.of(known.settings.deadline()));
    return new NewJob(
        known.settings.name(),
        route,
        new Input.Value(stored),
        known.settings.priority(),
        0,
        deadline,
        more);
  }
}
