package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobState;
import dev.treadle.Reason;
import dev.treadle.RefusedException;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Where and how long jobs wait: queues, ranks, delays, holds and keys.
class QueueTest {
  private final ManualClock clock = new ManualClock();
  private final CountDownLatch release = new CountDownLatch(1);
  private final List<Integer> order = Collections.synchronizedList(new ArrayList<>());
  private final Treadle treadle =
      Treadle.with()
          .clock(clock)
          .permits(Strategy.CPU, 1)
          .queue("two", q -> q.bound(2))
          .queue("refusing", q -> q.bound(2).refuseWhenFull())
          .queue("lane", q -> q.limit(1))
          .open();
  private final Task<Integer, Object> noting =
      OutcomeTest.task(
          "noting",
          Strategy.CPU,
          i -> {
            order.add(i);
            return i;
          });
  private final Task<Integer, Object> waiting =
      OutcomeTest.task(
          "waiting",
          Strategy.IO,
          i -> {
            release.await();
            return i;
          });

  @AfterEach
  void close() {
    release.countDown();
    treadle.resume("default");
    treadle.resume("two");
    treadle.close();
  }

  @Test
  void jobsStartInTheOrderOfTheirRank() {
    record Rank(int index, long at) {}
    List<Rank> expected = new ArrayList<>();
    Random random = new Random(5);
    treadle.pause("default");
    for (int i = 0; i < 300; i++) {
      int priority = random.nextInt(10);
      treadle.submit(noting.with(i).priority(priority));
      expected.add(new Rank(i, clock.instant().toEpochMilli() + priority * 3_600_000L));
      clock.advance(Duration.ofMinutes(random.nextInt(40)));
    }
    treadle.resume("default");
    treadle.awaitIdle();

    expected.sort(Comparator.comparingLong(Rank::at));
    assertThat(order).isEqualTo(expected.stream().map(Rank::index).toList());
  }

  @Test
  void aDelayedJobRanksFromItsDueTime() {
    treadle.pause("default");
    treadle.submit(noting.with(1).delay(Duration.ofHours(2)));
    clock.advance(Duration.ofHours(3));
    treadle.submit(noting, 2);
    treadle.submit(noting.with(3).priority(2));
    treadle.resume("default");
    treadle.awaitIdle();

    assertThat(order).containsExactly(3, 1, 2);
  }

  @Test
  void aDelayedJobStartsWhenItsTimeHasComeAndNotBefore() {
    Job<Object> job = treadle.submit(noting.with(1).delay(Duration.ofMinutes(5)));
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(job.why().kind()).isEqualTo(Reason.Kind.TIME);
    clock.advance(Duration.ofMinutes(5).minusNanos(1_000));
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    clock.advance(Duration.ofNanos(1_000));

    assertThat(job.get()).isEqualTo(1);
  }

  @Test
  void aClockThatJumpsBackHoldsUpOnlyWhatIsNotDue() {
    Job<Object> delayed = treadle.submit(noting.with(1).delay(Duration.ofMinutes(5)));
    clock.set(ManualClock.START.minus(Duration.ofDays(1)));
    assertThat(treadle.submit(noting, 2).get()).isEqualTo(2);
    assertThat(delayed.state()).isEqualTo(JobState.SCHEDULED);
    clock.advance(Duration.ofDays(1).plusMinutes(5));

    assertThat(delayed.get()).isEqualTo(1);
  }

