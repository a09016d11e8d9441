package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt.End;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Strategy;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.Next;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Ends: fences, cancels, children and what attempts are charged with.
interface EndContract extends StoreScenario {
  Duration SOON = Duration.ofMinutes(1);

  @Test
  default void finishingTwiceChangesNothing() {
    Receipt job = insert(job());
    Claimed running = claim(job);

    assertThat(
            store().finish(List.of(success(running, "first"), failure(running, "second", false))))
        .containsExactly(true, false);
    assertThat(failWith(running, "third")).isFalse();
    assertThat(outcome(job)).isEqualTo(new Outcome.Succeeded<>("first", 1));
    assertThat(info(job).attempts()).hasSize(1);
  }

  @Test
  default void anOldFenceChangesNothing() {
    limit("db", 1);
    Receipt job = insert(job().limit("db"));
    Claimed old = claim(job);
    retry(old, Duration.ZERO);
    Claimed current = claim(job);
    assertThat(current.fence()).isNotEqualTo(old.fence());

    assertThat(succeed(old, "late")).isFalse();
    assertThat(retry(old, Duration.ZERO)).isFalse();
    assertThat(store().abandon(old.id(), old.fence())).isFalse();
    store().returned(old.id(), old.fence());
    store().note(old.id(), old.fence(), new Progress(1, 2, 0), List.of("late"));
    assertThat(store().beginWait(old.id(), old.fence(), List.of())).isNull();
    AtomicInteger granted = new AtomicInteger();
    store().endWait(old.id(), old.fence(), granted::incrementAndGet);
    assertThat(granted).hasValue(1);
    assertThat(offer(job("child").childOf(old))).isInstanceOf(Inserted.ParentEnded.class);

    assertThat(state(job)).isEqualTo(JobState.RUNNING);
    assertThat(info(job).progress()).isEqualTo(Progress.NONE);
    assertThat(info(job).log()).isEmpty();
    assertThat(info(job).attempts().getLast().abandoned()).isFalse();
    assertThat(info(job).attemptCount()).isEqualTo(2);
    insert(job().limit("db"));
    nothingToClaim();
    assertThat(succeed(current, "in time")).isTrue();
  }

  @Test
  default void aFenceThatNeverWasChangesNothing() {
    Claimed running = running(job());
    Claimed made =
        new Claimed(
            running.id(),
            running.fence() + 1,
            running.task(),
            running.queue(),
            null,
            running.attempt(),
            0,
            0,
            running.available(),
            running.started(),
            running.deadline(),
            null,
            null,
            null);

    assertThat(succeed(made)).isFalse();
    assertThat(store().abandon(made.id(), made.fence())).isFalse();
    assertThat(store().abandon(made.id() + 1, made.fence())).isFalse();
    assertThat(succeed(running)).isTrue();
  }

  @Test
  default void whatAnEndedAttemptSaysIsNotKept() {
    Receipt job = insert(job());
    Claimed running = claim(job);
    store().note(job.id(), running.fence(), new Progress(1, 2, 0), List.of("in time"));
    store().note(job.id(), running.fence(), null, List.of("also in time"));
    succeed(running);
    store().note(job.id(), running.fence(), new Progress(2, 2, 0), List.of("late"));

    assertThat(info(job).progress()).isEqualTo(new Progress(1, 2, 0));
    assertThat(info(job).log()).containsExactly("in time", "also in time");
  }

  @Test
  default void onlyTheLatestLinesAndAttemptsAreKept() {
    Receipt job = insert(job());
    for (int i = 1; i <= 150; i++) {
      Claimed running = claim(job);
      store()
          .note(job.id(), running.fence(), null, List.of("line " + (2 * i - 1), "line " + 2 * i));
      snooze(running, Duration.ZERO);
    }

    assertThat(info(job).log()).hasSize(200).startsWith("line 101").endsWith("line 300");
    assertThat(info(job).attempts()).hasSize(100);
    assertThat(info(job).attempts().getFirst().number()).isEqualTo(51);
    assertThat(info(job).attemptCount()).isEqualTo(150);
  }

