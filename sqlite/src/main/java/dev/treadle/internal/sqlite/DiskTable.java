package dev.treadle.internal.sqlite;

import dev.treadle.JobState;
import dev.treadle.RefusedException;
import dev.treadle.internal.ready.IdHeap;
import dev.treadle.internal.ready.Lane;
import dev.treadle.internal.ready.ReadySet;
import dev.treadle.internal.rows.Row;
import dev.treadle.internal.rows.RowTable;
import dev.treadle.spi.Receipt;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Rows of jobs that have not ended: a byte for a job that waits and is not needed at present, an
/// object for the others, fetched from the file when it is asked for. Guarded by the lock of the
/// store.
///
/// The byte holds the state and counts the waits, as its ticket does. Only rows are let go whose
/// job is on disk as it was submitted and has not moved since ([Row#plain]).
final class DiskTable implements RowTable {
  /// So many objects of jobs that wait are kept at hand: short queues never touch the file.
  private static final int AT_HAND = 10_000;

  /// So many bytes of inputs, at most, are kept at hand with them.
  private static final long BYTES_AT_HAND = 32 << 20;

  /// So many of those that come next are fetched with the one that is asked for.
  private static final int AHEAD = 128;

  private static final JobState[] STATES = JobState.values();
  private static final int BITS = 10;
  private static final int SIZE = 1 << BITS;
  private static final int STATE_BITS = 3;
  private static final int WAITS_MAX = (1 << 8 - STATE_BITS) - 1;

  private static final class Page {
    final byte[] waiting = new byte[SIZE];
    @Nullable Row @Nullable [] rows;
    int count;
    int objects;
  }

  private final Disk disk;
  private final LongFunction<Receipt> receipts;

  /// By number; with gaps of any length, since an old job may wait while millions pass.
  private final TreeMap<Long, Page> pages = new TreeMap<>();

  /// The page that was asked for last: most calls ask for the same again.
  private @Nullable Page latest;

  private long latestNumber;

  /// The first job that is left as it is because it is damaged.
  private long firstLeft = Long.MAX_VALUE;

  private long firstUnended = 1;
  private int atHand;
  private long bytesAtHand;
  private @Nullable ReadySet ready;

  DiskTable(Disk disk, LongFunction<Receipt> receipts) {
    this.disk = disk;
    this.receipts = receipts;
  }

  void of(ReadySet set) {
    ready = set;
  }

  /// The first job that has not ended, or will be the first to come; moves on only.
  long firstUnended(long last) {
    while (firstUnended <= last && !unended(firstUnended)) {
      if (page(firstUnended) != null) {
        firstUnended++;
        continue;
      }
      Long next = pages.higherKey(firstUnended >>> BITS);
      firstUnended = next == null ? last + 1 : Math.min(last + 1, next << BITS);
    }
    return Math.min(firstUnended, firstLeft);
  }

  /// Notes a job that has not ended and is not here, so that the next open looks at it again.
  void leave(long id) {
    firstLeft = Math.min(firstLeft, id);
  }

  /// The first job that had not ended when that was last looked for: none before it has not.
  long firstUnended() {
    return firstUnended;
  }

  /// Says where to look for it.
  void firstUnendedFrom(long id) {
    firstUnended = id;
  }

  private @Nullable Page page(long id) {
    long number = id >>> BITS;
    if (latest == null || latestNumber != number) {
      Page found = pages.get(number);
      if (found == null) {
        return null;
      }
      latest = found;
      latestNumber = number;
    }
    return latest;
  }

  private Page pageOrNew(long id) {
    return pages.computeIfAbsent(id >>> BITS, number -> new Page());
  }

  private static int place(long id) {
    return (int) id & SIZE - 1;
  }

  private static @Nullable Row object(@Nullable Page page, long id) {
    return page == null || page.rows == null ? null : page.rows[place(id)];
  }

  private static void object(Page page, long id, @Nullable Row row) {
    @Nullable Row[] rows = page.rows;
    if (rows == null) {
      rows = new Row[SIZE];
      page.rows = rows;
    }
    Row before = rows[place(id)];
    rows[place(id)] = row;
    page.objects += (row == null ? 0 : 1) - (before == null ? 0 : 1);
    if (page.objects == 0) {
      page.rows = null;
    }
  }

  @Override
  public void put(Row row) {
    Page page = pageOrNew(row.id());
    object(page, row.id(), row);
    page.count++;
  }

  /// Notes a job that waits and is not needed at present.
  void putWaiting(long id, JobState state, int waits) {
    Page page = pageOrNew(id);
    page.waiting[place(id)] = (byte) (waits << STATE_BITS | state.ordinal());
    page.count++;
  }

  @Override
  public @Nullable Row get(long id) {
    Page page = page(id);
    Row row = object(page, id);
    if (row != null || page == null || page.waiting[place(id)] == 0) {
      return row;
    }
    fetch(new long[] {id});
    return object(page, id);
  }

  /// The row of a job if there is an object of it, or null.
  @Nullable Row atHand(long id) {
    return object(page(id), id);
  }

  /// The state of a job that waits and of which there is no object, or null.
  @Nullable JobState waiting(long id) {
    Page page = page(id);
    return page == null || page.waiting[place(id)] == 0 ? null : state(page.waiting[place(id)]);
  }

