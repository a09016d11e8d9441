package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobState;
import dev.treadle.Strategy;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Leases: what becomes of the jobs of a node that is gone. Skipped where a store has one node.
interface LeaseContract extends StoreScenario {
  Duration LEASE = Duration.ofSeconds(15);

  private void renew(String node) {
    store().renew(node, Micros.of(in(LEASE)));
  }

  private Claimed claimOn(String node) {
    List<Claimed> claimed = store().claim(node, Strategy.IO, 1);
    assertThat(claimed).hasSize(1);
    return claimed.getFirst();
  }

  private List<Claimed> rescueAfterTheDeathOf(String dead, String rescuer) {
    renew(dead);
    advance(LEASE.plusSeconds(1));
    renew(rescuer);
    return store().rescue(rescuer);
  }

  @Test
  default void aStoreWithLeasesSaysHowLongTheyLast() {
    useStoreWithLeases(LEASE);

    assertThat(store().lease()).isEqualTo(LEASE);
  }

  @Test
  default void theJobsOfADeadNodeAreRescuedUnderNewFences() {
    useStoreWithLeases(LEASE);
    Receipt job = insert(job().input("x"));
    Claimed lost = claimOn("dead");

    List<Claimed> rescued = rescueAfterTheDeathOf("dead", "alive");

    assertThat(rescued).hasSize(1);
    Claimed taken = rescued.getFirst();
    assertThat(taken.id()).isEqualTo(job.id());
    assertThat(taken.fence()).isNotEqualTo(lost.fence());
    assertThat(taken.attempt()).isEqualTo(lost.attempt());
    assertThat(state(job)).isEqualTo(JobState.RUNNING);
    assertThat(store().rescue("alive")).isEmpty();

    assertThat(lose(taken)).isTrue();
    Claimed again = claimOn("alive");
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(again.losses()).isEqualTo(1);
    assertThat(again.input()).isEqualTo("x");
  }

  @Test
  default void aLateWriterOfADeadNodeIsRefused() {
    useStoreWithLeases(LEASE);
    Receipt job = insert(job());
    Claimed lost = claimOn("dead");
    Claimed taken = rescueAfterTheDeathOf("dead", "alive").getFirst();

    assertThat(succeed(lost, "late")).isFalse();
    assertThat(store().abandon(lost.id(), lost.fence())).isFalse();
    lose(taken);
    assertThat(succeed(lost, "later")).isFalse();
    assertThat(state(job)).isEqualTo(JobState.AVAILABLE);
  }

  @Test
  default void aNodeThatRenewsKeepsItsJobs() {
    useStoreWithLeases(LEASE);
    insert(job());
    Claimed running = claimOn("busy");
    for (int i = 0; i < 10; i++) {
      renew("busy");
      renew("other");
      advance(LEASE.minusSeconds(1));
      assertThat(store().rescue("other")).isEmpty();
    }
    assertThat(succeed(running)).isTrue();
  }

  @Test
  default void aNodeThatNeverRenewedIsNotRescued() {
    useStoreWithLeases(LEASE);
    insert(job());
    Claimed running = claimOn("silent");
    advance(LEASE.multipliedBy(10));
    renew("other");

    assertThat(store().rescue("other")).isEmpty();
    assertThat(succeed(running)).isTrue();
  }

  @Test
  default void aNodeThatComesBackIsANodeLikeAnyOther() {
    useStoreWithLeases(LEASE);
    insert(job());
    claimOn("dead");
    lose(rescueAfterTheDeathOf("dead", "alive").getFirst());

    renew("dead");
    Claimed second = claimOn("dead");
    assertThat(store().rescue("alive")).isEmpty();
    assertThat(rescueAfterTheDeathOf("dead", "alive"))
        .extracting(Claimed::id)
        .containsExactly(second.id());
  }

  @Test
  default void onlyWhatRunsIsRescued() {
    useStoreWithLeases(LEASE);
    insert(4, job());
    List<Claimed> running = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      running.add(claimOn("dead"));
    }
    succeed(running.get(0));
    retry(running.get(1), Duration.ofHours(1));

    assertThat(rescueAfterTheDeathOf("dead", "alive"))
        .extracting(Claimed::id)
        .containsExactly(running.get(2).id());
  }

  @Test
  default void aRescuedJobKeepsItsLimitsUntilItsLossIsWritten() {
    useStoreWithLeases(LEASE);
    limit("db", 1);
    Receipt job = insert(job().limit("db"));
    claimOn("dead");
    Receipt next = insert(job().limit("db").priority(0));
    Claimed taken = rescueAfterTheDeathOf("dead", "alive").getFirst();
    nothingToClaim();

    lose(taken);
    succeed(claim(next));
    claim(job);
  }

  @Test
  default void aRescuedJobThatWasAskedToCancelSaysSo() {
    useStoreWithLeases(LEASE);
    Receipt job = insert(job());
    claimOn("dead");
    cancel(job, "asked");
    Claimed taken = rescueAfterTheDeathOf("dead", "alive").getFirst();

    assertThat(taken.cancel()).isEqualTo("asked");
    lose(taken);
    assertThat(cancelled(job).cause()).isEqualTo("asked");
  }

  @Test
  default void abandonedCodeHoldsItsLimitsNoLongerThanItsNodeLives() {
    useStoreWithLeases(LEASE);
    limit("db", 1);
    insert(job().limit("db"));
    Claimed running = claimOn("dead");
    store().finish(List.of(failure(running, "timed out", true)));
    Receipt next = insert(job().limit("db"));
    nothingToClaim();

    assertThat(rescueAfterTheDeathOf("dead", "alive")).isEmpty();

    claim(next);
    store().returned(running.id(), running.fence());
    insert(job().limit("db"));
    nothingToClaim();
  }
}
