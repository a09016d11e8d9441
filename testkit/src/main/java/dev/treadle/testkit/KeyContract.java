package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.Submission.IfTaken;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Keys: unique per task among the jobs that have not ended.
interface KeyContract extends StoreScenario {

  @ParameterizedTest
  @EnumSource(names = {"RETURN", "REJECT"})
  default void aTakenKeyNamesItsHolder(IfTaken ifTaken) {
    Receipt holder = insert(job().key("home"));

    assertThat(offer(job().key("home", ifTaken)))
        .isInstanceOfSatisfying(
            Inserted.KeyTaken.class, it -> assertThat(it.holder().id()).isEqualTo(holder.id()));
    assertThat(claim(10)).hasSize(1);
  }

  @Test
  default void aKeyBelongsToItsTask() {
    insert(job("a").key("home"));
    insert(job("b").key("home"));
    insert(job("a").key("away"));

    assertThat(claim(10)).hasSize(3);
  }

  @Test
  default void aKeyIsTakenInEveryStateBeforeTheEnd() {
    Claimed input = running(job("other"));
    Receipt job = insert(job().key("home").after(receipt(input)));
    assertTaken(JobState.BLOCKED, job);
    succeed(input);
    assertTaken(JobState.AVAILABLE, job);
    store().hold(job.id(), "by hand");
    assertTaken(JobState.HELD, job);
    store().release(job.id());
    Claimed running = claim(job);
    assertTaken(JobState.RUNNING, job);
    retry(running, Duration.ofMinutes(1));
    assertTaken(JobState.SCHEDULED, job);
  }

  private void assertTaken(JobState state, Receipt job) {
    assertThat(state(job)).isEqualTo(state);
    assertThat(offer(job().key("home"))).isInstanceOf(Inserted.KeyTaken.class);
  }

  @Test
  default void aKeyIsFreeAgainAfterTheEnd() {
    for (int i = 0; i < 3; i++) {
      Receipt job = insert(job().key("home"));
      Claimed running = claim(job);
      switch (i) {
        case 0 -> succeed(running);
        case 1 -> failWith(running, "no luck");
        default -> {
          cancel(job, "asked");
          failWith(running, "stopped");
        }
      }
    }
    insert(job().key("home"));
  }

  @Test
  default void aKeyIsUniqueWithinABatch() {
    NewJob job = job().key("home").build();

    List<Inserted> results = store().insert(List.of(job, job, job));

    assertThat(results.get(0)).isInstanceOf(Inserted.Taken.class);
    assertThat(results.subList(1, 3)).hasOnlyElementsOfType(Inserted.KeyTaken.class);
  }

  @Test
  default void onceCountsEndedJobsToo() {
    Receipt first = insert(job().key("home").once());
    succeed(claim(first));

    for (IfTaken ifTaken : IfTaken.values()) {
      assertThat(offer(job().key("home", ifTaken).once()))
          .isInstanceOfSatisfying(
              Inserted.KeyTaken.class, it -> assertThat(it.holder().id()).isEqualTo(first.id()));
    }
    insert(job().key("home"));
  }

  @Test
  default void aCancelledJobDoesNotSatisfyOnce() {
    cancel(insert(job().key("home").once()), "asked");
    Receipt second = insert(job().key("home").once());
    succeed(claim(second));

    assertThat(offer(job().key("home").once()))
        .isInstanceOfSatisfying(
            Inserted.KeyTaken.class, it -> assertThat(it.holder().id()).isEqualTo(second.id()));
    // One that came later and was cancelled takes nothing back.
    cancel(insert(job().key("home")), "asked");
    assertThat(offer(job().key("home").once()))
        .isInstanceOfSatisfying(
            Inserted.KeyTaken.class, it -> assertThat(it.holder().id()).isEqualTo(second.id()));
  }

  @Test
  default void aJobThatIsBeingCancelledIsFollowedByTheNextOfItsKey() {
    Receipt old = insert(job().key("home").once());
    Claimed running = claim(old);
    cancel(old, "asked");
    Receipt next = insert(job().key("home").once());

    assertThat(state(next)).isEqualTo(JobState.BLOCKED);
    assertThat(offer(job().key("home").once()))
        .isInstanceOfSatisfying(
            Inserted.KeyTaken.class, it -> assertThat(it.holder().id()).isEqualTo(next.id()));
    failWith(running, "stopped");
    claim(next);
  }

