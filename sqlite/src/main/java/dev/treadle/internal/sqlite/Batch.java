package dev.treadle.internal.sqlite;

import dev.treadle.Outcome;
import dev.treadle.StoreException;
import dev.treadle.internal.rows.Row;
import dev.treadle.internal.rows.RowStore;
import dev.treadle.spi.Finish;
import dev.treadle.spi.NewJob;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What is to be written in one transaction: noted under the lock of the store, written by the
/// writer, awaited by those who were promised that it is on disk.
final class Batch implements RowStore.Written {
  /// A job that was taken.
  ///
  /// @param after the job it replaces and waits for; 0 for none
  record Insert(Row row, NewJob job, int kind, long after) {}

  /// A job that ended.
  record End(
      long id,
      Outcome<?> outcome,
      @Nullable Finish last,
      int node,
      int attempts,
      long at,
      @Nullable Detail detail) {}

  /// Anything rarer.
  @FunctionalInterface
  interface Change {
    /// Writes it. May be called again if the transaction failed.
    void write(Statements sql) throws SQLException;
  }

  final List<Insert> inserts = new ArrayList<>();
  final List<End> ends = new ArrayList<>();
  final List<Change> changes = new ArrayList<>();

  /// Jobs that ended: let go when that is on disk.
  final List<Row> ended = new ArrayList<>();

  /// The numbers as they stand after this batch.
  long lastJob;

  long lastGroup;
  long firstUnended;
  final long[] endedInAll = new long[3];

  /// Whether nothing can be written for the time being. Whoever makes it true calls [#stalled].
  private final BooleanSupplier stalled;

  /// Callers wait here, without a time limit: of a hundred thousand virtual threads that woke to
  /// look, none would leave a carrier to those that submit.
  private final CountDownLatch done = new CountDownLatch(1);

  private List<Runnable> next = new ArrayList<>(0);
  private boolean isDone;
  private @Nullable StoreException failure;

  Batch(BooleanSupplier stalled) {
    this.stalled = stalled;
  }

  boolean isEmpty() {
    return inserts.isEmpty() && ends.isEmpty() && changes.isEmpty();
  }

  /// Says that it is on disk, or never will be, and returns what is to be done next.
  List<Runnable> done(@Nullable StoreException because) {
    List<Runnable> then;
    synchronized (this) {
      if (isDone) {
        return List.of();
      }
      failure = because;
      isDone = true;
      then = next;
      next = List.of();
      notifyAll();
    }
    done.countDown();
    return because == null ? then : List.of();
  }

  /// Wakes the callers that do not wait while nothing can be written.
  synchronized void stalled() {
    notifyAll();
  }

  @Override
  public void await() {
    uninterrupted(() -> {
      done.await();
      return true;
    });
    checkWritten();
  }

  @Override
  public boolean awaitUnlessStalled() {
    boolean there = uninterrupted(this::awaitDoneOrStalled);
    checkWritten();
    return there;
  }

  private synchronized boolean awaitDoneOrStalled() throws InterruptedException {
    while (!isDone && !stalled.getAsBoolean()) {
      wait();
    }
    return isDone;
  }

  private interface Waiting {
    boolean await() throws InterruptedException;
  }

  /// Waits on through interrupts: what was begun is finished, so the answer is near.
  private static boolean uninterrupted(Waiting waiting) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return waiting.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized void checkWritten() {
    if (failure != null) {
      throw new StoreException(String.valueOf(failure.getMessage()), failure);
    }
  }

  @Override
  public void then(Runnable after) {
    synchronized (this) {
      if (!isDone) {
        next.add(after);
        return;
      }
      if (failure != null) {
        return;
      }
    }
    after.run();
  }
}
