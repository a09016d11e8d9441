package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt.End;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.Micros;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Insert, claim and finish: the plain life of a job.
interface ClaimContract extends StoreScenario {
  @Test
  default void aJobIsInsertedClaimedAndFinished() {
    Receipt job = insert(job("greet").input("world"));
    assertThat(state(job)).isEqualTo(JobState.AVAILABLE);

    Claimed claimed = claim();
    assertThat(claimed.id()).isEqualTo(job.id());
    assertThat(claimed.task()).isEqualTo("greet");
    assertThat(claimed.input()).isEqualTo("world");
    assertThat(claimed.attempt()).isEqualTo(1);
    assertThat(claimed.failures()).isZero();
    assertThat(claimed.losses()).isZero();
    assertThat(claimed.available()).isEqualTo(Micros.now(clock()));
    assertThat(claimed.deadline()).isEqualTo(Micros.NEVER);
    assertThat(claimed.cancel()).isNull();
    assertThat(state(job)).isEqualTo(JobState.RUNNING);

    assertThat(succeed(claimed, "hello world")).isTrue();
    assertThat(state(job)).isEqualTo(JobState.SUCCEEDED);
    assertThat(outcome(job)).isEqualTo(new Outcome.Succeeded<>("hello world", 1));
    nothingToClaim();
  }

  @Test
  default void aBatchIsInsertedClaimedAndFinishedInOrder() {
    List<Receipt> jobs =
        insert(IntStream.range(0, 100).mapToObj(i -> job().input("" + i)).toList());
    assertThat(StoreScenario.ids(jobs)).isSorted().doesNotHaveDuplicates();

    List<Claimed> claimed = claim(1_000);
    assertThat(claimed).extracting(Claimed::id).isEqualTo(StoreScenario.ids(jobs));
    assertThat(claimed)
        .extracting(Claimed::input)
        .isEqualTo(IntStream.range(0, 100).mapToObj(i -> "" + i).toList());

    List<Finish> ends = claimed.stream().map(it -> success(it, it.input())).toList();
    assertThat(store().finish(ends)).hasSize(100).containsOnly(true);
    for (int i = 0; i < jobs.size(); i++) {
      assertThat(outcome(jobs.get(i))).isEqualTo(new Outcome.Succeeded<>("" + i, 1));
    }
  }

  @Test
  default void emptyBatchesAreFine() {
    assertThat(store().insert(List.of())).isEmpty();
    assertThat(store().finish(List.of())).isEmpty();
    assertThat(claim(10)).isEmpty();
    store().cancel(List.of(), "nobody");
    assertThat(store().query(JobQuery.ALL)).isEmpty();
  }

  @Test
  default void aClaimTakesNoMoreThanItAskedFor() {
    insert(10, job());

    assertThat(claim(0)).isEmpty();
    assertThat(claim(1)).hasSize(1);
    assertThat(claim(3)).hasSize(3);
    assertThat(claim(100)).hasSize(6);
    assertThat(claim(100)).isEmpty();
  }

  @Test
  default void aClaimTakesOnlyJobsOfItsStrategy() {
    Receipt io = insert(job().on(Strategy.IO));
    Receipt cpu = insert(job().on(Strategy.CPU));
    Receipt async = insert(job().on(Strategy.ASYNC));

    assertThat(store().claim(NODE, Strategy.CPU, 10))
        .extracting(Claimed::id)
        .containsExactly(cpu.id());
    assertThat(store().claim(NODE, Strategy.CPU, 10)).isEmpty();
    assertThat(store().claim(NODE, Strategy.ASYNC, 10))
        .extracting(Claimed::id)
        .containsExactly(async.id());
    assertThat(store().claim(NODE, Strategy.IO, 10))
        .extracting(Claimed::id)
        .containsExactly(io.id());
  }

  @Test
  default void aBatchMayMixWhatIsTakenAndWhatIsNot() {
    insert(job().key("home"));

    List<NewJob> batch =
        List.of(job().build(), job().key("home").build(), job().key("other").build());

    assertThat(store().insert(batch))
        .satisfiesExactly(
            first -> assertThat(first).isInstanceOf(Inserted.Taken.class),
            second -> assertThat(second).isInstanceOf(Inserted.KeyTaken.class),
            third -> assertThat(third).isInstanceOf(Inserted.Taken.class));
  }