  @Test
  default void aJobThatSucceedsWhileItIsCancelledHasRunOnce() {
    Receipt old = insert(job().key("home").once());
    Claimed running = claim(old);
    cancel(old, "asked");
    Receipt next = insert(job().key("home").once());
    succeed(running, "made it");

    assertThat(outcome(next)).isEqualTo(new Outcome.Succeeded<>("made it", 0));
    nothingToClaim();
  }

  @Test
  default void aWaitingJobIsReplacedAtOnce() {
    Receipt old = insert(job().key("home"));
    Receipt replacement = insert(job().key("home", IfTaken.REPLACE));

    assertThat(cancelled(old).cause()).contains("replaced", "job " + replacement.id());
    assertThat(events().await(() -> timesEnded(old) == 1)).isTrue();
    claim(replacement);
    nothingToClaim();
  }

  @Test
  default void aRunningJobIsAskedToCancelAndReplacedWhenItHasEnded() {
    Receipt old = insert(job().key("home"));
    Claimed running = claim(old);
    Receipt replacement = insert(job().key("home", IfTaken.REPLACE));

    assertThat(events().asked())
        .containsExactly(new RecordedEvents.Asked(old.id(), running.fence()));
    assertThat(state(old)).isEqualTo(JobState.RUNNING);
    assertThat(state(replacement)).isEqualTo(JobState.BLOCKED);
    assertWhy(replacement, Reason.Kind.JOBS, "job " + old.id());
    nothingToClaim();

    retry(running, Duration.ZERO);
    assertThat(state(old)).isEqualTo(JobState.CANCELLED);
    claim(replacement);
  }

  @Test
  default void aReplacementStartsWhateverBecameOfTheReplaced() {
    Receipt old = insert(job().key("home"));
    Claimed running = claim(old);
    Receipt replacement = insert(job().key("home", IfTaken.REPLACE));
    succeed(running, "made it");

    assertThat(outcome(old)).isEqualTo(new Outcome.Succeeded<>("made it", 1));
    succeed(claim(replacement));
  }

  @Test
  default void aReplacementThatIsReplacedWhileTheFirstRunsStillWaitsForIt() {
    Receipt first = insert(job().key("home"));
    Claimed running = claim(first);
    Receipt second = insert(job().key("home", IfTaken.REPLACE));
    Receipt third = insert(job().key("home", IfTaken.REPLACE));

    assertThat(cancelled(second).cause()).contains("replaced", "job " + third.id());
    assertThat(state(third)).isEqualTo(JobState.BLOCKED);
    assertThat(offer(job().key("home")))
        .isInstanceOfSatisfying(
            Inserted.KeyTaken.class, it -> assertThat(it.holder().id()).isEqualTo(third.id()));
    nothingToClaim();

    failWith(running, "stopped");
    claim(third);
    nothingToClaim();
    assertThat(events().asked()).hasSize(1);
  }

  @Test
  default void aReplacementCancelledMeanwhileLeavesTheKeyToTheReplaced() {
    Receipt old = insert(job().key("home"));
    Claimed running = claim(old);
    Receipt replacement = insert(job().key("home", IfTaken.REPLACE));
    cancel(replacement, "asked");

    assertThat(offer(job().key("home", IfTaken.REJECT)))
        .isInstanceOfSatisfying(
            Inserted.KeyTaken.class, it -> assertThat(it.holder().id()).isEqualTo(old.id()));
    Receipt second = insert(job().key("home", IfTaken.REPLACE));
    nothingToClaim();
    failWith(running, "stopped");
    claim(second);
  }

  @Test
  default void aReplacementHeldMeanwhileStaysHeld() {
    Receipt old = insert(job().key("home"));
    Claimed running = claim(old);
    Receipt replacement = insert(job().key("home", IfTaken.REPLACE));
    store().hold(replacement.id(), "by hand");
    failWith(running, "stopped");
    assertThat(state(replacement)).isEqualTo(JobState.HELD);

    store().release(replacement.id());
    claim(replacement);
  }

  @Test
  default void aReplacementMayAlsoWaitForAnInput() {
    Receipt old = insert(job().key("home"));
    Claimed running = claim(old);
    Receipt input = insert(job("other"));
    Receipt replacement = insert(job().key("home", IfTaken.REPLACE).after(input));
    succeed(claim(input), "x");
    assertThat(state(replacement)).isEqualTo(JobState.BLOCKED);

    failWith(running, "stopped");
    assertThat(claim(replacement).input()).isEqualTo("x");
  }

  @Test
  default void replacingAFreeKeyIsAPlainInsert() {
    Receipt job = insert(job().key("home", IfTaken.REPLACE));
    succeed(claim(job));
    claim(insert(job().key("home", IfTaken.REPLACE)));
  }
}