  @Test
  default void attemptsAreChargedAsTheirEndsSay() {
    Receipt job = insert(job());
    retry(claim(job), Duration.ZERO);
    retry(claim(job), Duration.ZERO);
    lose(claim(job));
    snooze(claim(job), Duration.ZERO);

    Claimed fifth = claim(job);
    assertThat(fifth.attempt()).isEqualTo(5);
    assertThat(fifth.failures()).isEqualTo(2);
    assertThat(fifth.losses()).isEqualTo(1);
  }

  @Test
  default void aParkedAttemptHoldsItsJob() {
    Receipt job = insert(job());
    finish(
        claim(job),
        new End.Failed(new IllegalStateException("cannot read")),
        new Next.Parked("its input cannot be read"));

    assertThat(state(job)).isEqualTo(JobState.HELD);
    assertThat(why(job).text()).contains("its input cannot be read");
    nothingToClaim();
    store().release(job.id());
    claim(job);
  }

  @Test
  default void cancelEndsWhatDoesNotRun() {
    Claimed input = running(job());
    Receipt scheduled = insert(job().due(in(SOON)));
    Receipt blocked = insert(job().after(receipt(input)));
    Receipt held = insert(job().held("by hand"));
    Receipt available = insert(job());
    List<Receipt> all = List.of(scheduled, blocked, held, available);

    store().cancel(all.stream().map(Receipt::id).toList(), "asked");

    for (Receipt job : all) {
      assertThat(outcome(job)).isEqualTo(new Outcome.Cancelled<>("asked", null, 0));
      assertThat(timesEnded(job)).isEqualTo(1);
    }
    assertThat(events().asked()).isEmpty();
    advance(SOON);
    succeed(input);
    nothingToClaim();
  }

  @Test
  default void cancelAsksWhatRunsOnce() {
    Receipt job = insert(job());
    Claimed running = claim(job);
    cancel(job, "first");
    cancel(job, "second");

    assertThat(state(job)).isEqualTo(JobState.RUNNING);
    assertThat(events().asked())
        .containsExactly(new RecordedEvents.Asked(job.id(), running.fence()));
    finish(running, new End.Cancelled(), new Next.Ended(new Outcome.Cancelled<>("x", null, 1)));
    assertThat(outcome(job)).isEqualTo(new Outcome.Cancelled<>("first", null, 1));
  }

  @Test
  default void cancelOfAnEndedOrUnknownJobChangesNothing() {
    Receipt job = insert(job());
    succeed(claim(job), "done");
    events().forget();

    store().cancel(List.of(job.id(), job.id() + 1_000), "late");

    assertThat(outcome(job)).isEqualTo(new Outcome.Succeeded<>("done", 1));
    assertThat(events().ended()).isEmpty();
    assertThat(events().asked()).isEmpty();
  }

  @Test
  default void aJobAskedToCancelMayStillSucceed() {
    Receipt job = insert(job());
    Claimed running = claim(job);
    cancel(job, "asked");
    succeed(running, "made it");

    assertThat(outcome(job)).isEqualTo(new Outcome.Succeeded<>("made it", 1));
  }

  @Test
  default void anyOtherEndOfAJobAskedToCancelCancelsIt() {
    List<Receipt> jobs = insert(5, job());
    List<Claimed> running = claim(5);
    jobs.forEach(job -> cancel(job, "asked"));

    retry(running.get(0), Duration.ZERO);
    snooze(running.get(1), SOON);
    failWith(running.get(2), "stopped");
    lose(running.get(3));
    finish(
        running.get(4),
        new End.Failed(new IllegalStateException()),
        new Next.Parked("cannot be read"));

    for (Receipt job : jobs) {
      assertThat(outcome(job)).isEqualTo(new Outcome.Cancelled<>("asked", null, 1));
    }
    advance(SOON);
    nothingToClaim();
  }

