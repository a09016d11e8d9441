package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobState;
import dev.treadle.Reason;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Hold and release: parking a job by hand.
interface HoldContract extends StoreScenario {

  @Test
  default void aHeldJobIsNotClaimedUntilItIsReleased() {
    Receipt job = insert(job());

    assertThat(store().hold(job.id(), "Ann looks at it")).isTrue();
    assertThat(state(job)).isEqualTo(JobState.HELD);
    assertWhy(job, Reason.Kind.HELD, "Ann looks at it");
    nothingToClaim();

    assertThat(store().release(job.id())).isTrue();
    assertThat(state(job)).isEqualTo(JobState.AVAILABLE);
    claim(job);
  }

  @Test
  default void aJobCanBeHeldFromTheStart() {
    Receipt job = insert(job().held("by hand"));
    assertThat(state(job)).isEqualTo(JobState.HELD);
    assertWhy(job, Reason.Kind.HELD, "by hand");
    nothingToClaim();

    assertThat(store().release(job.id())).isTrue();
    claim(job);
  }

  @Test
  default void aHeldScheduledJobStillWaitsForItsTime() {
    Receipt early = insert(job().due(in(Duration.ofMinutes(10))));
    Receipt late = insert(job().due(in(Duration.ofMinutes(10))));
    store().hold(early.id(), "wait");
    store().hold(late.id(), "wait");
    advance(Duration.ofMinutes(5));
    store().release(early.id());
    assertThat(state(early)).isEqualTo(JobState.SCHEDULED);

    advance(Duration.ofMinutes(5));
    succeed(claim(early));
    nothingToClaim();
    store().release(late.id());
    claim(late);
  }

  @Test
  default void aHeldBlockedJobStillWaitsForItsInput() {
    Receipt input = insert(job());
    Receipt early = insert(job().after(input));
    Receipt late = insert(job().after(input));
    store().hold(early.id(), "wait");
    store().hold(late.id(), "wait");
    store().release(early.id());
    assertThat(state(early)).isEqualTo(JobState.BLOCKED);

    succeed(claim(input));
    assertThat(state(late)).isEqualTo(JobState.HELD);
    succeed(claim(early));
    nothingToClaim();
    store().release(late.id());
    claim(late);
  }

  @Test
  default void aHeldJobIsCancelledWhenItsInputFails() {
    Receipt input = insert(job());
    Receipt held = insert(job().after(input).held("by hand"));
    failWith(claim(input), "broken");

    assertThat(cancelled(held).error()).hasMessage("broken");
  }

  @Test
  default void onlyWhatNeitherRunsNorHasEndedNorIsHeldCanBeHeld() {
    Receipt job = insert(job());
    assertThat(store().hold(job.id(), "first")).isTrue();
    assertThat(store().hold(job.id(), "second")).isFalse();
    assertWhy(job, Reason.Kind.HELD, "first");
    store().release(job.id());
    Claimed running = claim(job);
    assertThat(store().hold(job.id(), "runs")).isFalse();
    succeed(running);
    assertThat(store().hold(job.id(), "ended")).isFalse();
    assertThat(store().hold(job.id() + 1, "unknown")).isFalse();
    assertThat(state(job)).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  default void onlyWhatIsHeldCanBeReleased() {
    Receipt job = insert(job());
    assertThat(store().release(job.id())).isFalse();
    Claimed running = claim(job);
    assertThat(store().release(job.id())).isFalse();
    succeed(running);
    assertThat(store().release(job.id())).isFalse();
    assertThat(store().release(job.id() + 1)).isFalse();
  }

  @Test
  default void aJobBetweenTwoAttemptsCanBeHeld() {
    Receipt job = insert(job());
    retry(claim(job), Duration.ofMinutes(1));
    store().hold(job.id(), "by hand");
    advance(Duration.ofMinutes(1));
    nothingToClaim();

    store().release(job.id());
    assertThat(claim(job).attempt()).isEqualTo(2);
  }
}
