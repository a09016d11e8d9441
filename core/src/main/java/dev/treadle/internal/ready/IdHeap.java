package dev.treadle.internal.ready;

import java.util.Arrays;

/// A queue of (rank, ticket) pairs, smallest first, in two primitive arrays: 16 bytes a pair.
///
/// A ticket stands for one wait of one job: a job that waits anew gets another ([#ticket]), so that
/// what is left of its earlier waits is never taken for the present one.
///
/// Pairs are not removed from the middle: their owner says they went stale ([#dropped]), and they
/// are thrown out when they reach the top, or all at once when they are the greater part. Not
/// thread-safe.
public final class IdHeap {
  /// Tells pairs that still stand from stale ones.
  @FunctionalInterface
  public interface Live {
    /// Whether the wait for which this ticket stands still goes on.
    boolean test(long ticket);
  }

  private static final int FIRST = 8;
  private static final int WAIT_BITS = 16;

  private final Live live;
  private long[] ranks = new long[FIRST];
  private long[] tickets = new long[FIRST];
  private int size;
  private int stale;

  /// An empty queue.
  public IdHeap(Live live) {
    this.live = live;
  }

  /// The ticket of a wait of a job: in the order of tickets, whatever the wait.
  ///
  /// @param wait counts the waits of the job; only its lowest 16 bits matter, so that the same
  ///   ticket comes again after 65,536 waits, when nothing is left of the first
  public static long ticket(long id, int wait) {
    return id << WAIT_BITS | wait & (1 << WAIT_BITS) - 1;
  }

  /// The job of a ticket.
  public static long id(long ticket) {
    return ticket >>> WAIT_BITS;
  }

  /// Whether it holds no pair that stands.
  public boolean isEmpty() {
    purge();
    return size == 0;
  }

  /// How many pairs that stand it holds.
  public int size() {
    return size - stale;
  }

  /// The smallest rank. Only if not empty.
  public long topRank() {
    return ranks[0];
  }

  /// The ticket that goes with the smallest rank; of equal ranks that of the smallest id. Only if
  /// not empty.
  public long topTicket() {
    return tickets[0];
  }

  /// Adds a pair.
  public void add(long rank, long ticket) {
    if (size == ranks.length) {
      int more = size + (size >> 1);
      ranks = Arrays.copyOf(ranks, more);
      tickets = Arrays.copyOf(tickets, more);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!before(rank, ticket, parent)) {
        break;
      }
      ranks[at] = ranks[parent];
      tickets[at] = tickets[parent];
      at = parent;
    }
    ranks[at] = rank;
    tickets[at] = ticket;
  }

  /// Removes the smallest pair. Only if not empty.
  public void removeTop() {
    int last = --size;
    if (last > 0) {
      sink(0, ranks[last], tickets[last], last);
    } else if (ranks.length > 1_024) {
      ranks = new long[FIRST];
      tickets = new long[FIRST];
    }
  }

  /// Says that a pair no longer stands.
  public void dropped() {
    stale++;
    if (stale > 64 && stale > size >> 1) {
      compact();
    } else {
      purge();
    }
  }

  private void purge() {
    while (stale > 0 && size > 0 && !live.test(tickets[0])) {
      removeTop();
      stale--;
    }
  }

  private void compact() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (live.test(tickets[i])) {
        ranks[kept] = ranks[i];
        tickets[kept++] = tickets[i];
      }
    }
    size = kept;
    stale = 0;
    for (int i = (size >>> 1) - 1; i >= 0; i--) {
      sink(i, ranks[i], tickets[i], size);
    }
  }

  private void sink(int from, long rank, long ticket, int end) {
    int at = from;
    while (true) {
      int child = 2 * at + 1;
      if (child >= end) {
        break;
      }
      if (child + 1 < end && before(ranks[child + 1], tickets[child + 1], child)) {
        child++;
      }
      if (before(rank, ticket, child)) {
        break;
      }
      ranks[at] = ranks[child];
      tickets[at] = tickets[child];
      at = child;
    }
    ranks[at] = rank;
    tickets[at] = ticket;
  }

  private boolean before(long rank, long ticket, int at) {
    return rank < ranks[at] || rank == ranks[at] && ticket < tickets[at];
  }
}
