package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.Item;
import dev.treadle.Job;
import dev.treadle.JobCancelledException;
import dev.treadle.JobFailedException;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Retry;
import dev.treadle.Snooze;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/// Running a task over many inputs.
class MapTest {
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Treadle treadle = Treadle.with().permits(Strategy.CPU, 2).mapWindow(50).open();

  @AfterEach
  void close() {
    gate.countDown();
    treadle.close();
  }

  private void awaitGate() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Integer> upTo(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  @ParameterizedTest
  @InThisJvm
  void valuesComeInTheOrderOfTheInputs(Strategy strategy) {
    Task<Integer, Object> task =
        OutcomeTest.task(
            strategy,
            i -> {
              Thread.sleep(i % 97 == 0 ? 3 : 0);
              return i * 2;
            });
    List<Object> expected = IntStream.range(0, 3_000).<Object>mapToObj(i -> i * 2).toList();

    assertThat(treadle.map(task, upTo(3_000)).get()).isEqualTo(expected);
    assertThat(treadle.map(task, upTo(3_000).stream().filter(i -> true)).get()).isEqualTo(expected);
  }

  @ParameterizedTest
  @InThisJvm
  void eachItemHasItsOwnOutcome(Strategy strategy) {
    Task<Integer, Object> task =
        OutcomeTest.task(
            strategy,
            i -> {
              if (i % 10 == 3) {
                throw new IllegalArgumentException("item " + i);
              }
              return i == 5 ? null : i;
            });
    Jobs<Integer, Object> jobs = treadle.map(task, upTo(500));

    List<Outcome<Object>> all = jobs.settled();
    for (int i = 0; i < 500; i++) {
      if (i % 10 == 3) {
        int item = i;
        assertThat(all.get(i))
            .isInstanceOfSatisfying(
                Outcome.Failed.class, it -> assertThat(it.cause()).hasMessage("item " + item));
      } else {
        assertThat(all.get(i).orElseThrow()).isEqualTo(i == 5 ? null : i);
      }
    }
    assertThat(jobs.progress()).isEqualTo(new Progress(500, 500, 50));
    JobFailedException thrown = catchThrowableOfType(JobFailedException.class, jobs::get);
    assertThat(thrown).hasRootCauseMessage("item 3");
    assertThat(thrown.getSuppressed())
        .hasSize(49)
        .extracting(Throwable::getMessage)
        .startsWith("item 13", "item 23");
  }

  @Test
  void theTotalOfAMapOverACollectionIsKnownAtOnce() {
    CountDownLatch go = new CountDownLatch(1);
    Task<Integer, Integer> waits =
        Task.io(
            "waits",
            Integer.class,
            Integer.class,
            i -> {
              go.await();
              return i;
            });
    try (Treadle narrow = Treadle.with().mapWindow(2).open()) {
      Jobs<Integer, Integer> jobs = narrow.map(waits, List.of(1, 2, 3, 4, 5));
      assertThat(jobs.progress().total()).isEqualTo(5);
      go.countDown();
      jobs.get();
      assertThat(jobs.progress().total()).isEqualTo(5);
    }
  }

  @Test
  void anEmptyMapIsDoneAtOnceAndNullsAreInputs() {
    Task<Integer, Object> task = OutcomeTest.task(Strategy.CPU, i -> i == null ? "null" : i);

    assertThat(treadle.map(task, List.of()).get()).isEmpty();
    assertThat(treadle.map(task, Stream.<Integer>empty()).asCompleted()).isEmpty();
    assertThat(treadle.map(task, Arrays.asList(1, null, 3)).get()).containsExactly(1, "null", 3);
  }

  @ParameterizedTest
  @InThisJvm
  void itemsComeAsTheyEndWithTheirIndexAndInput(Strategy strategy) {
    Task<Integer, Object> task = OutcomeTest.task(strategy, i -> i + 1);
    Set<Integer> seen = new HashSet<>();
    try (Stream<Item<Integer, Object>> items = treadle.map(task, upTo(2_000)).asCompleted()) {
      items.forEach(item -> {
        assertThat(item.index()).isEqualTo(item.input());
        assertThat(item.value()).isEqualTo(item.input() + 1);
        assertThat(seen.add(item.index())).isTrue();
      });
    }
    assertThat(seen).hasSize(2_000);
  }

  @Test
  void theFastestItemComesFirst() {
    Jobs<Integer, Object> jobs =
        treadle.map(
            OutcomeTest.task(
                Strategy.IO,
                i -> {
                  if (i == 0) {
                    gate.await();
                  }
                  return i;
                }),
            List.of(0, 1));
    Iterator<Item<Integer, Object>> items = jobs.asCompleted().iterator();

    assertThat(items.next().index()).isEqualTo(1);
    gate.countDown();
    assertThat(items.next().index()).isZero();
    assertThat(items.hasNext()).isFalse();
  }

  @ParameterizedTest
  @InThisJvm
  void aMillionInputsAreNeverPulledMoreThanAWindowAheadOfTheReader(Strategy strategy) {
    int count = strategy == Strategy.CPU ? 1_000_000 : 100_000;
    AtomicInteger pulled = new AtomicInteger();
    AtomicInteger read = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Stream<Integer> inputs =
        IntStream.range(0, count)
            .mapToObj(i -> {
              awaitGate();
              most.accumulateAndGet(pulled.incrementAndGet() - read.get(), Math::max);
              return i;
            });
    Task<Integer, Object> task = OutcomeTest.task(strategy, i -> i);
    try (Treadle wide = Treadle.open();
        Stream<Item<Integer, Object>> items = wide.map(task, inputs).asCompleted()) {
      gate.countDown();
      assertThat(
              items
                  .mapToLong(item -> {
                    read.incrementAndGet();
                    return (Integer) item.value();
                  })
                  .sum())
          .isEqualTo((long) count * (count - 1) / 2);
    }
    // One that is just being read, and one that is pulled into the room of it.
    assertThat(most.get()).isBetween(2, 1_002);
  }

  @ParameterizedTest
  @InThisJvm
  void aReaderThatLeavesCancelsTheRestByClosing(Strategy strategy) {
    AtomicInteger pulled = new AtomicInteger();
    Jobs<Integer, Object> jobs =
        treadle.map(
            OutcomeTest.task(strategy, i -> i),
            IntStream.range(0, 1_000_000)
                .mapToObj(i -> {
                  awaitGate();
                  pulled.incrementAndGet();
                  return i;
                }));
    try (Stream<Item<Integer, Object>> items = jobs.asCompleted()) {
      gate.countDown();
      assertThat(items.limit(10)).hasSize(10);
    }
    treadle.awaitIdle();

    assertThat(pulled.get()).isLessThanOrEqualTo(62);
    assertThat(jobs.progress().total()).isLessThanOrEqualTo(62).isNotNegative();
  }

  @ParameterizedTest
  @InThisJvm
  void aReaderThatLeavesWithoutAWordHoldsUpNeitherIdleNorClose(Strategy strategy) {
    for (Stream<Integer> inputs :
        List.of(upTo(100_000).stream(), IntStream.range(0, 100_000).boxed().filter(i -> true))) {
      Iterator<Item<Integer, Object>> items =
          treadle.map(OutcomeTest.task(strategy, i -> i), inputs).asCompleted().iterator();
      for (int i = 0; i < 700; i++) {
        items.next();
      }
    }
    treadle.awaitIdle();
    treadle.close();

    assertThat(treadle.counts().get(JobState.RUNNING)).isZero();
  }

  @Test
  void aStreamThatThrowsIsToldAfterItsItemsAndCancelsDependents() {
    IllegalStateException broken = new IllegalStateException("line 4");
    Task<Integer, Object> task =
        OutcomeTest.task(
            Strategy.IO,
            i -> {
              gate.await();
              return i;
            });
    Jobs<Integer, Object> jobs =
        treadle.map(
            task,
            IntStream.range(0, 9)
                .mapToObj(i -> {
                  if (i == 4) {
                    throw broken;
                  }
                  return i;
                }));
    Task<List<Object>, Integer> sum =
        Task.io("sum", new dev.treadle.Type<List<Object>>() {}, Integer.class, List::size);
    Job<Integer> dependent = treadle.submit(sum, jobs);
    gate.countDown();

    assertThatThrownBy(jobs::get).hasRootCause(broken);
    assertThatThrownBy(jobs::settled).hasRootCause(broken);
    assertThat(jobs.progress()).isEqualTo(new Progress(4, 4, 0));
    assertThat(dependent.settled())
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class, it -> assertThat(it.error()).isSameAs(broken));
  }

