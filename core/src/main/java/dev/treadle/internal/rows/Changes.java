package dev.treadle.internal.rows;

import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.spi.StoreEvents;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What one call changed: collected under the lock, told after it.
public final class Changes {
  private static final Strategy[] STRATEGIES = Strategy.values();

  /// A job to end or to ask to cancel because another ended: worked off in turn, not by recursion,
  /// since chains of jobs may be long.
  ///
  /// @param outcome how it ends, if it is not cancelled
  record Ending(Row row, String cause, @Nullable Throwable error, @Nullable Outcome<?> outcome) {}

  private record Asked(long id, int fence) {}

  private @Nullable ArrayDeque<Ending> toCancel;
  private @Nullable Row firstEnded;
  private @Nullable ArrayList<Row> ended;
  private @Nullable ArrayList<Asked> asked;
  private @Nullable ArrayList<Runnable> granted;
  int woken;
  boolean sooner;
  boolean room;

  public void cancel(Row row, String cause, @Nullable Throwable error) {
    add(new Ending(row, cause, error, null));
  }

  /// Ends a job that waits as another did.
  void end(Row row, Outcome<?> outcome) {
    add(new Ending(row, "", null, outcome));
  }

  private void add(Ending ending) {
    if (toCancel == null) {
      toCancel = new ArrayDeque<>();
    }
    toCancel.add(ending);
  }

  @Nullable Ending nextToCancel() {
    return toCancel == null ? null : toCancel.poll();
  }

  void ended(Row row) {
    if (firstEnded == null) {
      firstEnded = row;
    } else {
      if (ended == null) {
        ended = new ArrayList<>();
      }
      ended.add(row);
    }
  }

  void asked(Row row) {
    if (asked == null) {
      asked = new ArrayList<>();
    }
    asked.add(new Asked(row.id, row.fence));
  }

  void granted(Runnable run) {
    if (granted == null) {
      granted = new ArrayList<>();
    }
    granted.add(run);
  }

  boolean anyEnded() {
    return firstEnded != null;
  }

  void tellEnded(StoreEvents events) {
    if (firstEnded != null) {
      tellEnded(events, firstEnded);
    }
    if (ended != null) {
      ended.forEach(row -> tellEnded(events, row));
    }
  }

  void tellMoved(StoreEvents events) {
    if (asked != null) {
      asked.forEach(it -> events.cancelRequested(it.id(), it.fence()));
    }
    if (granted != null) {
      granted.forEach(Runnable::run);
    }
    if (sooner) {
      events.sooner();
    }
    if (room) {
      events.room();
    }
    for (int bits = woken; bits != 0; bits &= bits - 1) {
      events.available(STRATEGIES[Integer.numberOfTrailingZeros(bits)]);
    }
  }

  private static void tellEnded(StoreEvents events, Row row) {
    Outcome<?> outcome = Objects.requireNonNull(row.outcome());
    events.ended(row.id, row.task, outcome);
  }
}
