package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Group;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Jobs whose input is another job, or the jobs of a group.
interface EdgeContract extends StoreScenario {

  @Test
  default void aJobIsBlockedUntilItsInputSucceeds() {
    Receipt input = insert(job("fetch"));
    Receipt dependent = insert(job("summarise").after(input));
    assertThat(state(dependent)).isEqualTo(JobState.BLOCKED);
    assertWhy(dependent, Reason.Kind.JOBS, "job " + input.id());

    succeed(claim(input), "page");

    assertThat(state(dependent)).isEqualTo(JobState.AVAILABLE);
    Claimed claimed = claim(dependent);
    assertThat(claimed.input()).isEqualTo("page");
    assertThat(claimed.attempt()).isEqualTo(1);
  }

  @Test
  default void aRetryOfADependentGetsTheSameInput() {
    Receipt input = insert(job());
    Receipt dependent = insert(job().after(input));
    succeed(claim(input), "page");
    retry(claim(dependent), Duration.ZERO);

    assertThat(claim(dependent).input()).isEqualTo("page");
  }

  @Test
  default void anInputThatHasSucceededAlreadyBlocksNothing() {
    Receipt input = insert(job());
    succeed(claim(input), "page");

    Receipt dependent = insert(job().after(input));

    assertThat(claim(dependent).input()).isEqualTo("page");
  }

  @Test
  default void aRetriedInputKeepsItsDependentsBlocked() {
    Receipt input = insert(job());
    Receipt dependent = insert(job().after(input));
    retry(claim(input), Duration.ZERO);
    assertThat(state(dependent)).isEqualTo(JobState.BLOCKED);

    succeed(claim(input), "second");
    assertThat(claim(dependent).input()).isEqualTo("second");
  }

  @Test
  default void aFailedInputCancelsItsDependentsWithItsError() {
    Receipt input = insert(job("fetch"));
    Receipt dependent = insert(job().after(input));
    failWith(claim(input), "no such host");

    Outcome.Cancelled<?> outcome = cancelled(dependent);
    assertThat(outcome.cause()).contains("job " + input.id(), "fetch", "input", "failed");
    assertThat(outcome.error()).hasMessage("no such host");
    assertThat(outcome.attempts()).isZero();
    assertThat(timesEnded(dependent)).isEqualTo(1);
  }

  @Test
  default void aCancelledInputCancelsItsDependents() {
    Receipt input = insert(job());
    Receipt dependent = insert(job().after(input));
    cancel(input, "asked");

    assertThat(cancelled(dependent).cause()).contains("job " + input.id(), "cancelled");
    assertThat(cancelled(dependent).error()).isNull();
  }

  @Test
  default void anInputThatHasFailedAlreadyCancelsTheDependentAtOnce() {
    Receipt input = insert(job());
    failWith(claim(input), "no such host");

    Receipt dependent = insert(job().after(input));

    assertThat(cancelled(dependent).error()).hasMessage("no such host");
    assertThat(events().await(() -> timesEnded(dependent) == 1)).isTrue();
  }

  @Test
  default void theErrorIsHandedDownAChain() {
    Receipt first = insert(job());
    Receipt second = insert(job().after(first));
    Receipt third = insert(job().after(second));
    failWith(claim(first), "no such host");

    assertThat(cancelled(third).cause()).contains("job " + second.id());
    assertThat(cancelled(third).error()).hasMessage("no such host");
  }

  @Test
  default void aDiamondWaitsForBothItsSides() {
    Receipt top = insert(job());
    Receipt left = insert(job().after(top));
    Receipt right = insert(job().after(top));
    Group sides = store().openGroup(List.of(left, right));
    store().closeGroup(sides, null);
    Receipt bottom = insert(job().after(sides));
    succeed(claim(top), "t");

    List<Claimed> both = claim(10);
    assertThat(both).hasSize(2).extracting(Claimed::input).containsOnly("t");
    succeed(both.get(1), "r");
    nothingToClaim();
    succeed(both.get(0), "l");
    assertThat(claim(bottom).input()).isEqualTo(List.of("l", "r"));
  }

  @Test
  default void aDiamondWithOneBrokenSideIsCancelledOnce() {
    Receipt top = insert(job());
    Receipt left = insert(job().after(top));
    Receipt right = insert(job().after(top));
    Group sides = store().openGroup(List.of(left, right));
    store().closeGroup(sides, null);
    Receipt bottom = insert(job().after(sides));
    failWith(claim(top), "broken");

    assertThat(cancelled(bottom).error()).hasMessage("broken");
    assertThat(timesEnded(bottom)).isEqualTo(1);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  default void aChainOfFiftyThousandEndsWithoutAStackOverflow() {
    Receipt first = insert(job());
    Receipt last = first;
    for (int i = 0; i < 50_000; i++) {
      last = insert(job().after(last));
    }
    failWith(claim(first), "broken");

    // By now the first ones are pruned where a store prunes.
    assertThat(cancelled(last).error()).hasMessage("broken");
    assertThat(events().ended()).hasSize(50_001);
  }

  @Test
  default void anEdgeAndADueTimeBothHold() {
    Receipt input = insert(job());
    Receipt dependent = insert(job().after(input).due(in(Duration.ofMinutes(5))));
    succeed(claim(input));
    assertThat(state(dependent)).isEqualTo(JobState.SCHEDULED);
    nothingToClaim();

    advance(Duration.ofMinutes(5));
    claim(dependent);
  }

  @Test
  default void cancellingABlockedJobLeavesItsInputAlone() {
    Receipt input = insert(job());
    Receipt dependent = insert(job().after(input));
    cancel(dependent, "asked");

    assertThat(cancelled(dependent).cause()).isEqualTo("asked");
    assertThat(succeed(claim(input))).isTrue();
    nothingToClaim();
    assertThat(timesEnded(dependent)).isEqualTo(1);
  }

  @Test
  default void aGroupGivesItsResultsInTheOrderOfItsItems() {
    Group group = store().openGroup(List.of());
    List<Receipt> items = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      items.add(insert(job().in(group, i)));
    }
    Receipt dependent = insert(job().after(group));
    store().closeGroup(group, null);
    List<Claimed> running = claim(10);
    assertThat(running).hasSize(5);
    for (int i = 4; i > 0; i--) {
      succeed(running.get(i), "r" + i);
      assertThat(state(dependent)).isEqualTo(JobState.BLOCKED);
    }
    succeed(running.get(0), null);

    assertThat(claim(dependent).input()).isEqualTo(Arrays.asList(null, "r1", "r2", "r3", "r4"));
    assertThat(items).hasSize(5);
  }