  @Test
  default void cancelWaitingLeavesWhatRuns() {
    Receipt first = insert(job());
    Claimed running = claim(first);
    Receipt scheduled = insert(job().due(in(SOON)));
    Receipt blocked = insert(job().after(first));
    Receipt held = insert(job().held("by hand"));
    Receipt available = insert(job().on(Strategy.CPU));

    store().cancelWaiting("closed");

    for (Receipt job : List.of(scheduled, blocked, held, available)) {
      assertThat(cancelled(job).cause()).isEqualTo("closed");
      assertThat(timesEnded(job)).isEqualTo(1);
    }
    assertThat(state(first)).isEqualTo(JobState.RUNNING);
    assertThat(events().asked()).isEmpty();
    assertThat(succeed(running)).isTrue();
    insert(job());
  }

  @Test
  default void aJobThatEndsWithoutSuccessAsksItsChildrenToCancel() {
    Receipt parent = insert(job("parent"));
    Claimed running = claim(parent);
    Receipt waiting = insert(job("child").childOf(running));
    Claimed runningChild = claim(waiting);
    Receipt grandchild = insert(job("grandchild").childOf(runningChild));
    Receipt second = insert(job("child").childOf(running).due(in(SOON)));
    failWith(running, "broken");

    assertThat(events().asked())
        .containsExactly(new RecordedEvents.Asked(waiting.id(), runningChild.fence()));
    assertThat(cancelled(second).cause()).contains("job " + parent.id(), "parent", "failed");
    assertThat(state(grandchild)).isEqualTo(JobState.AVAILABLE);
    failWith(runningChild, "stopped");
    assertThat(cancelled(grandchild).cause()).contains("job " + waiting.id());
  }

  @Test
  default void aRetryAsksTheChildrenOfTheAttemptToCancel() {
    Receipt parent = insert(job("parent"));
    Claimed first = claim(parent);
    Receipt afterFailure = insert(job("child").childOf(first));
    retry(first, Duration.ZERO);
    assertThat(cancelled(afterFailure).cause()).contains("job " + parent.id(), "again");

    Claimed second = claim(parent);
    Receipt afterLoss = insert(job("child").childOf(second));
    lose(second);
    assertThat(cancelled(afterLoss).cause()).contains("job " + parent.id());
    assertThat(state(parent)).isEqualTo(JobState.AVAILABLE);
  }

  @Test
  default void childrenGoOnAfterASnoozeAndAfterSuccess() {
    Receipt parent = insert(job("parent"));
    Claimed first = claim(parent);
    Receipt child = insert(job("child").childOf(first).due(in(SOON.multipliedBy(2))));
    snooze(first, SOON);
    assertThat(state(child)).isEqualTo(JobState.SCHEDULED);
    advance(SOON);
    succeed(claim(parent));
    assertThat(state(child)).isEqualTo(JobState.SCHEDULED);

    advance(SOON);
    succeed(claim(child));
  }

  @Test
  default void aChildWhoseParentsDeadlinePassedIsNotClaimed() {
    Receipt parent = insert(job("parent").deadline(in(SOON)));
    Claimed running = claim(parent);
    Receipt child = insert(job("child").childOf(running));
    snooze(running, SOON.dividedBy(2));
    advance(SOON);

    nothingToClaim();
    assertThat(cancelled(child).cause()).contains("job " + parent.id());
  }

  @Test
  default void anEndedParentCannotSubmit() {
    Receipt parent = insert(job("parent"));
    Claimed running = claim(parent);
    succeed(running);

    assertThat(offer(job("child").childOf(running))).isInstanceOf(Inserted.ParentEnded.class);
    assertThat(store().query(JobQuery.ALL.task("child"))).isEmpty();
    nothingToClaim();
  }

  @Test
  default void cancellingAChildLeavesItsParentAlone() {
    Claimed parent = running(job("parent"));
    Receipt child = insert(job("child").childOf(parent));
    cancel(child, "asked");

    assertThat(events().asked()).isEmpty();
    assertThat(succeed(parent)).isTrue();
  }
}
