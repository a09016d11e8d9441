package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/// The ways out: what close, awaitIdle and drain wait for, and what becomes of the rest.
class CloseTest {
  @Test
  void closeInsideAListenerIsRefused() {
    AtomicReference<Treadle> closing = new AtomicReference<>();
    AtomicReference<Throwable> refusal = new AtomicReference<>();
    Listener listener =
        new Listener() {
          @Override
          public void jobEnded(long id, String task, Outcome<?> outcome) {
            try {
              closing.get().close();
            } catch (Throwable thrown) {
              refusal.set(thrown);
            }
          }
        };
    try (Treadle one = Treadle.with().listener(listener).open()) {
      closing.set(one);
      assertThat(one.submit(() -> 1).get()).isEqualTo(1);
    }
    assertThat(refusal.get())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("close() inside a listener");
  }

  private final ManualClock clock = new ManualClock();
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch began = new CountDownLatch(1);
  private final Task<Integer, Object> echo = OutcomeTest.task("echo", Strategy.IO, i -> i);
  private Treadle treadle =
      Treadle.with()
          .clock(clock)
          .permits(Strategy.IO, 2)
          .permits(Strategy.CPU, 1)
          .queue("small", q -> q.bound(2))
          .grace(Duration.ofSeconds(1))
          .open();

  @AfterEach
  void close() {
    release.countDown();
    treadle.close();
  }

  private Job<Object> waiting() {
    return treadle.submit(
        OutcomeTest.task(
            "waiting",
            Strategy.IO,
            i -> {
              began.countDown();
              release.await();
              return i;
            }),
        1);
  }

