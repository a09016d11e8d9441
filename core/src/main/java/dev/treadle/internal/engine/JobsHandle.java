package dev.treadle.internal.engine;

import dev.treadle.Item;
import dev.treadle.JobCancelledException;
import dev.treadle.JobFailedException;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Task;
import dev.treadle.TreadleException;
import dev.treadle.spi.Group;
import dev.treadle.spi.Receipt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// The jobs of one map: what came of each so far, for those who read it and for the [Feeder] that
/// waits for room.
final class JobsHandle<A extends @Nullable Object, R extends @Nullable Object>
    implements Jobs<A, R> {
  private static final int SUPPRESSED_MAX = 100;
  private static final int SPINS = 200;

  final Engine engine;

  /// Held by the feeder while it inserts a job, so that a group misses none.
  final Object feederMutex = new Object();

  private final Task<A, R> task;
  private final int window;
  private final ReentrantLock lock = new ReentrantLock();

  /// The feeder waits here.
  private final Condition room = lock.newCondition();

  /// For how many items the feeder wants room and has not got it; 0 otherwise.
  private int roomWanted;

  private final Readers readers = new Readers(this, lock.newCondition());
  private final Reading<A, R> reading = new Reading<>();

  /// How many items there will be; -1 while that is not known.
  private long expected = -1;

  private int fed;
  private int done;
  private boolean fedAll;
  private boolean cancelled;

  /// Whether it is left as it is, because the treadle ends before it does.
  private boolean left;

  /// Whether inputs were left unpulled because of that.
  private boolean cutShort;

  private @Nullable Throwable feedFailure;

  /// The jobs that have not ended, by the place of their first item.
  private final Map<Integer, Receipt> live = new HashMap<>();

  /// Every job in order, for jobs that wait for all; null once items are let go.
  private @Nullable List<Receipt> all = new ArrayList<>();

  private @Nullable Group group;
  private int jobCount;
  private volatile double nanosPerItem;

  /// The failure of an item that never became a job, which the group cannot know of.
  private @Nullable Throwable stillborn;

  /// Feeds on, for maps that those feed who finish their items; else null.
  private @Nullable Runnable feedOn;

  /// Interrupts the thread that feeds, if one does.
  private @Nullable Runnable stopFeeding;

  JobsHandle(Engine engine, Task<A, R> task, int window) {
    this.engine = engine;
    this.task = task;
    this.window = window;
  }

  /// Takes the lock. It is held for well under a microsecond: to be put to sleep for it would cost
  /// more than most chunks.
  void acquire() {
    for (int i = 0; i < SPINS; i++) {
      if (lock.tryLock()) {
        return;
      }
      Thread.onSpinWait();
    }
    lock.lock();
  }

  void release() {
    lock.unlock();
  }

  // ---- as the feeder sees it

  /// Waits until there is room for `enough` items; false if no more are wanted. Having to wait, it
  /// waits for a quarter of the window, so that the feeder is not woken for every item.
  boolean awaitRoom(int enough) throws InterruptedException {
    acquire();
    try {
      while (!cancelled && room() < enough) {
        roomWanted = Math.max(enough, window / 4);
        engine.idleMayHaveChanged();
        room.await();
      }
      return !cancelled;
    } finally {
      roomWanted = 0;
      release();
    }
  }

  /// Whether there is room for so many items now, and they are wanted.
  boolean hasRoom(int enough) {
    acquire();
    try {
      roomWanted = room() >= enough ? 0 : enough;
      return !cancelled && roomWanted == 0;
    } finally {
      release();
    }
  }

  /// Whether nobody wants more items.
  boolean cancelled() {
    acquire();
    try {
      return cancelled;
    } finally {
      release();
    }
  }

  /// How to interrupt the thread that feeds.
  void stopFeedingBy(Runnable stop) {
    acquire();
    try {
      stopFeeding = stop;
    } finally {
      release();
    }
  }

  /// Notes how many items there will be, if all are pulled; -1 if that is not known.
  void expect(long items) {
    acquire();
    try {
      expected = items;
    } finally {
      release();
    }
  }

  /// Has whoever ends an item feed on.
  void feedOnBy(@Nullable Runnable feeding, long expected) {
    acquire();
    try {
      feedOn = feeding;
      if (expected >= 0 && expected < 1 << 24) {
        reading.expect((int) expected);
      }
    } finally {
      release();
    }
  }

  /// For how many items there is room now.
  int roomNow() {
    acquire();
    try {
      return room();
    } finally {
      release();
    }
  }

  private int room() {
    return window - (fed - done) - reading.unread();
  }

  private void signalRoom() {
    if (roomWanted > 0 && room() >= roomWanted) {
      room.signal();
    }
  }

  /// Returns whether whoever feeds this waits for room, which readers make, and items that end.
  /// Items that cannot start, as in a paused queue, make none.
  boolean waitsForRoom() {
    acquire();
    try {
      return !cancelled && roomWanted > 0 && room() < roomWanted;
    } finally {
      release();
    }
  }

  /// Returns how many items were fed so far.
  int fed() {
    acquire();
    try {
      return fed;
    } finally {
      release();
    }
  }

  /// The group the next job belongs to, and its place in it. Under the feeder's mutex.
  @Nullable Group groupOrNull() {
    return group;
  }

  int jobCount() {
    return jobCount;
  }

  /// How long an item of a chunk that has ended took; 0 while none has.
  double nanosPerItem() {
    return nanosPerItem;
  }

  /// Notes that items are a job now.
  void began(int first, @Nullable Object input, Receipt receipt) {
    Chunk chunk = input instanceof Chunk it ? it : null;
    List<AttemptRun> waiting;
    acquire();
    try {
      fed = Math.max(fed, first + (chunk == null ? 1 : chunk.inputs.length));
      live.put(first, receipt);
      jobCount++;
      if (all != null) {
        all.add(receipt);
      }
      waiting = readers.attempts();
    } finally {
      release();
    }
    readers.alsoWaitFor(receipt, waiting);
    engine.ends.watch(receipt, new Member(first, chunk, input));
  }

  /// Hears of the end of one of the jobs.
  private final class Member implements Watcher {
    private final int first;
    private final @Nullable Chunk chunk;
    private final @Nullable Object input;

    Member(int first, @Nullable Chunk chunk, @Nullable Object input) {
      this.first = first;
      this.chunk = chunk;
      this.input = input;
    }

    @Override
    public void ended(Outcome<?> outcome) {
      JobsHandle.this.ended(new Reading.EndedJob(first, chunk, input, outcome));
    }

    @Override
    public void givenUp(Supplier<TreadleException> why) {
      leave(why);
    }
  }

  /// Notes an item that never became a job.
  void stillborn(int index, @Nullable Object input, Throwable cause) {
    engine.remember(cause);
    synchronized (feederMutex) {
      acquire();
      try {
        if (cancelled) {
          return;
        }
        fed = Math.max(fed, index + 1);
        stillborn = stillborn == null ? cause : stillborn;
      } finally {
        release();
      }
    }
    ended(
        new Reading.EndedJob(
            index, null, input, new Outcome.Failed<>(Outcome.Failed.Reason.ERROR, cause, 0)));
  }

  /// Notes that no more items come.
  ///
  /// @param complete whether all inputs were pulled
  void fedAll(boolean complete, @Nullable Throwable failure) {
    Group toClose;
    Throwable why;
    if (failure != null) {
      engine.remember(failure);
    }
    acquire();
    try {
      if (fedAll || left) {
        return; // It was cut off before its source came to an end.
      }
      fedAll = true;
      feedFailure = failure;
      cutShort = !complete && failure == null;
      toClose = group;
      why = groupFailure();
      readers.look();
    } finally {
      release();
    }
    if (toClose != null) {
      engine.store.closeGroup(toClose, why);
    }
  }

  private @Nullable Throwable groupFailure() {
    if (cutShort) {
      return new CancellationException(this + " was cancelled before all its inputs were pulled");
    }
    return feedFailure != null ? feedFailure : stillborn;
  }

  private void ended(Reading.EndedJob job) {
    Runnable feeding;
    acquire();
    try {
      feeding = feedOn;
      live.remove(job.first());
      done += job.items();
      if (job.chunk() != null) {
        nanosPerItem = job.chunk().nanosPerItem();
      }
      reading.ended(job);
      if (reading.unheard() && !engine.telling.hearsEnds()) {
        Outcome.Failed<?> failure = job.failure();
        if (failure != null) { // Under the lock: who asks from now on is not missed.
          engine.unheard.failed(this, item(job.first()), task.name(), failure);
        }
      }
      signalRoom();
      if (reading.letsGo() || allEnded()) {
        readers.look();
      }
    } finally {
      release();
    }
    if (feeding != null) {
      feeding.run();
    }
  }

  // ---- as the user sees it

  /// The group of these jobs, for a job that takes all their results.
  Group group() {
    synchronized (feederMutex) {
      acquire();
      try {
        if (group == null) {
          if (all == null) {
            throw new IllegalStateException(
                "the items of "
                    + this
                    + " are let go as they are read (asCompleted), so no job"
                    + " can take them all as its input; submit that job before");
          }
          group = engine.store.openGroup(all);
          if (fedAll) {
            engine.store.closeGroup(group, groupFailure());
          }
        }
        return group;
      } finally {
        release();
      }
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public List<R> get() {
    awaitAll();
    @Nullable Object[] values = {};
    SortedMap<Integer, Outcome<?>> unsuccessful = new TreeMap<>();
    acquire();
    try {
      if (reading.failed() > 0) {
        unsuccessful = unsuccessful();
      } else if (cutShort) {
        throw new JobCancelledException(toString(), "asked", null);
      } else {
        values = reading.values(fed);
      }
    } finally {
      release();
    }
    if (!unsuccessful.isEmpty()) {
      throw failure(unsuccessful);
    }
    if (engine.values != null) {
      values = values.clone();
      for (int i = 0; i < values.length; i++) {
        Outcome<?> stored = new Outcome.Succeeded<@Nullable Object>(values[i], 1);
        values[i] = engine.outcome(task, stored, item(i)).orElseThrow();
      }
    }
    return (List<R>) Collections.unmodifiableList(Arrays.asList(values));
  }

  /// The items of which [#get] tells, by index: those that failed, or, if none did, those that were
  /// cancelled. Under the lock.
  private SortedMap<Integer, Outcome<?>> unsuccessful() {
    SortedMap<Integer, Outcome<?>> failed = new TreeMap<>();
    SortedMap<Integer, Outcome<?>> cancelled = new TreeMap<>();
    for (int i = 0; i < fed && failed.size() <= SUPPRESSED_MAX; i++) {
      switch (reading.outcome(i)) {
        case Outcome.Succeeded<?> it -> {}
        case Outcome.Failed<?> it -> failed.put(i, it);
        case Outcome.Cancelled<?> it -> {
          if (cancelled.size() <= SUPPRESSED_MAX) {
            cancelled.put(i, it);
          }
        }
      }
    }
    return failed.isEmpty() ? cancelled : failed;
  }

  /// Without the lock: it asks exceptions of users for their text.
  private RuntimeException failure(SortedMap<Integer, Outcome<?>> unsuccessful) {
    RuntimeException thrown = null;
    for (Map.Entry<Integer, Outcome<?>> each : unsuccessful.entrySet()) {
      String item = item(each.getKey());
      RuntimeException error =
          switch (each.getValue()) {
            case Outcome.Succeeded<?> it -> throw new AssertionError(item + " succeeded");
            case Outcome.Failed<?> it ->
                new JobFailedException(item, it.reason(), it.cause(), it.attempts());
            case Outcome.Cancelled<?> it -> new JobCancelledException(item, it.cause(), it.error());
          };
      if (thrown == null) {
        thrown = error;
      } else if (error.getCause() != null && error.getCause() != thrown.getCause()) {
        thrown.addSuppressed(error.getCause());
      }
    }
    return Objects.requireNonNull(thrown);
  }

  private String item(int index) {
    return "item " + index + " of " + this;
  }

  @Override
  public List<Outcome<R>> settled() {
    awaitAll();
    List<Outcome<?>> stored = new ArrayList<>();
    acquire();
    try {
      for (int i = 0; i < fed; i++) {
        stored.add(reading.outcome(i));
      }
    } finally {
      release();
    }
    List<Outcome<R>> outcomes = new ArrayList<>(stored.size());
    for (Outcome<?> each : stored) {
      outcomes.add(engine.outcome(task, each, item(outcomes.size())));
    }
    return Collections.unmodifiableList(outcomes);
  }

  private void awaitAll() {
    acquire();
    try {
      reading.keepAll(this);
      engine.unheard.asked(this);
    } finally {
      release();
    }
    readers.await(this::allEnded);
    if (feedFailure != null) {
      throw new IllegalStateException(
          "the inputs of " + this + " ended early: " + feedFailure, feedFailure);
    }
  }

  /// Under the lock.
  private boolean allEnded() {
    return fedAll && done == fed;
  }

  /// The jobs that have not ended. Under the lock.
  List<Receipt> notEnded() {
    return List.copyOf(live.values());
  }

  @Override
  public Stream<Item<A, R>> asCompleted() {
    acquire();
    try {
      reading.letGo(this);
      engine.unheard.asked(this);
      all = null;
    } finally {
      release();
    }
    var items =
        new AbstractSpliterator<Item<A, R>>(Long.MAX_VALUE, Spliterator.NONNULL) {
          @Override
          public boolean tryAdvance(Consumer<? super Item<A, R>> action) {
            Item<A, R> next = read();
            if (next != null) {
              action.accept(next);
            }
            return next != null;
          }
        };
    return StreamSupport.stream(items, false).onClose(this::cancel);
  }

  /// The next item that has ended, or null after the last.
  private @Nullable Item<A, R> read() {
    readers.await(() -> reading.unread() > 0 || allEnded());
    Item<A, R> item;
    Runnable feeding;
    acquire();
    try {
      item = reading.next();
      feeding = item == null ? null : feedOn;
      signalRoom();
      if (item == null && feedFailure != null) {
        throw new IllegalStateException(
            "the inputs of " + this + " ended early: " + feedFailure, feedFailure);
      }
    } finally {
      release();
    }
    if (feeding != null) {
      feeding.run();
    }
    return item == null || engine.values == null
        ? item
        : new Item<>(
            item.index(), item.input(), engine.outcome(task, item.outcome(), item(item.index())));
  }

  @Override
  public Progress progress() {
    acquire();
    try {
      return new Progress(done, fedAll ? fed : expected, reading.failed());
    } finally {
      release();
    }
  }

  @Override
  public void cancel() {
    cutOff(null);
  }

  /// Cancels what has not ended and wants no more, without waiting for a source that may be long in
  /// giving its next input.
  ///
  /// @param why what those are told who read; null if it was asked for
  void cutOff(@Nullable Throwable why) {
    List<Long> ids = new ArrayList<>();
    Runnable feeding;
    Runnable stopping;
    synchronized (feederMutex) {
      acquire();
      try {
        cancelled = true;
        feeding = feedOn;
        stopping = stopFeeding;
        live.values().forEach(receipt -> ids.add(receipt.id()));
        room.signal();
      } finally {
        release();
      }
    }
    fedAll(false, why);
    engine.store.cancel(ids, "asked");
    if (feeding != null) {
      feeding.run();
    }
    if (stopping != null) {
      stopping.run();
    }
  }

  /// Wants no more and leaves all there is as it is, because the treadle ends before it does.
  ///
  /// @param why what those are told who wait here; null if what still runs may end yet
  void leave(@Nullable Supplier<TreadleException> why) {
    Runnable stopping;
    synchronized (feederMutex) {
      acquire();
      try {
        cancelled = true;
        left |= !fedAll;
        stopping = stopFeeding;
        room.signal();
        readers.giveUp(why);
      } finally {
        release();
      }
    }
    if (stopping != null) {
      stopping.run();
    }
  }

  /// Whether it was left before all was fed.
  boolean left() {
    acquire();
    try {
      return left;
    } finally {
      release();
    }
  }

  @Override
  public String toString() {
    return "the map of task " + task.name();
  }
}
