package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt.End;
import dev.treadle.QueueSettings;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Next.Charge;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Rank: the instant a job became available plus its priority times the step of its queue.
interface RankContract extends StoreScenario {
  Duration SECOND = Duration.ofSeconds(1);
  Duration HOUR = Duration.ofHours(1);

  @Test
  default void prioritiesOrderJobsOfOneInstant() {
    List<Receipt> jobs = new ArrayList<>();
    for (int priority = 9; priority >= 0; priority--) {
      jobs.add(insert(job().priority(priority)));
    }

    assertThat(claimIds(10)).isEqualTo(StoreScenario.ids(jobs.reversed()));
  }

  @Test
  default void equalRanksGoById() {
    List<Receipt> jobs = insert(50, job());

    assertThat(claimIds(20)).isEqualTo(StoreScenario.ids(jobs.subList(0, 20)));
    assertThat(claimIds(50)).isEqualTo(StoreScenario.ids(jobs.subList(20, 50)));
  }

  @Test
  default void equalRanksOfDifferentLanesGoById() {
    limit("a", 10);
    limit("b", 10);
    Receipt first = insert(job().queue("one"));
    Receipt second = insert(job().limit("a"));
    Receipt third = insert(job().limit("b"));
    Receipt fourth = insert(job().queue("one"));

    assertThat(claimIds(10)).containsExactly(first.id(), second.id(), third.id(), fourth.id());
  }

  @Test
  default void urgentWorkOvertakesButAnOldJobIsNotStarved() {
    Receipt old = insert(job().priority(9));
    advance(HOUR.multipliedBy(4).minus(SECOND));
    Receipt urgent = insert(job().priority(5));
    advance(SECOND.multipliedBy(2));
    Receipt tooLate = insert(job().priority(5));

    assertThat(claimIds(10)).containsExactly(urgent.id(), old.id(), tooLate.id());
  }

  @Test
  default void ranksAreComparableAcrossQueuesWithTheirOwnSteps() {
    queue("quick", QueueSettings.DEFAULT.priorityStep(SECOND));
    queue("flat", QueueSettings.DEFAULT.priorityStep(Duration.ZERO));
    Receipt slow = insert(job().priority(1)); // an hour
    Receipt quick = insert(job().queue("quick").priority(9)); // nine seconds
    advance(SECOND.multipliedBy(5));
    Receipt flat = insert(job().queue("flat").priority(9)); // five seconds
    Receipt quicker = insert(job().queue("quick").priority(3)); // eight seconds

    assertThat(claimIds(10)).containsExactly(flat.id(), quicker.id(), quick.id(), slow.id());
  }

  @Test
  default void aRankIsFixedWhenTheJobBecomesAvailable() {
    Receipt before = insert(job().priority(9));
    queue("default", QueueSettings.DEFAULT.priorityStep(Duration.ZERO));
    advance(SECOND);
    Receipt after = insert(job().priority(9));

    assertThat(claimIds(10)).containsExactly(after.id(), before.id());
  }

  @Test
  default void aHugeStepIsNoOverflow() {
    queue("default", QueueSettings.DEFAULT.priorityStep(Duration.ofDays(365L * 200_000)));
    Receipt last = insert(job().priority(9));
    Receipt middle = insert(job().priority(3));
    Receipt first = insert(job().priority(0));

    // Both others are beyond the end of time: a tie.
    assertThat(claimIds(10)).startsWith(first.id()).contains(middle.id(), last.id());
  }

  @Test
  default void aDelayedJobRanksByItsDueTime() {
    Receipt delayed = insert(job().due(in(SECOND.multipliedBy(10))));
    advance(SECOND.multipliedBy(5));
    Receipt before = insert(job());
    advance(SECOND.multipliedBy(15));
    Receipt after = insert(job());

    assertThat(claimIds(10)).containsExactly(before.id(), delayed.id(), after.id());
  }

  @Test
  default void aDueTimeInThePastIsNoAdvantage() {
    Receipt first = insert(job());
    Receipt backdated = insert(job().due(clock().instant().minus(HOUR)));

    assertThat(claimIds(10)).containsExactly(first.id(), backdated.id());
  }

