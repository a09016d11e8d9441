package dev.treadle.internal.sqlite;

import dev.treadle.StoreException;
import dev.treadle.internal.monitor.jfr.Flight;
import dev.treadle.internal.run.ThreadBuilders;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that writes: takes what was noted, commits it in one transaction, says so, and
/// takes what was noted meanwhile. Callers that come together share a commit; none waits for more
/// than the commit under way and its own.
///
/// A second thread tells what follows, so that slow listeners do not hold up commits.
///
/// While the disk is full the batch at hand is tried again and again: who waits for it goes on when
/// there is room. Any other trouble ends the store, which the engine and all who wait are told.
final class Writer {
  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
  private static final long FULL_MILLIS = 200;
  private static final long PRUNE_MILLIS = 1_000;

  /// The last that is told; each commit has something to tell.
  private static final List<Runnable> END = List.of();

  private final Path file;
  private final Object lock;
  private final Notes notes;
  private final Statements sql;
  private final Prune prune;
  private final Guard guard;
  private final Gathering gathering = new Gathering();

  /// What is done under the lock once a batch is on disk; returns what is to be told.
  private final Function<Batch, Runnable> committed;

  /// Reports that the store has failed.
  private final Consumer<StoreException> failed;

  /// An entry for each commit: one by one they would wake the thread that tells each time.
  private final LinkedBlockingQueue<List<Runnable>> toTell = new LinkedBlockingQueue<>();

  private final Thread writing;
  private final Thread telling;
  private boolean waiting;
  private boolean closing;
  private volatile boolean full;
  private volatile @Nullable StoreException failure;

  /// Looks whether the file is still the one that was opened.
  interface Guard {
    /// Returns what is wrong before something is written, or null.
    @Nullable StoreException trouble();

    /// Returns what is wrong after something was written, or null.
    @Nullable StoreException troubleAfter();
  }

  Writer(
      Path file,
      Object lock,
      Notes notes,
      Statements sql,
      Prune prune,
      Guard guard,
      Function<Batch, Runnable> committed,
      Consumer<StoreException> failed) {
    this.file = file;
    this.lock = lock;
    this.notes = notes;
    this.sql = sql;
    this.prune = prune;
    this.guard = guard;
    this.committed = committed;
    this.failed = failed;
    String name = String.valueOf(file.getFileName());
    writing = ThreadBuilders.platform().name("treadle-write-" + name).unstarted(this::write);
    telling =
        ThreadBuilders.withContextLoader(
            ThreadBuilders.platform().name("treadle-tell-" + name).unstarted(this::tell));
  }

  void start() {
    writing.start();
    telling.start();
  }

  /// Wakes the writer. Under the lock.
  void wake() {
    if (waiting) {
      waiting = false;
      lock.notifyAll();
    }
  }

  /// Whether nothing can be written at present because the disk is full.
  boolean full() {
    return full;
  }

  /// What ended the store, or null.
  @Nullable StoreException failure() {
    return failure;
  }

  /// Writes what is left, and ends.
  void close() {
    synchronized (lock) {
      closing = true;
      wake();
    }
    join(writing);
    toTell.add(END);
    join(telling);
  }

  /// Waits for a thread to end, unless it is the one that asks.
  private static void join(Thread thread) {
    if (Thread.currentThread() == thread) {
      return;
    }
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    try {
      Batch batch;
      while ((batch = next()) != null) {
        commit(batch);
      }
      end(new StoreException(file + " is closed", null));
    } catch (Throwable e) {
      fail(failure(e));
    }
  }

  private StoreException failure(Throwable e) {
    return switch (e) {
      case StoreException it -> it;
      case SQLException it -> Trouble.writing(file, it);
      default -> new StoreException("writing to " + file + " failed: " + e, e);
    };
  }

  /// Waits until there is something to write; null when the store is closed.
  private @Nullable Batch next() throws SQLException {
    while (true) {
      boolean idle;
      synchronized (lock) {
        idle = !isThere() && !closing && sleep();
      }
      gathering.await(notes::count);
      synchronized (lock) {
        if (isThere()) {
          gathering.committed(notes.count());
          return notes.take(System.nanoTime());
        }
        if (closing) {
          return null;
        }
      }
      if (idle) {
        check(guard.trouble());
        prune.step(sql);
        check(guard.troubleAfter());
      }
    }
  }

