package dev.treadle.internal.engine;

import dev.treadle.Item;
import dev.treadle.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What has ended of a map: kept for who reads all of it, or let go item by item as it is read. The
/// first who reads decides which. Guarded by the lock of its owner.
final class Reading<A extends @Nullable Object, R extends @Nullable Object> {
  private enum Mode {
    UNDECIDED,
    KEEP,
    STREAM
  }

  /// A job that has ended, with its item or items.
  record EndedJob(int first, @Nullable Chunk chunk, @Nullable Object input, Outcome<?> outcome) {
    int items() {
      return chunk == null ? 1 : chunk.inputs.length;
    }

    /// The first failure among its items, or null.
    Outcome.@Nullable Failed<?> failure() {
      for (int i = 0; i < items(); i++) {
        if (outcome(i) instanceof Outcome.Failed<?> failure) {
          return failure;
        }
      }
      return null;
    }

    private Outcome<?> outcome(int item) {
      return chunk == null ? outcome : chunk.outcome(item, outcome);
    }

    /// How many of its items have not succeeded.
    private int failed() {
      if (outcome instanceof Outcome.Succeeded<?>) {
        return 0;
      }
      int failed = 0;
      for (int i = 0; i < items(); i++) {
        if (!(outcome(i) instanceof Outcome.Succeeded<?>)) {
          failed++;
        }
      }
      return failed;
    }
  }

  private Mode mode = Mode.UNDECIDED;
  private int failed;

  /// Jobs that ended before it was clear how they are read.
  private @Nullable List<EndedJob> early = new ArrayList<>();

  /// With [Mode#KEEP].
  private final Results results = new Results();

  /// With [Mode#STREAM].
  private final ArrayDeque<Item<A, R>> unread = new ArrayDeque<>();

  /// Says how many items there will be.
  void expect(int count) {
    results.expect(count);
  }

  void ended(EndedJob job) {
    failed += job.failed();
    switch (mode) {
      case UNDECIDED -> {
        if (early != null) {
          early.add(job);
        }
      }
      case KEEP -> keep(job);
      case STREAM -> show(job);
    }
  }

  private void keep(EndedJob job) {
    Chunk chunk = job.chunk();
    if (chunk != null && chunk.allSucceeded()) {
      results.values(job.first(), chunk);
    } else {
      for (int i = 0; i < job.items(); i++) {
        results.put(job.first() + i, job.outcome(i));
      }
    }
  }

  @SuppressWarnings("unchecked")
  private void show(EndedJob job) {
    for (int i = 0; i < job.items(); i++) {
      Object input = job.chunk() == null ? job.input() : job.chunk().inputs[i];
      unread.add(new Item<>(job.first() + i, (A) input, (Outcome<R>) job.outcome(i)));
    }
  }

  /// Keeps all, from now on and for good.
  ///
  /// @param of whose items they are, for the error
  /// @throws IllegalStateException if they are let go
  void keepAll(Object of) {
    if (mode != Mode.KEEP) {
      begin(Mode.KEEP, this::keep, of);
    }
  }

  /// Lets go of each as it is read; may be asked for once.
  ///
  /// @param of whose items they are, for the error
  /// @throws IllegalStateException if they are let go already, or kept
  void letGo(Object of) {
    begin(Mode.STREAM, this::show, of);
  }

  private void begin(Mode wanted, Consumer<EndedJob> take, Object of) {
    if (mode != Mode.UNDECIDED) {
      throw new IllegalStateException(
          mode == Mode.STREAM
              ? "the items of " + of + " are being read by asCompleted(), which lets go of them"
              : "the items of "
                  + of
                  + " are kept for get() and settled(); call asCompleted() before those");
    }
    mode = wanted;
    if (early != null) {
      early.forEach(take);
      early = null;
    }
  }

  /// Returns whether nobody has asked for any of it so far.
  boolean unheard() {
    return mode == Mode.UNDECIDED;
  }

  /// Whether each is let go as it is read.
  boolean letsGo() {
    return mode == Mode.STREAM;
  }

  /// How many have not succeeded.
  int failed() {
    return failed;
  }

  // ---- kept

  Outcome<?> outcome(int index) {
    return results.outcome(index);
  }

  /// The values of so many items, which all have succeeded. Not to be written to.
  @Nullable Object[] values(int count) {
    return results.values(count);
  }

  // ---- let go

  /// How many have ended that nobody has read.
  int unread() {
    return unread.size();
  }

  /// The next that nobody has read, or null.
  @Nullable Item<A, R> next() {
    return unread.poll();
  }
}