  @Test
  default void anOpenGroupBlocksEvenWhenAllItsJobsHaveSucceeded() {
    Group group = store().openGroup(List.of());
    Receipt dependent = insert(job().after(group));
    Receipt first = insert(job().in(group, 0));
    succeed(claim(first), "a");
    assertThat(state(dependent)).isEqualTo(JobState.BLOCKED);
    assertWhy(dependent, Reason.Kind.JOBS);

    Receipt second = insert(job().in(group, 1));
    store().closeGroup(group, null);
    assertThat(state(dependent)).isEqualTo(JobState.BLOCKED);
    assertWhy(dependent, Reason.Kind.JOBS, "1 job");
    succeed(claim(second), "b");

    assertThat(claim(dependent).input()).isEqualTo(List.of("a", "b"));
  }

  @Test
  default void anEmptyGroupGivesAnEmptyList() {
    Group group = store().openGroup(List.of());
    Receipt before = insert(job().after(group));
    store().closeGroup(group, null);
    Receipt after = insert(job().after(group));

    assertThat(claim(before).input()).isEqualTo(List.of());
    assertThat(claim(after).input()).isEqualTo(List.of());
  }

  @Test
  default void aGroupTakesInJobsThatHaveEndedBeforeItWasOpened() {
    Receipt first = insert(job());
    Receipt second = insert(job());
    succeed(claim(first), "a");
    Group group = store().openGroup(List.of(first, second));
    store().closeGroup(group, null);
    Receipt dependent = insert(job().after(group));
    assertThat(state(dependent)).isEqualTo(JobState.BLOCKED);

    succeed(claim(second), "b");
    assertThat(claim(dependent).input()).isEqualTo(List.of("a", "b"));
  }

  @Test
  default void aGroupOfAJobThatHadFailedBeforeCancelsWhatWaitsForIt() {
    Receipt first = insert(job());
    failWith(claim(first), "broken");
    Group group = store().openGroup(List.of(first));
    Receipt dependent = insert(job().after(group));

    assertThat(cancelled(dependent).error()).hasMessage("broken");
  }

  @Test
  default void oneFailedItemCancelsTheDependentsWhileTheOthersGoOn() {
    Group group = store().openGroup(List.of());
    insert(job("fetch").in(group, 0));
    Receipt second = insert(job("fetch").in(group, 1));
    store().closeGroup(group, null);
    Receipt dependent = insert(job().after(group));
    List<Claimed> running = claim(10);
    failWith(running.get(0), "broken");

    assertThat(cancelled(dependent).cause()).contains("job " + running.get(0).id(), "fetch");
    assertThat(cancelled(dependent).error()).hasMessage("broken");
    assertThat(state(second)).isEqualTo(JobState.RUNNING);
    assertThat(events().asked()).isEmpty();
    assertThat(succeed(running.get(1))).isTrue();
    assertThat(cancelled(insert(job().after(group))).error()).hasMessage("broken");
  }

  @Test
  default void aGroupThatEndsEarlyCancelsWhatWaitsForIt() {
    Group group = store().openGroup(List.of());
    Receipt item = insert(job().in(group, 0));
    Receipt before = insert(job().after(group));
    store().closeGroup(group, new IllegalStateException("the stream threw"));
    Receipt after = insert(job().after(group));

    assertThat(cancelled(before).error()).hasMessage("the stream threw");
    assertThat(cancelled(after).error()).hasMessage("the stream threw");
    assertThat(state(item)).isEqualTo(JobState.AVAILABLE);
  }

  @Test
  default void aJobCanBeAnItemOfSeveralGroups() {
    Receipt item = insert(job());
    Group one = store().openGroup(List.of(item));
    Group two = store().openGroup(List.of(item, item));
    store().closeGroup(one, null);
    store().closeGroup(two, null);
    Receipt ofOne = insert(job().after(one));
    Receipt ofTwo = insert(job().after(two));
    succeed(claim(item), "x");

    assertThat(claim(ofOne).input()).isEqualTo(List.of("x"));
    assertThat(claim(ofTwo).input()).isEqualTo(List.of("x", "x"));
  }

  @Test
  default void theOriginalOfACancelledDependentIsCancelledAgain() {
    Receipt input = insert(job());
    Receipt dependent = insert(job().after(input));
    failWith(claim(input), "broken");

    var again = store().insert(List.of(store().original(dependent))).getFirst();

    assertThat(again)
        .isInstanceOfSatisfying(
            Inserted.Taken.class,
            taken -> assertThat(cancelled(taken.job()).error()).hasMessage("broken"));
  }
}