  private boolean isThere() {
    return notes.any() || notes.nextMark(System.nanoTime()) == 0;
  }

  /// Sleeps, under the lock, until there is something to write; returns whether nobody woke it.
  private boolean sleep() {
    long mark = notes.nextMark(System.nanoTime());
    waiting = true;
    try {
      lock.wait(mark < 0 ? PRUNE_MILLIS : 1 + mark / 1_000_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the writer", e);
    }
    boolean alone = waiting;
    waiting = false;
    return alone;
  }

  /// Commits a batch, or fails it: whatever goes wrong, those who wait for it are told.
  private void commit(Batch batch) throws SQLException {
    boolean done = false;
    try {
      write(batch);
      done = true;
    } catch (Throwable e) {
      StoreException why = failure(e);
      failure = why; // Before those who wait go on: what they call next is refused.
      batch.done(why);
      throw why;
    } finally {
      if (!done) {
        rollBack();
      }
    }
    List<Runnable> told = new ArrayList<>();
    told.add(committed.apply(batch));
    told.addAll(batch.done(null));
    toTell.add(told);
    prune.after(batch.inserts.size() + batch.ends.size(), sql);
    check(guard.troubleAfter());
  }

  private void write(Batch batch) throws SQLException {
    check(guard.trouble());
    Flight.Write write = Flight.write();
    while (true) {
      try {
        sql.write(batch);
        break;
      } catch (SQLException e) {
        if (Trouble.diskFull(e)) {
          rollBack();
          waitForRoom(batch, e);
        } else if (Trouble.busy(e)) {
          rollBack();
        } else {
          throw e;
        }
      }
    }
    check(guard.troubleAfter());
    if (write != null) {
      write.done(batch.inserts.size(), batch.ends.size(), batch.changes.size());
    }
    if (full) {
      full = false;
      LOG.warn("{}: there is room on the disk again; work goes on", file);
    }
  }

  private static void check(@Nullable StoreException trouble) {
    if (trouble != null) {
      throw trouble;
    }
  }

  private void rollBack() {
    try {
      sql.rollback();
    } catch (SQLException | RuntimeException e) {
      // SQLite has rolled back by itself, as it does for some errors.
    }
    StoreException unused = guard.troubleAfter(); // What was written until then was written here.
  }

  private void waitForRoom(Batch batch, SQLException e) {
    if (!full) {
      full = true;
      LOG.warn(
          "{}: the disk is full ({}). Nothing new is taken, and what has ended waits to be written;"
              + " make room and it goes on",
          file,
          e.getMessage());
      batch.stalled();
      synchronized (lock) {
        notes.current().stalled();
      }
    }
    synchronized (lock) {
      if (closing) {
        throw new StoreException(
            file
                + ": closed while the disk was full; what was not acknowledged is lost, what"
                + " had not ended runs again after the next open",
            e);
      }
      waiting = true;
      try {
        lock.wait(FULL_MILLIS);
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException("nobody interrupts the writer", interrupted);
      }
      waiting = false;
    }
  }

  private void fail(StoreException why) {
    failure = why;
    try {
      end(why);
    } finally {
      failed.accept(why);
    }
  }

  /// Fails what was noted and not taken, and all that is noted from now on: nobody writes it.
  private void end(StoreException why) {
    Batch last;
    synchronized (lock) {
      last = notes.end(why);
    }
    last.done(why);
  }

  private void tell() {
    while (true) {
      List<Runnable> next;
      try {
        next = toTell.take();
      } catch (InterruptedException e) {
        continue; // A listener's doing; there is nothing to end early.
      }
      if (next == END) {
        return;
      }
      for (Runnable each : next) {
        try {
          each.run();
        } catch (Throwable e) {
          LOG.error("telling what was written failed", e);
        }
      }
    }
  }
}