  @Test
  void aHeldJobWaitsForItsReleaseEvenWhenItsTimeHasCome() {
    Job<Object> job = treadle.submit(noting.with(1).held().delay(Duration.ofHours(1)));
    Job<Object> other = treadle.submit(noting.with(2).delay(Duration.ofHours(1)));
    other.hold();
    clock.advance(Duration.ofHours(2));
    assertThat(List.of(job, other))
        .allMatch(it -> it.state() == JobState.HELD)
        .allMatch(it -> it.why().kind() == Reason.Kind.HELD);
    other.release();
    job.release();

    assertThat(job.get()).isEqualTo(1);
    assertThat(order).containsExactly(2, 1);
    assertThatThrownBy(job::hold)
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.WRONG_STATE));
    assertThatThrownBy(job::release).isInstanceOf(RefusedException.class);
  }

  @Test
  void aPausedQueueStartsNothingAndSaysSo() {
    treadle.pause("two");
    Job<Object> job = treadle.submit(noting.queue("two"), 1);
    assertThat(treadle.submit(noting, 2).get()).isEqualTo(2);
    assertThat(job.state()).isEqualTo(JobState.AVAILABLE);
    assertThat(job.why().kind()).isEqualTo(Reason.Kind.PAUSED);
    treadle.resume("two");

    assertThat(job.get()).isEqualTo(1);
  }

  @Test
  void aFullQueueBlocksSubmitUntilAJobStarts() {
    treadle.pause("two");
    treadle.submit(noting.queue("two"), 1);
    Job<Object> held = treadle.submit(noting.queue("two").with(2).held());
    CompletableFuture<Job<Object>> third =
        CompletableFuture.supplyAsync(
            () -> treadle.submit(noting.queue("two"), 3), Thread::startVirtualThread);
    assertThat(treadle.submit(noting, 9).get()).isEqualTo(9);
    assertThat(third).isNotDone();
    held.cancel();

    assertThat(third).succeedsWithin(10, TimeUnit.SECONDS);
  }

  @Test
  void aQueueThatRefusesSaysThatItIsFullAndKeepsNothing() {
    treadle.pause("refusing");
    treadle.submit(noting.queue("refusing"), 1);
    treadle.submit(noting.queue("refusing"), 2);

    assertThatThrownBy(() -> treadle.submit(noting.queue("refusing"), 3))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.QUEUE_FULL))
        .hasMessageContaining("refusing");
    treadle.resume("refusing");
    treadle.awaitIdle();
    assertThat(order).containsExactly(1, 2);
  }

  @Test
  void theLimitOfAQueueHoldsAndIsTheReason() {
    Job<Object> first = treadle.submit(waiting.queue("lane"), 1);
    Job<Object> second = treadle.submit(waiting.queue("lane"), 2);
    Awaitility.await().until(() -> first.state() == JobState.RUNNING);

    assertThat(second.state()).isEqualTo(JobState.AVAILABLE);
    assertThat(second.why().kind()).isEqualTo(Reason.Kind.QUEUE);
    release.countDown();
    assertThat(second.get()).isEqualTo(2);
  }

  @Test
  void aKeyIsUniqueAmongTheJobsOfATaskThatHaveNotEnded() {
    Job<Object> first = treadle.submit(waiting.with(1).key("k"));
    Job<Object> same = treadle.submit(waiting.with(2).key("k"));
    Job<Object> otherTask = treadle.submit(noting.with(3).key("k"));

    assertThat(same.id()).isEqualTo(first.id());
    assertThat(otherTask.id()).isNotEqualTo(first.id());
    assertThat(first.info().key()).isEqualTo("k");
    assertThatThrownBy(() -> treadle.submit(waiting.with(2).key("k", IfTaken.REJECT)))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.KEY_TAKEN));
    release.countDown();
    assertThat(same.get()).isEqualTo(1);
    assertThat(treadle.submit(waiting.with(2).key("k")).get()).isEqualTo(2);
  }

  @Test
  void onceCountsJobsThatHaveEnded() {
    Job<Object> first = treadle.submit(noting.with(1).key("k").once());
    first.join();

    assertThat(treadle.submit(noting.with(2).key("k").once()).get()).isEqualTo(1);
    assertThatThrownBy(() -> treadle.submit(noting.with(2).key("k", IfTaken.REJECT).once()))
        .isInstanceOf(RefusedException.class);
    assertThat(order).containsExactly(1);
  }

  @Test
  void aJobThatReplacesStartsWhenTheOldOneHasEnded() {
    CountDownLatch began = new CountDownLatch(1);
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Task<Integer, Object> task =
        OutcomeTest.task(
            "r",
            Strategy.IO,
            i -> {
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              try {
                if (i == 0) {
                  TimeoutTest.ignoreUntil(began, release);
                  throw new IllegalStateException("asked to go");
                }
                return i;
              } finally {
                atOnce.decrementAndGet();
              }
            });
    Job<Object> first = treadle.submit(task.with(0).key("k", IfTaken.REPLACE));
    assertThat(began).satisfies(CountDownLatch::await);
    Job<Object> second = treadle.submit(task.with(1).key("k", IfTaken.REPLACE));
    Job<Object> third = treadle.submit(task.with(2).key("k", IfTaken.REPLACE));

    assertThat(second.state()).isEqualTo(JobState.CANCELLED);
    assertThat(third.state()).isEqualTo(JobState.BLOCKED);
    assertThat(third.why().text())
        .contains("job " + first.id() + " (r, running), which it replaces");
    release.countDown();
    assertThat(third.get()).isEqualTo(2);
    assertThat(first.state()).isEqualTo(JobState.CANCELLED);
    assertThat(most).hasValue(1);
  }
}
