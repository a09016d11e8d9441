package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobState;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Queues: their limits, bounds and pauses.
interface QueueContract extends StoreScenario {

  @Test
  default void aQueueRunsNoMoreThanItsLimitWhateverTheStrategy() {
    queue("mail", QueueSettings.DEFAULT.limit(2));
    insert(3, job().queue("mail"));
    insert(job().queue("mail").on(Strategy.CPU));
    insert(job().queue("other"));

    List<Claimed> running = claim(10);
    assertThat(running).hasSize(3);
    assertThat(store().claim(NODE, Strategy.CPU, 10)).isEmpty();

    succeed(running.getFirst());
    assertThat(store().claim(NODE, Strategy.CPU, 10)).hasSize(1);
    nothingToClaim();
  }

  @Test
  default void aRaisedQueueLimitLetsWaitingJobsGo() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    insert(5, job().queue("mail"));
    assertThat(claim(10)).hasSize(1);
    events().forget();

    queue("mail", QueueSettings.DEFAULT.limit(3));

    assertThat(events().await(() -> events().available(EnumSet.of(Strategy.IO)))).isTrue();
    assertThat(claim(10)).hasSize(2);
  }

  @Test
  default void aPausedQueueIsNotClaimedFrom() {
    Receipt first = insert(job().queue("mail"));
    Receipt second = insert(job().queue("mail"));
    Claimed running = claim(first);
    store().pause("mail");
    Receipt third = insert(job().queue("mail"));
    Receipt other = insert(job());

    assertWhy(second, Reason.Kind.PAUSED, "mail");
    assertThat(claimIds(10)).containsExactly(other.id());
    assertThat(succeed(running)).isTrue();
    nothingToClaim();
    events().forget();

    store().resume("mail");
    assertThat(events().await(() -> events().available(EnumSet.of(Strategy.IO)))).isTrue();
    assertThat(claimIds(10)).containsExactly(second.id(), third.id());
  }

  @Test
  default void aQueueCanBePausedBeforeItHasJobsAndTwice() {
    store().pause("mail");
    store().pause("mail");
    insert(job().queue("mail"));
    nothingToClaim();

    store().resume("mail");
    assertThat(claim(10)).hasSize(1);
    store().resume("mail");
    store().resume("never heard of");
  }

  @Test
  default void redefiningAQueueDoesNotEndItsPause() {
    store().pause("mail");
    insert(job().queue("mail"));

    queue("mail", QueueSettings.DEFAULT.limit(3));

    nothingToClaim();
  }

  @Test
  default void aFullQueueTakesNoMoreUntilItHasRoom() {
    queue("mail", QueueSettings.DEFAULT.bound(2));
    insert(2, job().queue("mail"));

    assertThat(offer(job().queue("mail"))).isInstanceOf(Inserted.QueueFull.class);
    assertThat(offer(job().queue("other"))).isInstanceOf(Inserted.Taken.class);
    events().forget();

    claim(1); // What runs is not in the queue any more.
    assertThat(events().await(() -> events().rooms() > 0)).isTrue();
    insert(job().queue("mail"));
    assertThat(offer(job().queue("mail"))).isInstanceOf(Inserted.QueueFull.class);
  }

  @Test
  default void whatWaitsForAnyReasonCountsForTheBound() {
    queue("mail", QueueSettings.DEFAULT.bound(4));
    Claimed input = running(job());
    Receipt scheduled = insert(job().queue("mail").due(in(Duration.ofHours(1))));
    Receipt blocked = insert(job().queue("mail").after(receipt(input)));
    Receipt held = insert(job().queue("mail").held("by hand"));
    Receipt available = insert(job().queue("mail"));
    assertThat(offer(job().queue("mail"))).isInstanceOf(Inserted.QueueFull.class);

    for (Receipt job : List.of(scheduled, blocked, held, available)) {
      events().forget();
      cancel(job, "asked");
      assertThat(events().await(() -> events().rooms() > 0)).isTrue();
      insert(job().queue("mail"));
      assertThat(offer(job().queue("mail"))).isInstanceOf(Inserted.QueueFull.class);
    }
  }

  @Test
  default void aRetryComesBackIntoAFullQueue() {
    queue("mail", QueueSettings.DEFAULT.bound(1));
    Receipt job = insert(job().queue("mail"));
    Claimed running = claim(job);
    insert(job().queue("mail"));

    assertThat(retry(running, Duration.ofMinutes(1))).isTrue();
    assertThat(state(job)).isEqualTo(JobState.SCHEDULED);
    assertThat(claim(10)).hasSize(1);
    assertThat(offer(job().queue("mail"))).isInstanceOf(Inserted.QueueFull.class);
    advance(Duration.ofMinutes(1));
    claim(job);
    insert(job().queue("mail"));
  }

  @Test
  default void aBatchFillsAQueueToItsBound() {
    queue("mail", QueueSettings.DEFAULT.bound(3));
    NewJob job = job().queue("mail").build();

    List<Inserted> results = store().insert(List.of(job, job, job, job, job));

    assertThat(results.subList(0, 3)).hasOnlyElementsOfType(Inserted.Taken.class);
    assertThat(results.subList(3, 5)).hasOnlyElementsOfType(Inserted.QueueFull.class);
  }

  @Test
  default void aFullQueueRefusesBeforeAnythingIsReplaced() {
    queue("mail", QueueSettings.DEFAULT.bound(1));
    Receipt first = insert(job().queue("mail").key("home"));

    assertThat(offer(job().queue("mail").key("home", IfTaken.REPLACE)))
        .isInstanceOf(Inserted.QueueFull.class);
    assertThat(state(first)).isEqualTo(JobState.AVAILABLE);
    assertThat(offer(job().queue("mail").key("home"))).isInstanceOf(Inserted.KeyTaken.class);
  }

  @Test
  default void aRaisedBoundMakesRoom() {
    queue("mail", QueueSettings.DEFAULT.bound(1));
    insert(job().queue("mail"));
    events().forget();

    queue("mail", QueueSettings.DEFAULT.bound(2));

    assertThat(events().await(() -> events().rooms() > 0)).isTrue();
    insert(job().queue("mail"));
  }

  @Test
  default void whyNamesTheFullQueue() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    running(job().queue("mail"));

    assertWhy(insert(job().queue("mail")), Reason.Kind.QUEUE, "mail", "1 of 1");
  }
}