  @Test
  void aStreamThatBlocksHoldsBackNothingPulledBefore() throws Exception {
    BlockingQueue<Integer> source = new LinkedBlockingQueue<>(List.of(1, 2));
    Stream<Integer> inputs =
        Stream.generate(
                () -> {
                  try {
                    return source.take();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                })
            .takeWhile(i -> i >= 0);
    Iterator<Item<Integer, Object>> items =
        treadle.map(OutcomeTest.task(Strategy.CPU, i -> i), inputs).asCompleted().iterator();

    assertThat(Set.of(items.next().input(), items.next().input())).containsExactlyInAnyOrder(1, 2);
    source.add(3);
    assertThat(items.next().input()).isEqualTo(3);
    source.add(-1);
    assertThat(items.hasNext()).isFalse();
  }

  @ParameterizedTest
  @InThisJvm
  void cancellingEndsTheItemsAndPullsNoMore(Strategy strategy) throws Exception {
    CountDownLatch began = new CountDownLatch(8);
    AtomicInteger pulled = new AtomicInteger();
    Set<Integer> done = ConcurrentHashMap.newKeySet();
    Jobs<Integer, Object> jobs =
        treadle.map(
            OutcomeTest.task(
                strategy,
                i -> {
                  began.countDown();
                  if (i >= 7) {
                    new CountDownLatch(1).await();
                  }
                  done.add(i);
                  return i;
                }),
            IntStream.range(0, 10_000)
                .mapToObj(i -> {
                  pulled.incrementAndGet();
                  return i;
                }));
    began.await();
    jobs.cancel();

    List<Outcome<Object>> all = jobs.settled();
    assertThat(all.size()).isBetween(8, 60).isEqualTo((int) jobs.progress().total());
    assertThat(pulled.get()).isLessThan(60);
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i))
          .isInstanceOf(done.contains(i) ? Outcome.Succeeded.class : Outcome.Cancelled.class);
    }
    assertThatThrownBy(jobs::get).isInstanceOf(JobCancelledException.class);
  }

  @ParameterizedTest
  @InThisJvm
  void aMapCancelledWhileItsStreamBlocksRunsNothingMoreAndIsNotTakenForComplete(Strategy strategy)
      throws Exception {
    Set<Integer> ran = ConcurrentHashMap.newKeySet();
    Jobs<Integer, Object> jobs =
        treadle.map(
            OutcomeTest.task(
                strategy,
                i -> {
                  ran.add(i);
                  return i;
                }),
            IntStream.range(0, 9)
                .mapToObj(i -> {
                  if (i == 3) {
                    awaitGate();
                  }
                  return i;
                })
                .filter(i -> true));
    Task<List<Object>, Integer> size =
        Task.io("size", new dev.treadle.Type<List<Object>>() {}, Integer.class, List::size);
    Job<Integer> dependent = treadle.submit(size, jobs);
    Awaitility.await().until(() -> jobs.progress().done() == 3);
    jobs.cancel();
    gate.countDown();

    assertThat(jobs.settled()).hasSize(3);
    assertThatThrownBy(jobs::get).isInstanceOf(JobCancelledException.class);
    assertThat(dependent.settled()).isInstanceOf(Outcome.Cancelled.class);
    treadle.awaitIdle();
    assertThat(ran).containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void itemsInOneChunkFailSnoozeAndAreInterruptedEachForItself() {
    Set<Integer> snoozed = ConcurrentHashMap.newKeySet();
    AtomicInteger leaked = new AtomicInteger();
    AtomicInteger runs = new AtomicInteger();
    Task<Integer, Object> task =
        OutcomeTest.task(
            Strategy.CPU,
            i -> {
              runs.incrementAndGet();
              if (Thread.interrupted()) {
                leaked.incrementAndGet();
              }
              if (i % 100 == 50 && snoozed.add(i)) {
                throw Snooze.of(Duration.ofMillis(1));
              }
              if (i % 100 == 60) {
                Thread.currentThread().interrupt();
              }
              if (i % 100 == 70) {
                throw new StackOverflowError("by hand");
              }
              return i;
            });
    Jobs<Integer, Object> jobs = treadle.map(task, upTo(5_000));
    List<Outcome<Object>> all = jobs.settled();

    for (int i = 0; i < 5_000; i++) {
      assertThat(all.get(i))
          .isInstanceOf(i % 100 == 70 ? Outcome.Failed.class : Outcome.Succeeded.class);
    }
    assertThat(runs).hasValue(5_050);
    assertThat(leaked).hasValue(0);
    assertThat(jobs.progress()).isEqualTo(new Progress(5_000, 5_000, 50));
  }

  @Test
  void retriesAndLimitsHoldForEachItem() {
    Set<Integer> failed = ConcurrentHashMap.newKeySet();
    Task<Integer, Object> task =
        OutcomeTest.task(
                Strategy.CPU,
                i -> {
                  if (failed.add(i)) {
                    throw new IllegalStateException();
                  }
                  return i;
                })
            .retry(Retry.fixed(1, Duration.ZERO));

    assertThat(treadle.map(task, upTo(300)).settled())
        .hasSize(300)
        .allSatisfy(outcome -> assertThat(outcome.attempts()).isEqualTo(2))
        .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Succeeded.class));
  }

  @Test
  void aKeyThatCannotBeComputedFailsItsItemOnly() {
    Task<Integer, Object> task =
        OutcomeTest.task(Strategy.IO, i -> i)
            .limitBy(
                i -> {
                  if (i == 2) {
                    throw new IllegalStateException("no key");
                  }
                  if (i == 4) {
                    throw new StackOverflowError("by hand");
                  }
                  return i == 6 ? new OutcomeTest.Hostile() : "key";
                },
                1);
    List<Outcome<Object>> all = treadle.map(task, upTo(8)).settled();

    for (int i = 0; i < 8; i++) {
      assertThat(all.get(i))
          .as("item %s", i)
          .isInstanceOf(
              i == 2 || i == 4 || i == 6 ? Outcome.Failed.class : Outcome.Succeeded.class);
    }
  }

  @Test
  void readingInTwoWaysIsRefused() {
    Jobs<Integer, Object> jobs = treadle.map(OutcomeTest.task(Strategy.IO, i -> i), upTo(3));
    jobs.asCompleted();

    assertThatThrownBy(jobs::get).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(jobs::asCompleted).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theFirstValueWinsARaceAndTheOthersAreCancelled() {
    AtomicInteger interrupted = new AtomicInteger();
    Object winner =
        treadle.race(
            OutcomeTest.task(
                Strategy.IO,
                i -> {
                  if (i == 0) {
                    throw new IllegalStateException("out");
                  }
                  if (i != 3) {
                    try {
                      gate.await();
                    } catch (InterruptedException e) {
                      interrupted.incrementAndGet();
                      throw e;
                    }
                  }
                  return i;
                }),
            upTo(6));

    assertThat(winner).isEqualTo(3);
    treadle.awaitIdle();
    assertThat(treadle.counts()).containsEntry(JobState.SUCCEEDED, 1L);
    // The one that is out may have been cancelled before it ran.
    assertThat(treadle.counts().get(JobState.CANCELLED)).isBetween(4L, 5L);
    assertThat(interrupted.get()).isLessThanOrEqualTo(4);
  }

  @Test
  void aRaceThatAllLoseThrowsWithTheOthersSuppressed() {
    assertThatThrownBy(() ->
            treadle.race(
                OutcomeTest.task(
                    Strategy.CPU,
                    i -> {
                      throw new IllegalStateException("runner " + i);
                    }),
                upTo(4)))
        .isInstanceOfSatisfying(
            JobFailedException.class, e -> assertThat(e.getSuppressed()).hasSize(3));
    assertThatThrownBy(() -> treadle.race(OutcomeTest.task(Strategy.CPU, i -> i), upTo(0)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
