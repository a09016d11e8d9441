package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobFailedException;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.WaitException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The defects of the tutorial's code, row by row of `docs/reference/tutorial-defects.md`, each
/// shown not to be here. Rows about processes, files and the command line have their tests there.
class TutorialDefectsTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private Treadle treadle =
      Treadle.with()
          .permits(Strategy.CPU, 2)
          .permits(Strategy.IO, 2)
          .queue("bounded", q -> q.bound(10))
          .grace(Duration.ofMillis(20))
          .open();

  @AfterEach
  void close() {
    release.countDown();
    treadle.close();
  }

  @Test
  void row1LambdasAndClosuresRunAndNothingIsLostInSilence() {
    int captured = 20;

    assertThat(treadle.submit(() -> captured + 1).get()).isEqualTo(21);
    assertThat(treadle.map(Task.cpu((Integer i) -> i * captured), List.of(1, 2)).get())
        .containsExactly(20, 40);
  }

  @Test
  void row2ResultsAreWaitedForAndNeverReportedAsAbsent() {
    Task<Integer, Object> slow =
        OutcomeTest.task(
            "slow",
            Strategy.CPU,
            i -> {
              release.await();
              return i;
            });
    Job<Object> job = treadle.submit(slow, 4);
    assertThat(job.outcome()).isEmpty();
    assertThatThrownBy(() -> job.get(Duration.ofMillis(1))).isInstanceOf(WaitException.class);
    release.countDown();

    assertThat(job.get()).isEqualTo(4);
    assertThat(treadle.map(slow, List.of(1, 2, 3, 4)).get()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void row3EachResultIsAttributedToItsJobAndInTheOrderOfTheInputs() {
    Task<Integer, Object> sleeper =
        OutcomeTest.task(
            "sleeper",
            Strategy.IO,
            i -> {
              Thread.sleep(i);
              return "slept " + i;
            });
    List<Job<Object>> jobs =
        List.of(30, 10, 20).stream().map(i -> treadle.submit(sleeper, i)).toList();

    assertThat(jobs.stream().map(Job::get)).containsExactly("slept 30", "slept 10", "slept 20");
    assertThat(jobs).extracting(Job::id).doesNotHaveDuplicates();
    assertThat(treadle.map(sleeper, List.of(30, 10, 20)).get())
        .containsExactly("slept 30", "slept 10", "slept 20");
    assertThat(treadle.job(jobs.get(1).id(), sleeper).orElseThrow().get()).isEqualTo("slept 10");
  }

  @Test
  void row4AnExceptionIsNoValueAndKeepsItsStack() {
    Job<Object> boom =
        treadle.submit(
            OutcomeTest.task(
                "boom",
                Strategy.CPU,
                i -> {
                  throw new IllegalArgumentException("boom");
                }),
            1);

    assertThat(boom.settled()).isInstanceOf(Outcome.Failed.class);
    assertThatThrownBy(boom::get)
        .isInstanceOf(JobFailedException.class)
        .cause()
        .hasMessage("boom")
        .satisfies(cause ->
            assertThat(cause.getStackTrace()[0].getClassName())
                .startsWith(TutorialDefectsTest.class.getName()));
  }

  @Test
  void row6WhateverATaskThrowsItsWorkerLivesOn() {
    for (Throwable any :
        List.of(
            new Error("like sys.exit()"),
            new ThreadDeath(),
            new OutOfMemoryError("by hand"),
            new InterruptedException())) {
      for (Strategy strategy : OutcomeTest.IN_THIS_JVM) {
        assertThat(
                treadle
                    .submit(
                        OutcomeTest.task(
                            "exits",
                            strategy,
                            i -> {
                              throw OutcomeTest.sneaky(any);
                            }),
                        1)
                    .settled())
            .isInstanceOf(Outcome.Failed.class);
      }
    }
    assertThat(treadle.map(OutcomeTest.task("next", Strategy.CPU, i -> i), List.of(1, 2, 3)).get())
        .containsExactly(1, 2, 3);
  }

  @Test
  void row7AResultThatCannotBeSerialisedComesBackAsTheObjectItIs() {
    Thread unserialisable = Thread.ofVirtual().unstarted(() -> {});

    assertThat(treadle.submit(() -> unserialisable).get()).isSameAs(unserialisable);
  }

  @Test
  void row8AnExceptionWithAnOddConstructorComesBackAndStrandsNoOther() {
    Task<Integer, Object> task =
        OutcomeTest.task(
            "odd",
            Strategy.IO,
            i -> {
              if (i == 1) {
                throw new OutcomeTest.Odd(1, "two");
              }
              return i;
            });
    List<Outcome<Object>> all = treadle.map(task, List.of(0, 1, 2)).settled();

    assertThat(all.get(0).orElseThrow()).isEqualTo(0);
    assertThat(all.get(1))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.cause()).isInstanceOf(OutcomeTest.Odd.class));
    assertThat(all.get(2).orElseThrow()).isEqualTo(2);
  }

  @Test
  void row9CloseBeforeTheResultsAreReadNeitherHangsNorLosesThem() {
    List<Job<byte[]>> jobs =
        IntStream.range(0, 4).mapToObj(i -> treadle.submit(() -> new byte[10_000_000])).toList();
    treadle.close();

    assertThat(jobs).allSatisfy(job -> assertThat(job.get()).hasSize(10_000_000));
  }

  @Test
  void row10NullIsAnInputAndNoSignalAndNoTaskIsRefusedAtOnce() {
    Task<Integer, Object> echo = OutcomeTest.task("echo", Strategy.CPU, i -> i);
    assertThat(treadle.submit(echo, (Integer) null).get()).isNull();
    assertThatThrownBy(() -> treadle.submit((Task<Integer, Object>) null, 1))
        .isInstanceOf(NullPointerException.class);

    assertThat(treadle.map(echo, List.of(1, 2, 3)).get()).containsExactly(1, 2, 3);
  }

  @Test
  void row11ARunawayIsCancelledTimedOutAndBlocksNoClose() {
    Job<Object> heeding =
        treadle.submit(
            OutcomeTest.task(
                "heeding",
                Strategy.CPU,
                i -> {
                  new CountDownLatch(1).await();
                  return i;
                }),
            1);
    heeding.cancel();
    assertThat(heeding.settled()).isInstanceOf(Outcome.Cancelled.class);
    CountDownLatch began = new CountDownLatch(1);
    Job<Object> stubborn =
        treadle.submit(
            OutcomeTest.task(
                    "stubborn",
                    Strategy.CPU,
                    i -> {
                      TimeoutTest.ignoreUntil(began, release);
                      return i;
                    })
                .timeout(Duration.ofMillis(20)),
            1);

    assertThat(stubborn.settled())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.reason()).isEqualTo(Outcome.Failed.Reason.TIMED_OUT));
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(treadle::close, Thread::startVirtualThread);
    assertThat(closed).succeedsWithin(10, TimeUnit.SECONDS);
  }

  @Test
  void row12UrgentJobsOvertake() {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    Task<Integer, Object> task = OutcomeTest.task("ranked", Strategy.IO, order::add).queue("lane");
    treadle.close();
    treadle = Treadle.with().queue("lane", q -> q.limit(1)).open();
    treadle.pause("lane");
    for (int priority : List.of(9, 5, 0, 7)) {
      treadle.submit(task.with(priority).priority(priority));
    }
    treadle.resume("lane");
    treadle.awaitIdle();

    assertThat(order).containsExactly(0, 5, 7, 9);
  }

  @Test
  void row13ABoundedQueueHoldsTheSubmitterBack() {
    treadle.pause("bounded");
    Task<Integer, Object> task = OutcomeTest.task("t", Strategy.IO, i -> i).queue("bounded");
    for (int i = 0; i < 10; i++) {
      treadle.submit(task, i);
    }
    CompletableFuture<Job<Object>> eleventh =
        CompletableFuture.supplyAsync(() -> treadle.submit(task, 11), Thread::startVirtualThread);
    assertThatThrownBy(() -> eleventh.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(Exception.class);
    assertThat(treadle.counts()).containsEntry(JobState.AVAILABLE, 10L);
    treadle.resume("bounded");

    assertThat(eleventh.join().get()).isEqualTo(11);
  }

  @Test
  void row14ASubmitAfterCloseIsRefused() {
    treadle.close();

    assertThatThrownBy(() -> treadle.submit(() -> 1))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.CLOSED));
  }

  @Test
  void row17RetriesResultsByIdMetricsArgumentsAndAContextManagerAreThere() {
    List<Integer> runs = Collections.synchronizedList(new ArrayList<>());
    record Arguments(int a, int b) {}
    Task<Arguments, Object> task =
        Task.cpu(
                "flaky",
                Arguments.class,
                Object.class,
                (Task.Body<Arguments, Object>)
                    arguments -> {
                      runs.add(arguments.a);
                      if (runs.size() < 3) {
                        throw new IllegalStateException("run " + runs.size());
                      }
                      return arguments.a + arguments.b;
                    })
            .retry(Retry.fixed(5, Duration.ZERO));
    long id;
    try (Treadle scoped = Treadle.open(task)) {
      Job<Object> job = scoped.submit(task.with(new Arguments(1, 2)).key("once").once());
      assertThat(job.get()).isEqualTo(3);
      id = job.id();
      assertThat(scoped.submit(task.with(new Arguments(1, 2)).key("once").once()).id())
          .isEqualTo(id);
      assertThat(scoped.job(id).orElseThrow().attempts())
          .hasSize(3)
          .allMatch(attempt -> attempt.cpu().isPresent());
      assertThat(scoped.counts()).containsEntry(JobState.SUCCEEDED, 1L);
      assertThat(scoped.jobs(JobQuery.ALL.task("flaky"))).hasSize(1);
    }
    assertThat(runs).hasSize(3);
  }

  @Test
  void row18AMapEndsAndLaterSubmitsWorkWhateverBecameOfAnItem() {
    Task<Integer, Object> task =
        OutcomeTest.task(
            "mortal",
            Strategy.CPU,
            i -> {
              if (i % 10 == 0) {
                throw new InternalError("worker died of " + i);
              }
              return i;
            });
    List<Outcome<Object>> all =
        treadle.map(task, IntStream.range(0, 100).boxed().toList()).settled();

    assertThat(all).filteredOn(outcome -> outcome instanceof Outcome.Failed).hasSize(10);
    assertThat(treadle.submit(task, 1).get()).isEqualTo(1);
  }

  @Test
  void row19AnExceptionKillsNoWorkerIsToldAndCloseCutsNoTaskShort() {
    Job<Object> failed =
        treadle.submit(
            OutcomeTest.task(
                "fails",
                Strategy.IO,
                i -> {
                  throw new IllegalStateException("told");
                }),
            1);
    Job<Object> after =
        treadle.submit(
            OutcomeTest.task(
                "after",
                Strategy.IO,
                i -> {
                  Thread.sleep(30);
                  return "to its end";
                }),
            1);
    treadle.close();

    assertThatThrownBy(failed::get).hasRootCauseMessage("told");
    assertThat(after.get()).isEqualTo("to its end");
  }
}