  @Test
  default void aRetryRanksByItsNewInstant() {
    newInstantAfter(it -> retry(it, SECOND));
  }

  @Test
  default void aSnoozeRanksByItsNewInstant() {
    newInstantAfter(it -> snooze(it, SECOND));
  }

  @Test
  default void aLostJobRanksByItsNewInstant() {
    newInstantAfter(it -> {
      advance(SECOND);
      lose(it);
    });
  }

  private void newInstantAfter(Consumer<Claimed> end) {
    Receipt job = insert(job());
    Claimed running = claim(job);
    Receipt before = insert(job());
    end.accept(running);
    advance(SECOND.multipliedBy(2));
    Receipt after = insert(job());

    assertThat(claimIds(10)).containsExactly(before.id(), job.id(), after.id());
  }

  @Test
  default void aReleasedJobRanksByTheInstantOfItsRelease() {
    Receipt held = insert(job());
    store().hold(held.id(), "wait");
    advance(SECOND);
    Receipt before = insert(job());
    advance(SECOND);
    store().release(held.id());
    advance(SECOND);
    Receipt after = insert(job());

    assertThat(claimIds(10)).containsExactly(before.id(), held.id(), after.id());
  }

  @Test
  default void anUnblockedJobRanksByTheInstantItsInputEnded() {
    Receipt input = insert(job());
    Claimed running = claim(input);
    Receipt blocked = insert(job().after(input));
    advance(SECOND);
    Receipt before = insert(job());
    advance(SECOND);
    succeed(running);
    advance(SECOND);
    Receipt after = insert(job());

    assertThat(claimIds(10)).containsExactly(before.id(), blocked.id(), after.id());
  }

  @Test
  default void aNewInstantUsesTheStepOfItsTime() {
    Receipt job = insert(job().priority(9));
    queue("default", QueueSettings.DEFAULT.priorityStep(Duration.ZERO));
    store().hold(job.id(), "wait");
    advance(SECOND);
    store().release(job.id());
    advance(SECOND);
    Receipt later = insert(job().priority(9));

    assertThat(claimIds(10)).containsExactly(job.id(), later.id());
  }

  @Test
  default void waitingAnewInTheSameInstantKeepsTheTieById() {
    Receipt first = insert(job());
    Receipt second = insert(job());
    store().hold(first.id(), "a moment");
    store().release(first.id());

    assertThat(claimIds(10)).containsExactly(first.id(), second.id());
  }

  @Test
  default void aJobThatComesBackManyTimesInOneInstantIsClaimedOnceEachTime() {
    List<Receipt> others = insert(100, job().priority(9));
    Receipt job = insert(job());
    for (int i = 0; i < 300; i++) {
      Claimed claimed = claim(job);
      assertThat(
              finish(claimed, new End.Snoozed(Duration.ZERO), again(Duration.ZERO, Charge.NOTHING)))
          .isTrue();
      store().hold(job.id(), "a moment");
      store().release(job.id());
    }
    assertThat(claimIds(1_000)).hasSize(101).doesNotHaveDuplicates();
    assertThat(others).hasSize(100);
  }

  @Test
  default void aClockThatGoesBackDoesNotHideJobs() {
    Receipt first = insert(job());
    clock().set(clock().instant().minus(HOUR));
    Receipt second = insert(job());

    assertThat(claimIds(10)).containsExactly(second.id(), first.id());
  }

  @Test
  default void cancellingTheBestOfALaneDoesNotLetItsNextOvertake() {
    // Two lanes wait for one limit; when it opens, the better one is put first. Then its first
    // job is cancelled, and the other lane has the better job.
    limit("db", 1);
    limit("a", 10);
    limit("b", 10);
    Claimed holder = running(job().limit("db"));
    Receipt doomed = insert(job().limit("db").limit("a"));
    advance(SECOND);
    Receipt better = insert(job().limit("db").limit("b"));
    advance(SECOND);
    Receipt worse = insert(job().limit("db").limit("a"));
    nothingToClaim();

    succeed(holder);
    cancel(doomed, "asked");

    succeed(claim(better));
    succeed(claim(worse));
  }
}
