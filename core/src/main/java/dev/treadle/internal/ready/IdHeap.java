package dev.treadle.internal.ready;

import java.util.Arrays;

/// A queue of (rank, id) pairs, smallest first, in two primitive arrays: 16 bytes a pair.
///
/// Pairs are not removed from the middle: their owner says they went stale ([#dropped]), and they
/// are thrown out when they reach the top, or all at once when they are the greater part. Not
/// thread-safe.
public final class IdHeap {
  /// Tells pairs that still stand from stale ones.
  @FunctionalInterface
  public interface Live {
    /// Whether the job still waits under this rank.
    boolean test(long rank, long id);
  }

  private static final int FIRST = 8;

  private final Live live;
  private long[] ranks = new long[FIRST];
  private long[] ids = new long[FIRST];
  private int size;
  private int stale;

  /// An empty queue.
  public IdHeap(Live live) {
    this.live = live;
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

  /// The id that goes with the smallest rank; of equal ranks the smallest id. Only if not empty.
  public long topId() {
    return ids[0];
  }

  /// Adds a pair.
  public void add(long rank, long id) {
    if (size == ranks.length) {
      int more = size + (size >> 1);
      ranks = Arrays.copyOf(ranks, more);
      ids = Arrays.copyOf(ids, more);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!before(rank, id, parent)) {
        break;
      }
      ranks[at] = ranks[parent];
      ids[at] = ids[parent];
      at = parent;
    }
    ranks[at] = rank;
    ids[at] = id;
  }

  /// Removes the smallest pair. Only if not empty.
  public void removeTop() {
    int last = --size;
    if (last > 0) {
      sink(0, ranks[last], ids[last], last);
    } else if (ranks.length > 1_024) {
      ranks = new long[FIRST];
      ids = new long[FIRST];
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
    while (stale > 0 && size > 0 && !live.test(ranks[0], ids[0])) {
      removeTop();
      stale--;
    }
  }

  private void compact() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (live.test(ranks[i], ids[i])) {
        ranks[kept] = ranks[i];
        ids[kept++] = ids[i];
      }
    }
    size = kept;
    stale = 0;
    for (int i = (size >>> 1) - 1; i >= 0; i--) {
      sink(i, ranks[i], ids[i], size);
    }
  }

  private void sink(int from, long rank, long id, int end) {
    int at = from;
    while (true) {
      int child = 2 * at + 1;
      if (child >= end) {
        break;
      }
      if (child + 1 < end && before(ranks[child + 1], ids[child + 1], child)) {
        child++;
      }
      if (before(rank, id, child)) {
        break;
      }
      ranks[at] = ranks[child];
      ids[at] = ids[child];
      at = child;
    }
    ranks[at] = rank;
    ids[at] = id;
  }

  private boolean before(long rank, long id, int at) {
    return rank < ranks[at] || rank == ranks[at] && id < ids[at];
  }
}
