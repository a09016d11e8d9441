package dev.treadle.internal.rows;

import dev.treadle.JobState;
import dev.treadle.internal.ready.IdHeap;
import dev.treadle.spi.Receipt;
import java.util.ArrayList;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Rows by id, in pages of an array: ids only grow, so a lookup is two array reads, a row costs
/// four bytes, and walking in the order of ids needs no sorting. Pages without rows are let go.
/// Guarded by the lock of the store.
public final class JobTable implements RowTable {
  private static final int BITS = 10;
  private static final int SIZE = 1 << BITS;

  private static final class Page {
    final @Nullable Row[] rows = new Row[SIZE];
    int count;
  }

  private final ArrayList<@Nullable Page> pages = new ArrayList<>();

  /// The number of the first page in the list.
  private long base;

  /// An empty table.
  public JobTable() {}

  @Override
  public void put(Row row) {
    long page = row.id >>> BITS;
    while (base + pages.size() <= page) {
      pages.add(null);
    }
    int at = (int) (page - base);
    Page found = pages.get(at);
    if (found == null) {
      found = new Page();
      pages.set(at, found);
    }
    found.rows[(int) row.id & SIZE - 1] = row;
    found.count++;
  }

  @Override
  public @Nullable Row get(long id) {
    long page = (id >>> BITS) - base;
    if (page < 0 || page >= pages.size()) {
      return null;
    }
    Page found = pages.get((int) page);
    return found == null ? null : found.rows[(int) id & SIZE - 1];
  }

  @Override
  public @Nullable Row polled(long id) {
    return get(id);
  }

  @Override
  public void waits(Row row) {
    // This is the only place where it is.
  }

  @Override
  public Receipt receipt(Row row) {
    return row;
  }

  @Override
  public Row row(Receipt receipt) {
    return (Row) receipt;
  }

  @Override
  public void remove(long id) {
    int page = (int) ((id >>> BITS) - base);
    Page found = pages.get(page);
    int at = (int) id & SIZE - 1;
    if (found != null && found.rows[at] != null) {
      found.rows[at] = null;
      if (--found.count == 0) {
        pages.set(page, null);
        trim();
      }
    }
  }

  private void trim() {
    int empty = 0;
    while (empty < pages.size() - 1 && pages.get(empty) == null) {
      empty++;
    }
    // Shifting the list costs its length: do it when it pays.
    if (empty > 64 && empty > pages.size() / 2) {
      pages.subList(0, empty).clear();
      base += empty;
    }
  }

  @Override
  public boolean stands(long ticket, JobState state) {
    Row row = get(IdHeap.id(ticket));
    return row != null && row.state == state && row.ticket() == ticket;
  }

  @Override
  public boolean unended(long id) {
    Row row = get(id);
    return row != null && !row.ended();
  }

  @Override
  public @Nullable Row endedWithKey(String task, String key) {
    return null; // What is known of ended jobs is among the rows.
  }

  @Override
  public void forEachAfter(long id, Set<JobState> states, Predicate<Row> visitor) {
    long from = id + 1;
    int page = (int) Math.max(0, (from >>> BITS) - base);
    for (; page < pages.size(); page++) {
      Page found = pages.get(page);
      if (found == null) {
        continue;
      }
      for (Row row : found.rows) {
        if (row != null && row.id >= from && states.contains(row.state()) && !visitor.test(row)) {
          return;
        }
      }
    }
  }
}
