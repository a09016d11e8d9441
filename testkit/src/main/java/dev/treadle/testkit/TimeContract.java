package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt.End;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Next;
import dev.treadle.spi.Next.Charge;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Due times and deadlines, by the injected clock alone.
interface TimeContract extends StoreScenario {
  Duration TEN = Duration.ofSeconds(10);

  @Test
  default void aDelayedJobIsScheduledUntilItIsDue() {
    Receipt job = insert(job().due(in(TEN)));
    assertThat(state(job)).isEqualTo(JobState.SCHEDULED);
    assertWhy(job, Reason.Kind.TIME, in(TEN).toString());
    nothingToClaim();

    advance(TEN.minusNanos(1_000));
    nothingToClaim();
    advance(Duration.ofNanos(1_000));
    assertThat(claim(job).available()).isEqualTo(Micros.now(clock()));
  }

  @Test
  default void aTickMakesDueJobsAvailableAndTellsSo() {
    Receipt job = insert(job().due(in(TEN)));
    store().tick();
    events().forget();
    advance(TEN);

    store().tick();

    assertThat(events().await(() -> events().available(EnumSet.of(Strategy.IO)))).isTrue();
    assertThat(state(job)).isEqualTo(JobState.AVAILABLE);
  }

  @Test
  default void aTickSaysWhenToCallAgain() {
    assertThat(store().tick()).isEqualTo(Micros.NEVER);
    insert(job().due(in(TEN.multipliedBy(3))));
    assertThat(store().tick()).isEqualTo(Micros.of(in(TEN.multipliedBy(3))));
    Receipt first = insert(job().due(in(TEN)));
    assertThat(store().tick()).isEqualTo(Micros.of(in(TEN)));
    insert(job().deadline(in(TEN.multipliedBy(2))));
    assertThat(store().tick()).isEqualTo(Micros.of(in(TEN)));

    cancel(first, "asked");
    assertThat(store().tick()).isEqualTo(Micros.of(in(TEN.multipliedBy(2))));
    advance(TEN.multipliedBy(2));
    assertThat(store().tick()).isEqualTo(Micros.of(in(TEN)));
    advance(TEN);
    assertThat(store().tick()).isEqualTo(Micros.NEVER);
  }

  @Test
  default void whatComesSoonerIsTold() {
    insert(job().due(in(TEN)));
    store().tick();
    events().forget();

    insert(job().due(in(TEN.dividedBy(2))));
    assertThat(events().await(events()::wasSooner)).isTrue();
    events().forget();
    insert(job().deadline(in(TEN.dividedBy(4))));
    assertThat(events().await(events()::wasSooner)).isTrue();
    Claimed running = claim();
    events().forget();
    retry(running, Duration.ofMillis(1));
    assertThat(events().await(events()::wasSooner)).isTrue();
  }

  @Test
  default void aRetryWaitsForItsTime() {
    Receipt job = insert(job());
    retry(claim(job), TEN);
    assertThat(state(job)).isEqualTo(JobState.SCHEDULED);
    nothingToClaim();

    advance(TEN);
    assertThat(claim(job).attempt()).isEqualTo(2);
  }

  @Test
  default void manyDueJobsComeInOrderOfTheirTimes() {
    List<Receipt> jobs = new ArrayList<>();
    for (int i = 99; i >= 0; i--) {
      jobs.add(insert(job().due(in(Duration.ofSeconds(1 + i)))));
    }
    advance(Duration.ofSeconds(1_000));

    assertThat(claimIds(1_000)).isEqualTo(StoreScenario.ids(jobs.reversed()));
  }

  @Test
  default void aDelayedJobHeldAndReleasedIsClaimedOnce() {
    // Enough others come and go for a store to tidy up its lists in between.
    insert(10, job().due(in(Duration.ofSeconds(1))));
    Receipt job = insert(job().due(in(TEN)));
    store().hold(job.id(), "a moment");
    store().release(job.id());
    assertThat(state(job)).isEqualTo(JobState.SCHEDULED);
    for (Receipt other : insert(200, job().due(in(TEN.multipliedBy(2))))) {
      cancel(other, "asked");
    }

    advance(TEN.multipliedBy(3));
    List<Long> claimed = claimIds(1_000);
    assertThat(claimed).hasSize(11).doesNotHaveDuplicates().contains(job.id());
    nothingToClaim();
  }

