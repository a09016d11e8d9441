package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobInfo;
import dev.treadle.JobState;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Type;
import dev.treadle.WaitException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What close does on a store that outlives it: what runs is waited for and handed back, what does
/// not run stays as it is.
class DurableCloseTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch began = new CountDownLatch(1);
  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final AtomicInteger runs = new AtomicInteger();
  private final Task<Integer, Integer> echo = Task.io("echo", Integer.class, Integer.class, i -> i);
  private final Task<Integer, Integer> waits =
      Task.io(
          "waits",
          Integer.class,
          Integer.class,
          i -> {
            runs.incrementAndGet();
            began.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              interrupted.countDown();
              throw e;
            }
            return i;
          });
  private final BytesStore store = new BytesStore();

  @AfterEach
  void letGo() {
    release.countDown();
  }

  private Treadle open(BytesStore on, Duration drainFor) {
    return on.open(
        Treadle.with(echo, waits, stubborn, parent).permits(Strategy.IO, 1).drainFor(drainFor));
  }

  private final Task<Integer, Integer> stubborn =
      Task.cpu(
              "stubborn",
              Integer.class,
              Integer.class,
              i -> {
                int run = runs.incrementAndGet();
                began.countDown();
                while (run == 1 && release.getCount() > 0) {
                  Thread.onSpinWait();
                }
                return i;
              })
          .timeout(Duration.ofMillis(100))
          .retry(Retry.fixed(20, Duration.ZERO));

  private final Task<Integer, Long> parent =
      Task.cpu(
          "parent",
          Type.of(Integer.class),
          Type.of(Long.class),
          i -> {
            began.countDown();
            release.await();
            return JobContext.current().submit(echo, i).id();
          });

  private static CompletableFuture<Void> closing(Treadle treadle, Task<Integer, ?> task) {
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(treadle::close, Thread::startVirtualThread);
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> catchThrowable(() -> treadle.submit(task, 1)) instanceof RefusedException);
    return closed;
  }

  @Test
  void whatRunsIsWaitedForAndNothingElseIsStarted() throws Exception {
    Treadle treadle = open(store, Duration.ofSeconds(60));
    Job<Integer> running = treadle.submit(waits, 1);
    began.await();
    Job<Integer> available = treadle.submit(waits, 2);
    Job<Integer> held = treadle.submit(echo.with(3).held());
    Job<Integer> scheduled = treadle.submit(echo.with(4).delay(Duration.ofHours(1)));
    Job<Integer> blocked = treadle.submit(echo, scheduled);
    CompletableFuture<Void> closed = closing(treadle, echo);

    assertThat(closed).isNotDone();
    release.countDown();
    assertThat(closed).succeedsWithin(10, TimeUnit.SECONDS);

    assertThat(running.get()).isEqualTo(1);
    assertThat(runs).hasValue(1);
    try (Treadle again = store.reopened().open(echo)) {
      assertState(again, held, JobState.HELD);
      assertState(again, scheduled, JobState.SCHEDULED);
      assertState(again, blocked, JobState.BLOCKED);
      again.awaitIdle();
      assertState(again, available, JobState.HELD); // Its task is not known there.
    }
  }

  private static void assertState(Treadle treadle, Job<?> job, JobState state) {
    assertThat(treadle.job(job.id()).map(JobInfo::state)).contains(state);
  }

  @Test
  void whatRunsTooLongIsHandedBackAtNoCharge() throws Exception {
    Treadle treadle = open(store, Duration.ZERO);
    Job<Integer> job = treadle.submit(waits, 1);
    began.await();
    treadle.close();

    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(job.outcome()).isEmpty();
    release.countDown();
    try (Treadle again = store.reopened().open(Treadle.with(waits).lossBudget(0))) {
      Job<Integer> same = again.job(job.id(), waits).orElseThrow();
      assertThat(same.settled()).isEqualTo(new Outcome.Succeeded<>(1, 2));
      assertThat(same.attempts().getFirst().end())
          .isEqualTo(new Attempt.End.Lost("handed back at close", true));
    }
  }

  @Test
  void anInterruptedCloseHandsBackAtOnce() throws Exception {
    Treadle treadle = open(store, Duration.ofHours(1));
    Job<Integer> job = treadle.submit(waits, 1);
    began.await();
    Thread.currentThread().interrupt();
    treadle.close();

    assertThat(Thread.interrupted()).isTrue();
    release.countDown();
    try (Treadle again = open(store.reopened(), Duration.ZERO)) {
      assertThat(again.job(job.id(), waits).orElseThrow().get()).isEqualTo(1);
    }
  }

  @Test
  void whoWaitsForAJobThatGoesOnLaterIsTold() throws Exception {
    Treadle treadle = open(store, Duration.ZERO);
    Job<Integer> job = treadle.submit(echo.with(1).held());
    Jobs<Integer, Integer> jobs = treadle.map(waits, IntStream.range(0, 5_000).boxed().toList());
    CompletableFuture<Integer> future = job.toFuture();
    CompletableFuture<Throwable> one = caught(job::get);
    CompletableFuture<Throwable> all = caught(jobs::get);
    CompletableFuture<Throwable> race = caught(() -> treadle.race(waits, List.of(1, 2)));
    began.await();
    treadle.close();

    assertThat(one).succeedsWithin(10, TimeUnit.SECONDS).isInstanceOf(WaitException.class);
    assertThat(all).succeedsWithin(10, TimeUnit.SECONDS).isInstanceOf(WaitException.class);
    assertThat(race)
        .succeedsWithin(10, TimeUnit.SECONDS)
        .isInstanceOfAny(WaitException.class, RefusedException.class);
    assertThat(future)
        .failsWithin(10, TimeUnit.SECONDS)
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withCauseInstanceOf(WaitException.class);
    assertThat(catchThrowable(job::get)).isInstanceOf(WaitException.class);
    assertThat(catchThrowable(jobs::settled)).isInstanceOf(WaitException.class);
  }

  private static CompletableFuture<Throwable> caught(Runnable wait) {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread.startVirtualThread(() -> thrown.complete(catchThrowable(wait::run)));
    return thrown;
  }

  @Test
  void whatRunsMayStillSubmitChildren() throws Exception {
    Treadle treadle = open(store, Duration.ofSeconds(60));
    Job<Long> job = treadle.submit(parent, 7);
    began.await();
    CompletableFuture<Void> closed = closing(treadle, echo);
    release.countDown();
    assertThat(closed).succeedsWithin(10, TimeUnit.SECONDS);

    try (Treadle again = store.reopened().open(echo)) {
      assertThat(again.job(job.get(), echo).orElseThrow().get()).isEqualTo(7);
    }
  }

  @Test
  void abandonedCodeIsLeftAndItsJobTriedAgain() throws Exception {
    Treadle treadle = open(store, Duration.ofSeconds(60));
    Job<Integer> job = treadle.submit(stubborn, 1);
    treadle.awaitIdle();
    assertThat(job.attempts().getLast().abandoned()).isTrue();
    treadle.close();

    try (Treadle again = open(store.reopened(), Duration.ZERO)) {
      Job<Integer> same = again.job(job.id(), stubborn).orElseThrow();
      assertThat(same.settled()).isInstanceOf(Outcome.Succeeded.class);
      assertThat(same.attempts().getFirst().end()).isInstanceOf(Attempt.End.TimedOut.class);
    }
  }

  @Test
  void afterADrainNothingIsLost() throws Exception {
    Treadle treadle = open(store, Duration.ofSeconds(60));
    Job<Integer> running = treadle.submit(waits, 1);
    began.await();
    assertThat(treadle.drain(Duration.ZERO)).isFalse();
    Job<Integer> after = treadle.submit(echo, 2);
    release.countDown();
    assertThat(treadle.drain(Duration.ofSeconds(60))).isTrue();
    treadle.close();

    assertThat(running.get()).isEqualTo(1);
    try (Treadle again = store.reopened().open(echo)) {
      assertThat(again.job(after.id(), echo).orElseThrow().get()).isEqualTo(2);
    }
  }
}
