package dev.treadle.internal.memory;

import dev.treadle.Outcome;
import dev.treadle.internal.rows.Journal;
import dev.treadle.internal.rows.Row;
import dev.treadle.internal.rows.RowGroup;
import dev.treadle.internal.rows.Rows;
import dev.treadle.spi.Finish;
import dev.treadle.spi.NewJob;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The last ended jobs, by count: nothing else is kept in memory of what happened; and the index of
/// all jobs. Guarded by the lock of the store.
final class Ended implements Journal {
  private final int keep;
  private final ArrayDeque<Row> last = new ArrayDeque<>();
  private final JobIndex index = new JobIndex();
  private @Nullable Rows rows;

  Ended(int keep) {
    this.keep = keep;
  }

  void of(Rows all) {
    rows = all;
  }

  @Override
  public void ended(Row row, Outcome<?> outcome, @Nullable Finish finish) {
    last.add(row);
    if (last.size() > keep) {
      forget(last.removeFirst());
    }
  }

  long forget(String queue) {
    int before = last.size();
    last.removeIf(row -> {
      boolean gone = row.queue().equals(queue);
      if (gone) {
        forget(row);
      }
      return gone;
    });
    return before - last.size();
  }

  private void forget(Row row) {
    index.remove(row);
    if (rows != null) {
      rows.forget(row);
    }
  }

  /// The index of the jobs in memory.
  JobIndex index() {
    return index;
  }

  @Override
  public boolean inserted(Row row, NewJob job) {
    index.add(row);
    return false;
  }

  @Override
  public void started(Row row) {}

  @Override
  public void tried(Row row, Finish attempt) {}

  @Override
  public void changed(Row row) {}

  @Override
  public void changed(RowGroup group) {}

  @Override
  public void joined(RowGroup group, Row member, int index) {}
}