  private static JobState state(byte waiting) {
    return STATES[waiting & (1 << STATE_BITS) - 1];
  }

  private static int waits(byte waiting) {
    return (waiting & 0xff) >>> STATE_BITS;
  }

  @Override
  public @Nullable Row polled(long id) {
    Page page = page(id);
    Row row = object(page, id);
    if (row == null && page != null && page.waiting[place(id)] != 0) {
      fetchWithNext(id);
      row = object(page, id);
    }
    if (row != null) {
      taken(row);
    }
    return row;
  }

  /// Fetches a row and those that are likely asked for next: their lane is that of the row.
  private void fetchWithNext(long id) {
    get(id);
    Row row = atHand(id);
    if (row == null) {
      return;
    }
    Lane lane = Objects.requireNonNull(ready).lane(row.route());
    long[] next =
        Arrays.stream(lane.following(AHEAD))
            .map(IdHeap::id)
            .filter(other -> other != id && waiting(other) != null && atHand(other) == null)
            .sorted()
            .toArray();
    if (next.length > 0) {
      fetch(next);
    }
  }

  private void fetch(long[] ids) {
    disk.waiting(
        ids,
        found -> {
          Page page = Objects.requireNonNull(page(found.id()));
          byte waiting = page.waiting[place(found.id())];
          Lane lane = Objects.requireNonNull(ready).lane(found.kind().route(found.limits()));
          Row row = found.row(lane, state(waiting), waits(waiting));
          page.waiting[place(found.id())] = 0;
          object(page, found.id(), row);
          kept(row);
        });
  }

  private void kept(Row row) {
    atHand++;
    bytesAtHand += Form.sizeOf(row.input());
    row.atHand(true);
  }

  private void taken(Row row) {
    if (row.atHand(false)) {
      atHand--;
      bytesAtHand -= Form.sizeOf(row.input());
    }
  }

  @Override
  public void waits(Row row) {
    if (!row.plain() || row.waitsBegun() > WAITS_MAX) {
      return;
    }
    taken(row);
    if (atHand < AT_HAND && bytesAtHand < BYTES_AT_HAND) {
      kept(row);
      return;
    }
    Page page = Objects.requireNonNull(page(row.id()));
    page.waiting[place(row.id())] = (byte) (row.waitsBegun() << STATE_BITS | row.state().ordinal());
    object(page, row.id(), null);
  }

  @Override
  public Receipt receipt(Row row) {
    return receipts.apply(row.id());
  }

  @Override
  public Row row(Receipt receipt) {
    Row row = get(receipt.id());
    if (row == null) {
      row = disk.ended(receipt.id());
    }
    if (row == null) {
      throw unknown(receipt.id());
    }
    return row;
  }

  static RefusedException unknown(long id) {
    return new RefusedException(
        RefusedException.Reason.UNKNOWN_JOB,
        "job "
            + id
            + " has ended and is no longer kept; keep ended jobs longer (retain) if they"
            + " are looked at later");
  }

  @Override
  public void remove(long id) {
    Page page = page(id);
    if (page == null) {
      return;
    }
    Row row = object(page, id);
    if (row != null) {
      taken(row);
      object(page, id, null);
    } else if (page.waiting[place(id)] != 0) {
      page.waiting[place(id)] = 0;
    } else {
      return;
    }
    if (--page.count == 0) {
      pages.remove(id >>> BITS);
      latest = null;
    }
  }

  @Override
  public boolean stands(long ticket, JobState state) {
    long id = IdHeap.id(ticket);
    Page page = page(id);
    Row row = object(page, id);
    if (row != null) {
      return row.stands(ticket, state);
    }
    if (page == null || page.waiting[place(id)] == 0) {
      return false;
    }
    byte waiting = page.waiting[place(id)];
    return state(waiting) == state && IdHeap.ticket(id, waits(waiting)) == ticket;
  }

  @Override
  public boolean unended(long id) {
    Row row = atHand(id);
    return row != null ? !row.ended() : waiting(id) != null;
  }

  @Override
  public @Nullable Row endedWithKey(String task, String key) {
    return disk.endedWithKey(task, key);
  }

  @Override
  public void forEachAfter(long id, Set<JobState> states, Predicate<Row> visitor) {
    forEachIdAfter(
        id,
        (each, state) -> {
          if (!states.contains(state)) {
            return true;
          }
          Row row = get(each);
          return row == null || visitor.test(row);
        });
  }

  /// Looks at a job.
  @FunctionalInterface
  interface Look {
    /// Returns whether to go on.
    boolean at(long id, JobState state);
  }

  /// Shows the state of every job after an id, by ascending id, until it is told to stop; fetches
  /// nothing.
  void forEachIdAfter(long id, Look look) {
    long from = id + 1;
    for (Map.Entry<Long, Page> at = pages.ceilingEntry(from >>> BITS);
        at != null;
        at = pages.higherEntry(at.getKey())) {
      Page page = at.getValue();
      long first = at.getKey() << BITS;
      for (int i = (int) Math.max(0, from - first); i < SIZE; i++) {
        Row row = page.rows == null ? null : page.rows[i];
        JobState state =
            row != null ? row.state() : page.waiting[i] != 0 ? state(page.waiting[i]) : null;
        if (state != null && !look.at(first + i, state)) {
          return;
        }
      }
    }
  }
}