  private CompletableFuture<Void> closing() {
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(treadle::close, Thread::startVirtualThread);
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> catchThrowable(() -> treadle.submit(() -> 1)) instanceof RefusedException);
    return closed;
  }

  private static void assertClosed(Job<?> job) {
    assertThat(job.outcome())
        .get()
        .isInstanceOfSatisfying(
            Outcome.Cancelled.class, it -> assertThat(it.cause()).isEqualTo("closed"));
  }

  @Test
  void closeFinishesWhatIsAvailableAndCancelsWhatIsNot() {
    treadle.pause("paused");
    List<Job<Object>> rest = new ArrayList<>();
    rest.add(treadle.submit(echo.with(1).delay(Duration.ofHours(1))));
    rest.add(treadle.submit(echo.with(1).held()));
    rest.add(treadle.submit(OutcomeTest.task("p", Strategy.CPU, i -> i).queue("paused"), 1));
    rest.add(treadle.submit(echo, (Job<Integer>) (Job<?>) rest.getFirst()));
    Job<Object> retrying =
        treadle.submit(
            OutcomeTest.task(
                    "r",
                    Strategy.CPU,
                    i -> {
                      throw new IllegalStateException();
                    })
                .retry(Retry.fixed(3, Duration.ofHours(1))),
            1);
    rest.add(retrying);
    Awaitility.await().until(() -> retrying.state() == JobState.SCHEDULED);
    List<Job<Object>> available =
        IntStream.range(0, 500)
            .mapToObj(i ->
                treadle.submit(
                    OutcomeTest.task("a" + i % 3, OutcomeTest.IN_THIS_JVM.get(i % 3), x -> x), i))
            .toList();
    Job<Object> unblocked = treadle.submit(echo, (Job<Integer>) (Job<?>) available.getLast());
    assertThat(treadle.awaitIdle(Duration.ofDays(1))).isTrue();
    assertThat(rest).allMatch(job -> job.outcome().isEmpty());
    treadle.close();

    assertThat(available).allMatch(job -> job.state() == JobState.SUCCEEDED);
    assertThat(unblocked.state()).isEqualTo(JobState.SUCCEEDED);
    rest.forEach(CloseTest::assertClosed);
    treadle.close();
  }

  @Test
  void runningJobsMaySubmitChildrenWhileOutsideSubmitsAreRefused() throws Exception {
    Job<Object> parent =
        treadle.submit(
            OutcomeTest.task(
                "parent",
                Strategy.IO,
                i -> {
                  began.countDown();
                  release.await();
                  Job<Object> child = JobContext.current().submit(echo, 41);
                  return (Integer) child.get()
                      + (Integer) JobContext.current().map(echo, List.of(1)).get().getFirst();
                }),
            1);
    began.await();
    CompletableFuture<Void> closed = closing();
    assertThatThrownBy(() -> treadle.submit(echo, 1))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.CLOSED));
    assertThatThrownBy(() -> treadle.map(echo, List.of(1))).isInstanceOf(RefusedException.class);
    assertThat(closed).isNotDone();
    release.countDown();

    assertThat(closed).succeedsWithin(10, TimeUnit.SECONDS);
    assertThat(parent.outcome()).contains(new Outcome.Succeeded<>(42, 1));
  }

  @Test
  void childrenThatNobodyWaitsForAreFinishedToo() {
    AtomicInteger leaves = new AtomicInteger();
    treadle.submit(tree(leaves), 6);
    treadle.close();

    assertThat(leaves).hasValue(64);
  }

  private Task<Integer, Object> tree(AtomicInteger leaves) {
    return OutcomeTest.task(
        "tree",
        Strategy.CPU,
        depth -> {
          if (depth == 0) {
            return leaves.incrementAndGet();
          }
          JobContext.current().submit(tree(leaves), depth - 1);
          JobContext.current().submit(tree(leaves), depth - 1);
          return null;
        });
  }

  @Test
  void insideAJobTheWaysOutAreRefused() {
    assertThatThrownBy(() -> treadle.submit(treadle::close).join())
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("close()");
    assertThatThrownBy(() -> treadle.submit(() -> treadle.awaitIdle()).join())
        .cause()
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> treadle.submit(() -> treadle.drain(Duration.ZERO)).join())
        .cause()
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anInterruptDuringCloseCancelsEverythingAndIsKept() throws Exception {
    Job<Object> job = waiting();
    began.await();
    CompletableFuture<Boolean> status = new CompletableFuture<>();
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              treadle.close();
              status.complete(Thread.currentThread().isInterrupted());
            });
    closer.interrupt();

    assertThat(status).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(true);
    assertThat(job.settled()).isEqualTo(new Outcome.Cancelled<>("closed", null, 1));
  }

  @Test
  void abandonedCodeIsNotWaitedFor() throws Exception {
    Job<Object> job =
        treadle.submit(
            OutcomeTest.task(
                    "stubborn",
                    Strategy.CPU,
                    i -> {
                      TimeoutTest.ignoreUntil(began, release);
                      return i;
                    })
                .timeout(Duration.ofSeconds(1)),
            1);
    began.await();
    clock.advance(Duration.ofSeconds(1));
    clock.advance(Duration.ofSeconds(1));
    assertThat(job.outcome()).get().isInstanceOf(Outcome.Failed.class);
    assertThat(treadle.awaitIdle(Duration.ZERO)).isTrue();
    treadle.close();
  }

  @Test
  void jobsThatWaitForARateAreAvailableAndWaitedFor() {
    Task<Integer, Object> rated =
        OutcomeTest.task("rated", Strategy.IO, i -> i).rate(1, Duration.ofMinutes(1));
    List<Job<Object>> jobs = IntStream.range(0, 3).mapToObj(i -> treadle.submit(rated, i)).toList();
    jobs.getFirst().join();
    CompletableFuture<Void> closed = closing();
    assertThat(jobs.get(1).state()).isEqualTo(JobState.AVAILABLE);
    clock.advance(Duration.ofMinutes(1));
    jobs.get(1).join();
    clock.advance(Duration.ofMinutes(1));

    assertThat(closed).succeedsWithin(10, TimeUnit.SECONDS);
    assertThat(jobs).allMatch(job -> job.state() == JobState.SUCCEEDED);
  }

  @ParameterizedTest
  @InThisJvm
  void aMapInAQueueThatIsFullAndPausedIsEndedByClose(Strategy strategy) {
    treadle.pause("small");
    Jobs<Integer, Object> jobs =
        treadle.map(
            OutcomeTest.task("s", strategy, i -> i).queue("small"), IntStream.range(0, 9).boxed());
    Awaitility.await().until(() -> treadle.counts().get(JobState.AVAILABLE) == 2);
    treadle.awaitIdle();
    treadle.close();

    assertThatThrownBy(jobs::settled).hasMessageContaining("closed before all were pulled");
    assertThat(treadle.counts()).containsEntry(JobState.AVAILABLE, 0L);
    assertThat(treadle.counts().get(JobState.CANCELLED)).isBetween(2L, 3L);
  }

  @Test
  void whoIsBlockedInSubmitIsRefusedByClose() {
    treadle.pause("small");
    Task<Integer, Object> small = echo.queue("small");
    treadle.submit(small, 1);
    treadle.submit(small, 2);
    CompletableFuture<Job<Object>> third = new CompletableFuture<>();
    Thread blocked =
        Thread.startVirtualThread(
            () -> third.completeAsync(() -> treadle.submit(small, 3), Runnable::run));
    // Before it waits there, it may yet come in, and its job is cancelled.
    Awaitility.await().until(() -> blocked.getState() == Thread.State.WAITING);
    treadle.close();

    assertThat(third)
        .failsWithin(10, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(RefusedException.class);
  }

  @Test
  void drainFinishesWhatRunsAndLeavesTheRestWhereItIs() throws Exception {
    Job<Object> first = waiting();
    Job<Object> second = waiting();
    Job<Object> third = treadle.submit(echo, 1);
    began.await();
    Awaitility.await().until(() -> treadle.counts().get(JobState.RUNNING) == 2);
    CompletableFuture<Boolean> drained =
        CompletableFuture.supplyAsync(
            () -> treadle.drain(Duration.ofDays(1)), Thread::startVirtualThread);
    Awaitility.await()
        .until(() -> {
          Job<Object> probe = treadle.submit(OutcomeTest.task("probe", Strategy.ASYNC, i -> i), 1);
          return probe.state() == JobState.AVAILABLE;
        });
    release.countDown();

    assertThat(drained).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(true);
    assertThat(first.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(second.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(third.state()).isEqualTo(JobState.AVAILABLE);
    treadle.close();
    assertClosed(third);
  }

  @Test
  void drainThatRunsOutOfTimeSaysSo() throws Exception {
    Job<Object> job = waiting();
    began.await();

    assertThat(treadle.drain(Duration.ZERO)).isFalse();
    release.countDown();
    assertThat(job.get()).isEqualTo(1);
  }

  @Test
  void aDrainedJobThatWaitsForAChildIsFreedByClose() throws Exception {
    Job<Object> parent =
        treadle.submit(
            OutcomeTest.task(
                "parent",
                Strategy.IO,
                i -> {
                  began.countDown();
                  release.await();
                  return JobContext.current().submit(echo, 1).get();
                }),
            1);
    began.await();
    assertThat(treadle.drain(Duration.ZERO)).isFalse();
    release.countDown();
    treadle.close();

    assertThat(parent.outcome()).isPresent().get().isNotInstanceOf(Outcome.Succeeded.class);
  }

  @Test
  void noThreadIsLeftBehind() {
    treadle.close();
    Treadle other = Treadle.with().permits(Strategy.CPU, 4).open();
    String node = other.submit(Task.cpu("name", () -> Thread.currentThread().getName())).get();
    String prefix = node.substring(0, node.indexOf("-cpu") + 1);
    List<Job<Object>> jobs =
        IntStream.range(0, 100)
            .mapToObj(i -> other.submit(OutcomeTest.task("w", Strategy.CPU, x -> x), i))
            .toList();
    other.close();

    assertThat(jobs).allMatch(job -> job.state() == JobState.SUCCEEDED);
    Awaitility.await()
        .untilAsserted(() ->
            assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith(prefix)));
  }

  @Test
  void aTreadleThatOnlySubmitsCancelsAllWhenItCloses() {
    try (Treadle only = Treadle.with(echo).submitOnly().open()) {
      Job<Object> job =
          only.submit(
              Submission.of(
                  echo, only.submit(Task.io("i", Integer.class, Integer.class, i -> i), 1)));
      assertThat(only.awaitIdle(Duration.ofSeconds(1))).isTrue();
      only.close();
      assertClosed(job);
    }
  }

  @Test
  void neitherCancelNorCloseWaitsForASourceThatBlocks() {
    CountDownLatch never = new CountDownLatch(1);
    Treadle mine = Treadle.open();
    Jobs<Integer, Integer> jobs =
        mine.map(
            Task.<Integer, Integer>io(i -> i),
            Stream.iterate(0, i -> i + 1)
                .peek(i -> {
                  while (i == 5 && never.getCount() > 0) {
                    // A source that does not even mind being interrupted.
                    LockSupport.parkNanos(1_000_000);
                  }
                }));
    Awaitility.await().until(() -> jobs.progress().done() == 5);

    jobs.cancel();
    assertThat(jobs.settled()).hasSize(5);
    mine.close();
    never.countDown();
  }
}