  @Test
  default void aDeadlineEndsAJobThatDoesNotRun() {
    Claimed input = running(job());
    Receipt scheduled = insert(job().due(in(TEN.multipliedBy(5))).deadline(in(TEN)));
    Receipt available = insert(job().deadline(in(TEN)));
    Receipt blocked = insert(job().after(receipt(input)).deadline(in(TEN)));
    Receipt held = insert(job().held("by hand").deadline(in(TEN)));
    store().pause("mail");
    Receipt paused = insert(job().queue("mail").deadline(in(TEN)));
    List<Receipt> all = List.of(scheduled, available, blocked, held, paused);

    advance(TEN.minusNanos(1_000));
    store().tick();
    assertThat(all).noneMatch(job -> state(job).ended());
    advance(Duration.ofNanos(1_000));
    store().tick();

    for (Receipt job : all) {
      assertThat(failed(job).reason()).isEqualTo(Outcome.Failed.Reason.DEADLINE);
      assertThat(failed(job).cause()).hasMessageContaining("job " + job.id() + " ");
      assertThat(failed(job).attempts()).isZero();
      assertThat(timesEnded(job)).isEqualTo(1);
    }
    nothingToClaim();
    succeed(input);
    nothingToClaim();
  }

  @Test
  default void aClaimDoesNotTakeAJobPastItsDeadline() {
    Receipt job = insert(job().deadline(in(TEN)));
    advance(TEN);

    nothingToClaim();
    assertThat(failed(job).reason()).isEqualTo(Outcome.Failed.Reason.DEADLINE);
  }

  @Test
  default void aDeadlineLeavesARunningJobToItsRunner() {
    Receipt job = insert(job().deadline(in(TEN)));
    Claimed running = claim(job);
    assertThat(running.deadline()).isEqualTo(Micros.of(in(TEN)));
    advance(TEN.multipliedBy(2));
    store().tick();

    assertThat(state(job)).isEqualTo(JobState.RUNNING);
    assertThat(succeed(running)).isTrue();
    assertThat(state(job)).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  default void aDeadlineThatPassedWhileAJobRanEndsItWhenItWaitsAgain() {
    Receipt back = insert(job().deadline(in(TEN)));
    Receipt parked = insert(job().deadline(in(TEN)));
    List<Claimed> running = claim(2);
    advance(TEN);
    store().tick();

    // Handed back, as a drain does, and parked.
    finish(running.get(0), new End.Lost("handed back"), again(Duration.ZERO, Charge.NOTHING));
    finish(
        running.get(1), new End.Failed(new IllegalStateException()), new Next.Parked("unreadable"));

    nothingToClaim();
    for (Receipt job : List.of(back, parked)) {
      assertThat(failed(job).reason()).isEqualTo(Outcome.Failed.Reason.DEADLINE);
      assertThat(failed(job).attempts()).isEqualTo(1);
    }
  }

  @Test
  default void aDeadlineCancelsTheDependents() {
    Receipt job = insert(job().due(in(Duration.ofHours(1))).deadline(in(TEN)));
    Receipt dependent = insert(job().after(job));
    advance(TEN);
    store().tick();

    assertThat(cancelled(dependent).cause()).contains("job " + job.id());
  }

  @Test
  default void anEndedJobHasNothingMoreToDoWithItsDeadline() {
    Receipt job = insert(job().deadline(in(TEN)));
    succeed(claim(job));
    advance(TEN);

    assertThat(store().tick()).isEqualTo(Micros.NEVER);
    assertThat(state(job)).isEqualTo(JobState.SUCCEEDED);
    assertThat(timesEnded(job)).isEqualTo(1);
  }

  @Test
  default void aClockThatGoesBackMakesNothingDueTwice() {
    Receipt job = insert(job().due(in(TEN)));
    advance(TEN);
    Claimed running = claim(job);
    clock().set(clock().instant().minus(TEN));
    store().tick();
    nothingToClaim();
    advance(TEN);
    store().tick();
    nothingToClaim();

    assertThat(succeed(running)).isTrue();
  }

  @Test
  default void aClockThatGoesBackMakesNobodyWaitWhoWasNotPutOff() {
    Receipt input = insert(job());
    Receipt after = insert(job().after(input));
    Receipt held = insert(job().held("for now"));
    Claimed running = claim(input);
    clock().set(clock().instant().minus(TEN));
    succeed(running);
    assertThat(state(after)).isEqualTo(JobState.AVAILABLE);
    assertThat(store().idle(EnumSet.allOf(Strategy.class))).isFalse();
    claim(after);
    store().release(held.id());

    assertThat(state(held)).isEqualTo(JobState.AVAILABLE);
    claim(held);
  }
}
