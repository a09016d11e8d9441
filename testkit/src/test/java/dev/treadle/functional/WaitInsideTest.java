package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Item;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Strategy;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Jobs that wait for jobs: never a deadlock, and a refusal where one would be certain.
class WaitInsideTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private Treadle treadle =
      Treadle.with()
          .permits(Strategy.IO, 1)
          .permits(Strategy.CPU, 1)
          .permits(Strategy.ASYNC, 1)
          .queue("one", q -> q.limit(1))
          .open();

  @AfterEach
  void close() {
    release.countDown();
    treadle.close();
  }

  /// Sums 1 to depth x 3 leaves by maps within maps.
  private static Task<Integer, Object> nested(Strategy strategy, String queue) {
    return OutcomeTest.task(
            "nested",
            strategy,
            depth -> {
              if (depth == 0) {
                return 1;
              }
              int sum = 0;
              for (Object each :
                  JobContext.current()
                      .map(nested(strategy, queue), List.of(depth - 1, depth - 1, depth - 1))
                      .get()) {
                sum += (Integer) each;
              }
              return sum;
            })
        .queue(queue);
  }

  @ParameterizedTest
  @CsvSource({
    "IO,1", "IO,2", "IO,3", "IO,4", "CPU,1", "CPU,2", "CPU,3", "CPU,4", "ASYNC,1", "ASYNC,2",
    "ASYNC,3", "ASYNC,4"
  })
  void mapsInMapsThreeLevelsDeepEndAtEveryPoolSize(Strategy strategy, int permits) {
    try (Treadle small =
        Treadle.with().permits(strategy, permits).queue("one", q -> q.limit(1)).open()) {
      for (int round = 0; round < 20; round++) {
        assertThat(small.submit(nested(strategy, "default"), 3).get()).isEqualTo(27);
        assertThat(small.submit(nested(strategy, "one"), 3).get()).isEqualTo(27);
      }
    }
  }

  @ParameterizedTest
  @InThisJvm
  void aJobMayReadItsMapAsItIsCompleted(Strategy strategy) {
    Task<Integer, Object> item = OutcomeTest.task("item", strategy, i -> i).queue("one");
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                    "reader",
                    strategy,
                    n -> {
                      try (Stream<Item<Integer, Object>> items =
                          JobContext.current()
                              .map(item, IntStream.range(0, n).boxed())
                              .asCompleted()) {
                        return items.mapToInt(each -> (Integer) each.value()).sum();
                      }
                    })
                .queue("one"),
            2_000);

    assertThat(job.get()).isEqualTo(1_999_000);
  }

  @Test
  void aQueueKeepsItsLimitWhileJobsWaitAndReadMaps() {
    Semaphore limit = new Semaphore(2);
    AtomicInteger broken = new AtomicInteger();
    treadle.close();
    treadle = Treadle.with().queue("two", q -> q.limit(2)).mapWindow(4).open();
    Task<Integer, Object> item = OutcomeTest.task("item", Strategy.IO, i -> i);
    Task<Integer, Object> reader =
        OutcomeTest.task(
                "reader",
                Strategy.IO,
                n -> {
                  try (Stream<Item<Integer, Object>> items =
                      JobContext.current().map(item, IntStream.range(0, n).boxed()).asCompleted()) {
                    items.forEach(each -> {
                      // Between two waits this job runs again, and holds its queue's permit.
                      if (!limit.tryAcquire()) {
                        broken.incrementAndGet();
                      } else {
                        Thread.yield();
                        limit.release();
                      }
                    });
                  }
                  return n;
                })
            .queue("two");

    treadle.map(reader, new Random(7).ints(100, 1, 60).boxed()).join();
    assertThat(broken).hasValue(0);
  }

  private static void assertDeadlock(Job<?> job) {
    assertThatThrownBy(job::get)
        .cause()
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.WOULD_DEADLOCK));
  }

  @Test
  void waitingForTheFutureOfAJobLendsTheSlot() {
    Task<Integer, Object> inner = OutcomeTest.task("inner", Strategy.IO, i -> i);
    Task<Integer, Object> outer =
        OutcomeTest.task(
            "outer",
            Strategy.IO,
            i -> {
              JobContext here = JobContext.current();
              int joined = (Integer) here.submit(inner, 1).toFuture().join();
              int got = (Integer) here.submit(inner, 2).toFuture().get();
              int timed = (Integer) here.submit(inner, 3).toFuture().get(1, TimeUnit.HOURS);
              int derived =
                  here.submit(inner, 4)
                      .toFuture()
                      .thenApply(it -> (Integer) it + 1)
                      .toCompletableFuture()
                      .join();
              return joined + got + timed + derived;
            });

    assertThat(treadle.submit(outer, 0).get()).isEqualTo(11);
  }

  @Test
  void waitingForTheFutureOfAJobThatNeedsALimitOfTheWaiterIsRefused() {
    Task<Integer, Object> inner = OutcomeTest.task("inner", Strategy.IO, i -> i).limit("db", 1);
    Task<Integer, Object> outer =
        OutcomeTest.task(
                "outer", Strategy.IO, i -> JobContext.current().submit(inner, i).toFuture().join())
            .limit("db", 1);

    assertDeadlock(treadle.submit(outer, 1));
  }

  @Test
  void aWaitThatIsRefusedIsRefusedHoweverQuickTheAwaitedJobIs() {
    treadle.close();
    treadle = Treadle.open();
    Task<Integer, Object> inner = OutcomeTest.task("inner", Strategy.IO, i -> i).limit("db", 2);
    Task<Integer, Object> outer =
        OutcomeTest.task(
                "outer",
                Strategy.IO,
                i -> {
                  Job<Object> job = JobContext.current().submit(inner, i);
                  CountDownLatch ended = new CountDownLatch(1);
                  job.whenEnded(outcome -> ended.countDown());
                  ended.await();
                  assertThat(job.outcome()).isPresent();
                  return job.get();
                })
            .limit("db", 2);

    assertDeadlock(treadle.submit(outer, 1));
  }

  @Test
  void submittingIntoAFullQueueWhoseJobsNeedALimitOfTheSubmitterIsRefusedByName() {
    treadle.close();
    treadle = Treadle.with().queue("small", q -> q.bound(1)).open();
    Task<Integer, Object> inner =
        OutcomeTest.task("inner", Strategy.IO, i -> i).limit("db", 1).queue("small");
    Task<Integer, Object> outer =
        OutcomeTest.task(
                "outer",
                Strategy.IO,
                i -> {
                  JobContext.current().submit(inner, 1);
                  return JobContext.current().submit(inner, 2);
                })
            .limit("db", 1);
    Job<Object> job = treadle.submit(outer, 1);

    assertDeadlock(job);
    assertThatThrownBy(job::get)
        .cause()
        .hasMessageContaining("job " + job.id() + " (outer)")
        .hasMessageContaining("queue small")
        .hasMessageContaining("db");
  }

  @Test
  void theLastOfThoseWhoCouldMakeRoomIsRefusedAndTheOthersGoOn() {
    treadle.close();
    treadle = Treadle.with().queue("small", q -> q.bound(1)).open();
    Task<Integer, Object> inner =
        OutcomeTest.task("inner", Strategy.IO, i -> i).limit("db", 3).queue("small");
    CyclicBarrier all = new CyclicBarrier(3);
    Task<Integer, Object> outer =
        OutcomeTest.task(
                "outer",
                Strategy.IO,
                i -> {
                  all.await();
                  for (int n = 0; n < 5; n++) {
                    treadle.submit(inner, n);
                  }
                  return i;
                })
            .limit("db", 3);

    List<Outcome<Object>> outcomes = treadle.map(outer, List.of(1, 2, 3)).settled();
    assertThat(outcomes).filteredOn(it -> it instanceof Outcome.Succeeded<?>).isNotEmpty();
    assertThat(outcomes)
        .filteredOn(it -> it instanceof Outcome.Failed<?>)
        .isNotEmpty()
        .allSatisfy(it ->
            assertThat(((Outcome.Failed<?>) it).cause()).isInstanceOf(RefusedException.class));
  }

  @Test
  void aJobThatWaitsForRoomSaysSoAndGoesOnWhenThereIsSome() {
    treadle.close();
    treadle = Treadle.with().queue("small", q -> q.bound(1)).open();
    treadle.pause("small");
    Task<Integer, Object> inner = OutcomeTest.task("inner", Strategy.IO, i -> i).queue("small");
    Task<Integer, Object> outer =
        OutcomeTest.task(
                "outer",
                Strategy.IO,
                i -> {
                  treadle.submit(inner, 1);
                  return treadle.submit(inner, 2).get();
                })
            .limit("db", 1);
    Job<Object> job = treadle.submit(outer, 1);
    while (!job.why().text().contains("until queue small, which is full, has room")) {
      Thread.onSpinWait();
    }
    treadle.resume("small");

    assertThat(job.get()).isEqualTo(2);
  }

  @Test
  void waitingForAJobThatNeedsALimitOfTheWaiterIsRefusedByName() {
    Task<Integer, Object> inner = OutcomeTest.task("inner", Strategy.IO, i -> i).limit("db", 1);
    Job<Object> outer =
        treadle.submit(
            OutcomeTest.task(
                    "outer", Strategy.CPU, i -> JobContext.current().submit(inner, i).get())
                .limit("db", 1),
            1);

    assertDeadlock(outer);
    assertThatThrownBy(outer::get)
        .hasStackTraceContaining("limit db")
        .hasStackTraceContaining("inner")
        .hasStackTraceContaining("outer");
  }

  @Test
  void theLimitIsFoundThreeLevelsDown() {
    Task<Integer, Object> bottom =
        OutcomeTest.task(
                "bottom",
                Strategy.IO,
                i -> {
                  release.await();
                  return i;
                })
            .limit("db", 9);
    Task<Integer, Object> middle =
        OutcomeTest.task("middle", Strategy.IO, i -> JobContext.current().submit(bottom, i).get());
    Task<Integer, Object> upper =
        OutcomeTest.task("upper", Strategy.IO, i -> JobContext.current().submit(middle, i).get());
    Job<Object> top =
        treadle.submit(
            OutcomeTest.task("top", Strategy.CPU, i -> JobContext.current().submit(upper, i).get())
                .limit("db", 9),
            1);

    assertThatThrownBy(top::get).rootCause().isInstanceOf(RefusedException.class);
  }

  @Test
  void theLimitIsFoundBehindInputJobs() {
    Task<Integer, Integer> source =
        Task.io(
                "source",
                Integer.class,
                Integer.class,
                i -> {
                  release.await();
                  return i;
                })
            .limit("db", 1);
    Job<Object> top =
        treadle.submit(
            OutcomeTest.task(
                    "top",
                    Strategy.CPU,
                    i -> {
                      Job<Integer> input = treadle.submit(source, 1);
                      return treadle
                          .submit(OutcomeTest.task("after", Strategy.IO, x -> x), input)
                          .get();
                    })
                .limit("db", 1),
            1);

    assertDeadlock(top);
  }

  @Test
  void anItemFedLaterIsFoundToo() {
    Task<Integer, Object> item =
        OutcomeTest.task("item", Strategy.IO, i -> i).limitBy(i -> i < 700 ? null : "k", 1);
    Task<Integer, Object> top =
        OutcomeTest.task(
            "top",
            Strategy.CPU,
            i -> JobContext.current().map(item, IntStream.range(0, 1_000).boxed()).get().size());
    Task<Integer, Object> holder =
        OutcomeTest.task(
                "item",
                Strategy.CPU,
                i -> treadle.map(item, IntStream.range(0, 1_000).boxed()).get().size())
            .limitBy(i -> "k", 1);

    assertThat(treadle.submit(top, 1).get()).isEqualTo(1_000);
    Job<Object> refused =
        treadle.submit(
            OutcomeTest.task(
                    "holder",
                    Strategy.CPU,
                    i ->
                        JobContext.current()
                            .map(
                                OutcomeTest.task("late", Strategy.IO, x -> x).limit("shared", 1),
                                IntStream.range(0, 3_000).boxed())
                            .get()
                            .size())
                .limit("shared", 1),
            1);
    assertDeadlock(refused);
    assertThat(holder.name()).isEqualTo("item");
  }

  @Test
  void aJobCannotWaitForItself() {
    CompletableFuture<Job<Object>> self = new CompletableFuture<>();
    Job<Object> job =
        treadle.submit(OutcomeTest.task("self", Strategy.IO, i -> self.join().get()), 1);
    self.complete(job);

    assertDeadlock(job);
  }

  @Test
  void twoJobsCannotWaitForEachOther() {
    CompletableFuture<Job<Object>> first = new CompletableFuture<>();
    CompletableFuture<Job<Object>> second = new CompletableFuture<>();
    first.complete(
        treadle.submit(OutcomeTest.task("first", Strategy.ASYNC, i -> second.join().settled()), 1));
    second.complete(
        treadle.submit(OutcomeTest.task("second", Strategy.IO, i -> first.join().settled()), 1));

    List<Outcome<Object>> both = List.of(first.join().settled(), second.join().settled());
    assertThat(both).filteredOn(outcome -> outcome instanceof Outcome.Failed).hasSize(1);
  }

  @Test
  void jobsMayWaitForJobsOfAnotherTreadle() {
    try (Treadle other = Treadle.with().permits(Strategy.IO, 1).open()) {
      Job<Object> job =
          treadle.submit(
              OutcomeTest.task(
                  "here",
                  Strategy.IO,
                  i ->
                      other
                          .submit(() -> treadle.submit(() -> other.submit(() -> 42).get()).get())
                          .get()),
              1);

      assertThat(job.get()).isEqualTo(42);
    }
  }

  @Test
  void aJobThatFillsABoundedQueueLetsOthersUseItsSlot() {
    treadle.close();
    treadle = Treadle.with().permits(Strategy.IO, 1).queue("b", q -> q.bound(1)).open();
    AtomicInteger ran = new AtomicInteger();
    Task<Integer, Object> item =
        OutcomeTest.task("item", Strategy.IO, i -> ran.incrementAndGet()).queue("b");
    treadle
        .submit(
            OutcomeTest.task(
                "producer",
                Strategy.IO,
                n -> {
                  for (int i = 0; i < n; i++) {
                    JobContext.current().submit(item, i);
                  }
                  return n;
                }),
            200)
        .join();
    treadle.awaitIdle();

    assertThat(ran).hasValue(200);
  }

  @Test
  void aRaceInsideAJobGivesItsSlotAway() {
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                "outer",
                Strategy.IO,
                i -> treadle.race(OutcomeTest.task("runner", Strategy.IO, x -> x), List.of(5, 6))),
            1);

    assertThat(job.get()).isIn(5, 6);
  }

  @Test
  void aJobsInputOfAChildIsWaitedForInside() {
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                "outer",
                Strategy.CPU,
                n -> {
                  Jobs<Integer, Object> parts =
                      JobContext.current()
                          .map(
                              OutcomeTest.task("part", Strategy.CPU, i -> i),
                              IntStream.range(0, n).boxed().toList());
                  Task<List<Object>, Integer> size =
                      Task.cpu(
                          "size",
                          new dev.treadle.Type<List<Object>>() {},
                          Integer.class,
                          List::size);
                  return JobContext.current().submit(Submission.of(size, parts)).get();
                }),
            500);

    assertThat(job.get()).isEqualTo(500);
  }
}
