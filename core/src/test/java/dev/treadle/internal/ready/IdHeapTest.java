package dev.treadle.internal.ready;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdHeapTest {
  private record Pair(long rank, long ticket) {}

  private final Set<Long> live = new HashSet<>();
  private final IdHeap heap = new IdHeap(live::contains);

  private void add(long rank, long ticket) {
    live.add(ticket);
    heap.add(rank, ticket);
  }

  private void drop(long ticket) {
    live.remove(ticket);
    heap.dropped();
  }

  private List<Long> drain() {
    List<Long> tickets = new ArrayList<>();
    while (!heap.isEmpty()) {
      tickets.add(heap.topTicket());
      heap.removeTop();
    }
    return tickets;
  }

  @Test
  void smallestRankComesFirstAndEqualRanksGoByTicket() {
    add(5, 1);
    add(3, 9);
    add(3, 2);
    add(Long.MAX_VALUE, 3);
    add(Long.MIN_VALUE, 4);

    assertThat(drain()).containsExactly(4L, 2L, 9L, 1L, 3L);
  }

  @Test
  void tellsInOrderWhatComesNextAndTakesNothing() {
    Random random = new Random(1);
    for (long ticket = 1; ticket <= 500; ticket++) {
      add(ticket % 3 == 0 ? ticket : random.nextInt(1_000), ticket); // ring and heap
    }

    assertThat(heap.following(0)).isEmpty();
    List<Long> some = LongStream.of(heap.following(100)).boxed().toList();
    List<Long> all = LongStream.of(heap.following(1_000)).boxed().toList();

    List<Long> taken = drain();
    assertThat(taken).hasSize(500).startsWith(some.toArray(Long[]::new)).isEqualTo(all);
    assertThat(heap.following(10)).isEmpty();
  }

  @Test
  void aDroppedPairIsNeverSeenAgain() {
    for (long ticket = 0; ticket < 1_000; ticket++) {
      add(ticket % 7, ticket);
    }
    for (long ticket = 0; ticket < 1_000; ticket += 2) {
      drop(ticket);
    }

    assertThat(heap.size()).isEqualTo(500);
    assertThat(drain()).hasSize(500).allMatch(ticket -> ticket % 2 == 1);
  }

  @Test
  void theTopIsNeverAStalePair() {
    add(1, 1);
    add(2, 2);
    add(3, 3);
    drop(1);
    assertThat(heap.topTicket()).isEqualTo(2);
    drop(3);
    assertThat(heap.topTicket()).isEqualTo(2);
    drop(2);
    assertThat(heap.isEmpty()).isTrue();
    assertThat(heap.size()).isZero();
  }

  @Test
  void ticketsOfOneJobDifferAndKeepTheOrderOfIds() {
    assertThat(IdHeap.ticket(7, 1)).isNotEqualTo(IdHeap.ticket(7, 2));
    assertThat(IdHeap.id(IdHeap.ticket(7, 65_535))).isEqualTo(7);
    assertThat(IdHeap.id(IdHeap.ticket(7, -1))).isEqualTo(7);
    assertThat(IdHeap.ticket(7, 65_535)).isLessThan(IdHeap.ticket(8, 0));
    assertThat(IdHeap.id(IdHeap.ticket(100_000_000_000L, 3))).isEqualTo(100_000_000_000L);
  }

  @Test
  void aJobThatWaitsAnewUnderTheSameRankIsThereOnce() {
    // Many stale pairs make the heap tidy up while the old pair is still in it.
    add(0, IdHeap.ticket(1, 0));
    add(100, IdHeap.ticket(2, 1));
    drop(IdHeap.ticket(2, 1));
    add(100, IdHeap.ticket(2, 2));
    for (long id = 10; id < 500; id++) {
      add(200, IdHeap.ticket(id, 1));
      drop(IdHeap.ticket(id, 1));
    }

    assertThat(drain()).containsExactly(IdHeap.ticket(1, 0), IdHeap.ticket(2, 2));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithAPriorityQueue(long seed) {
    Random random = new Random(seed);
    PriorityQueue<Pair> expected =
        new PriorityQueue<>(Comparator.comparingLong(Pair::rank).thenComparingLong(Pair::ticket));
    List<Pair> all = new ArrayList<>();
    long next = 0;
    int dropInTen = random.nextInt(5);
    // Ranks that mostly rise, as they do with time, and ranks in any order.
    boolean rising = seed % 2 == 0;
    for (int i = 0; i < 20_000; i++) {
      int what = random.nextInt(10);
      if (what < dropInTen && !expected.isEmpty()) {
        Pair pair = all.get(random.nextInt(all.size()));
        if (expected.remove(pair)) {
          drop(pair.ticket());
        }
      } else if (what < 7) {
        long rank = rising && random.nextInt(8) > 0 ? next / 3 : random.nextInt(100);
        Pair pair = new Pair(rank, next++);
        expected.add(pair);
        all.add(pair);
        add(pair.rank(), pair.ticket());
      } else if (!heap.isEmpty()) {
        heap.removeTop();
        expected.poll();
      }
      if (all.size() > 300) {
        all.subList(0, 150).clear();
      }
      assertThat(heap.size()).isEqualTo(expected.size());
      assertThat(heap.isEmpty()).isEqualTo(expected.isEmpty());
      Pair top = expected.peek();
      if (top != null) {
        assertThat(heap.topRank()).isEqualTo(top.rank());
        assertThat(heap.topTicket()).isEqualTo(top.ticket());
      }
    }
  }
}