  @Test
  default void aJobKnowsWhatItWasSubmittedWith() {
    Claimed parent = running(job("parent"));
    Receipt job =
        insert(
            job("child")
                .on(Strategy.CPU)
                .queue("mail")
                .priority(2)
                .key("home")
                .due(in(Duration.ofMinutes(5)))
                .deadline(in(Duration.ofHours(1)))
                .childOf(parent)
                .retryOf(parent.id()));

    JobInfo info = info(job);
    assertThat(info.id()).isEqualTo(job.id());
    assertThat(info.task()).isEqualTo("child");
    assertThat(info.strategy()).isEqualTo(Strategy.CPU);
    assertThat(info.queue()).isEqualTo("mail");
    assertThat(info.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(info.priority()).isEqualTo(2);
    assertThat(info.key()).isEqualTo("home");
    assertThat(info.parent()).hasValue(parent.id());
    assertThat(info.retryOf()).hasValue(parent.id());
    assertThat(info.created()).isEqualTo(clock().instant());
    assertThat(info.due()).isEqualTo(in(Duration.ofMinutes(5)));
    assertThat(info.deadline()).isEqualTo(in(Duration.ofHours(1)));
    assertThat(info.ended()).isNull();
    assertThat(info.outcome()).isNull();
    assertThat(info.attempts()).isEmpty();
  }

  @Test
  default void anEndedJobKnowsItsAttempts() {
    Receipt job = insert(job());
    retry(claim(job), Duration.ZERO);
    snooze(claim(job), Duration.ofMinutes(1));
    advance(Duration.ofMinutes(1));
    Claimed third = claim(job);
    assertThat(info(job).attempts()).hasSize(3);
    assertThat(info(job).attempts().getLast().end()).isNull();
    succeed(third);

    JobInfo info = info(job);
    assertThat(info.attemptCount()).isEqualTo(3);
    assertThat(info.attempts()).extracting(it -> it.number()).containsExactly(1, 2, 3);
    assertThat(info.attempts().get(0).end()).isInstanceOf(End.Failed.class);
    assertThat(info.attempts().get(1).end()).isEqualTo(new End.Snoozed(Duration.ofMinutes(1)));
    assertThat(info.attempts().get(2).end()).isEqualTo(new End.Succeeded());
    assertThat(info.attempts()).extracting(it -> it.node()).containsOnly(NODE);
    assertThat(info.ended()).isEqualTo(clock().instant());
    assertThat(info.outcome()).isEqualTo(new Outcome.Succeeded<>(null, 3));
  }

  @Test
  default void eachEndIsToldOnceWithItsOutcome() {
    Receipt job = insert(job("greet"));
    Claimed claimed = claim(job);
    retry(claimed, Duration.ZERO);
    assertThat(events().ended()).isEmpty();
    Claimed second = claim(job);
    succeed(second, "done");
    succeed(second, "late");
    cancel(job, "later still");

    assertThat(events().await(() -> !events().ended().isEmpty())).isTrue();
    assertThat(events().ended())
        .containsExactly(
            new RecordedEvents.Ended(job.id(), "greet", new Outcome.Succeeded<>("done", 2)));
  }

  @Test
  default void eventsComeWhenNoLockIsHeld() {
    var seen = new AtomicReference<JobState>();
    Receipt job = insert(job());
    events()
        .onEnded(() ->
            // On a thread of its own: a lock held by this one would keep it out.
            seen.set(
                CompletableFuture.supplyAsync(() -> state(job))
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join()));

    succeed(claim(job));

    assertThat(events().await(() -> seen.get() != null)).isTrue();
    assertThat(seen.get()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  default void anInsertTellsThatThereIsWork() {
    nothingToClaim();
    events().forget();

    insert(job());

    assertThat(events().await(() -> events().available(EnumSet.of(Strategy.IO)))).isTrue();
  }

  @Test
  default void aHandleFindsItsJobAgainById() {
    Receipt job = insert(job());

    Receipt again = store().receipt(job.id());

    assertThat(again).isNotNull().extracting(Receipt::id).isEqualTo(job.id());
    assertThat(store().receipt(job.id() + 1)).isNull();
    assertThat(store().find(job.id() + 1)).isEmpty();
    assertThat(store().explain(job.id() + 1)).isEmpty();
  }

  @Test
  default void theOriginalOfAnEndedJobCanBeSubmittedAgain() {
    Receipt job = insert(job("greet").queue("mail").priority(3).key("home").input("world"));
    failWith(claim(job), "no luck");

    NewJob original = store().original(job);
    Receipt again = ((Inserted.Taken) store().insert(List.of(original)).getFirst()).job();

    JobInfo info = info(again);
    assertThat(info.retryOf()).hasValue(job.id());
    assertThat(info.task()).isEqualTo("greet");
    assertThat(info.queue()).isEqualTo("mail");
    assertThat(info.priority()).isEqualTo(3);
    assertThat(info.key()).isEqualTo("home");
    assertThat(claim(again).input()).isEqualTo("world");
  }
}
