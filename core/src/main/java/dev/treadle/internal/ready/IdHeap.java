package dev.treadle.internal.ready;

import java.util.Arrays;
import java.util.PriorityQueue;

/// A queue of (rank, ticket) pairs, smallest first, in primitive arrays: 16 bytes a pair.
///
/// Pairs that come in order, as most do, stand in a ring and cost O(1); the others in a binary heap
/// beside it. The smallest pair is the smaller of the two heads.
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

  private static final long[] NONE = {};
  private static final int FIRST = 8;
  private static final int LARGE = 1_024;
  private static final int WAIT_BITS = 16;

  private final Live live;

  /// The heap.
  private long[] ranks = NONE;

  private long[] tickets = NONE;
  private int size;

  /// The ring. It grows from nothing: most queues of a key hold one pair.
  private long[] ringRanks = NONE;

  private long[] ringTickets = NONE;
  private int head;
  private int count;

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
    return size == 0 && count == 0;
  }

  /// How many pairs that stand it holds.
  public int size() {
    return size + count - stale;
  }

  /// The smallest rank. Only if not empty.
  public long topRank() {
    return ringFirst() ? ringRanks[head] : ranks[0];
  }

  /// The ticket that goes with the smallest rank; of equal ranks that of the smallest id. Only if
  /// not empty.
  public long topTicket() {
    return ringFirst() ? ringTickets[head] : tickets[0];
  }

  /// The tickets that come next, in order, up to so many; stale ones among them.
  long[] following(int most) {
    // Where the next of the heap may stand: below those that were listed.
    PriorityQueue<Integer> open =
        new PriorityQueue<>((a, b) -> before(ranks[a], tickets[a], b) ? -1 : 1);
    if (size > 0) {
      open.add(0);
    }
    long[] next = new long[Math.min(most, size + count)];
    int fromRing = 0;
    for (int i = 0; i < next.length; i++) {
      Integer top = open.peek();
      int ring = fromRing < count ? at(fromRing) : -1;
      if (top == null || ring >= 0 && before(ringRanks[ring], ringTickets[ring], top)) {
        next[i] = ringTickets[ring];
        fromRing++;
        continue;
      }
      open.remove();
      next[i] = tickets[top];
      for (int child = 2 * top + 1; child <= 2 * top + 2 && child < size; child++) {
        open.add(child);
      }
    }
    return next;
  }

  private boolean ringFirst() {
    return size == 0 || count > 0 && before(ringRanks[head], ringTickets[head], 0);
  }

  /// Adds a pair.
  public void add(long rank, long ticket) {
    if (count > 0) {
      int last = at(count - 1);
      if (rank < ringRanks[last] || rank == ringRanks[last] && ticket < ringTickets[last]) {
        addToHeap(rank, ticket);
        return;
      }
    }
    if (count == ringRanks.length) {
      ringRanks = grownRing(ringRanks);
      ringTickets = grownRing(ringTickets);
      head = 0;
    }
    int place = at(count++);
    ringRanks[place] = rank;
    ringTickets[place] = ticket;
  }

  private int at(int index) {
    int place = head + index;
    return place < ringRanks.length ? place : place - ringRanks.length;
  }

  private long[] grownRing(long[] ring) {
    long[] grown = new long[count == 0 ? 1 : Math.max(FIRST, count + (count >> 1))];
    System.arraycopy(ring, head, grown, 0, count - head);
    System.arraycopy(ring, 0, grown, count - head, head);
    return grown;
  }

  private void addToHeap(long rank, long ticket) {
    if (size == ranks.length) {
      int more = Math.max(FIRST, size + (size >> 1));
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
    if (ringFirst()) {
      head = at(1);
      count--;
    } else {
      int last = --size;
      if (last > 0) {
        sink(0, ranks[last], tickets[last], last);
      }
    }
    if (size == 0 && count == 0) {
      shrink();
    }
  }

  /// What once was long does not stay large when it is empty.
  private void shrink() {
    head = 0;
    if (ringRanks.length > LARGE) {
      ringRanks = NONE;
      ringTickets = NONE;
    }
    if (ranks.length > LARGE) {
      ranks = NONE;
      tickets = NONE;
    }
  }

  /// Says that a pair no longer stands.
  public void dropped() {
    stale++;
    if (stale > 64 && stale > (size + count) >> 1) {
      compact();
    } else {
      purge();
    }
  }

  private void purge() {
    while (stale > 0 && size + count > 0 && !live.test(topTicket())) {
      removeTop();
      stale--;
    }
  }

  private void compact() {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int from = at(i);
      if (live.test(ringTickets[from])) {
        int to = at(kept++);
        ringRanks[to] = ringRanks[from];
        ringTickets[to] = ringTickets[from];
      }
    }
    count = kept;
    kept = 0;
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
    if (size == 0 && count == 0) {
      shrink();
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
