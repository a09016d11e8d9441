package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt.End;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.Strategy;
import dev.treadle.Submission.IfTaken;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Group;
import dev.treadle.spi.Next.Charge;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Attempts that were abandoned, and jobs that wait for jobs.
interface WaitContract extends StoreScenario {

  @Test
  default void anAbandonedAttemptIsMarkedAndKeepsItsJobRunning() {
    Receipt job = insert(job());
    Claimed running = claim(job);

    assertThat(store().abandon(job.id(), running.fence())).isTrue();
    assertThat(store().abandon(job.id(), running.fence())).isTrue();

    assertThat(state(job)).isEqualTo(JobState.RUNNING);
    assertThat(info(job).attempts().getLast().abandoned()).isTrue();
    assertWhy(job, Reason.Kind.RUNNING, "abandoned");
    assertThat(retry(running, Duration.ZERO)).isTrue();
    claim(job);
    assertThat(info(job).attempts().getLast().abandoned()).isFalse();
  }

  @Test
  default void abandonedCodeKeepsItsLimitsUntilItReturns() {
    limit("db", 1);
    limit("host", 1);
    Receipt job = insert(job().limit("db").limit("host", "a"));
    Claimed running = claim(job);
    store().abandon(job.id(), running.fence());
    assertThat(store().finish(List.of(failure(running, "timed out", true)))).containsExactly(true);
    Receipt sameLimit = insert(job().limit("db"));
    Receipt sameKey = insert(job().limit("host", "a"));

    assertThat(state(job)).isEqualTo(JobState.FAILED);
    nothingToClaim();
    assertWhy(sameLimit, Reason.Kind.LIMIT, "db");
    events().forget();

    store().returned(job.id(), running.fence());
    assertThat(events().await(() -> events().available(EnumSet.of(Strategy.IO)))).isTrue();
    assertThat(claimIds(10)).containsExactly(sameLimit.id(), sameKey.id());
    store().returned(job.id(), running.fence());
    insert(job().limit("db"));
    nothingToClaim();
  }

  @Test
  default void abandonedCodeKeepsItsPlaceInAQueueWithALimit() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    Claimed running = running(job().queue("mail"));
    store().finish(List.of(failure(running, "timed out", true)));
    Receipt next = insert(job().queue("mail"));
    nothingToClaim();

    store().returned(running.id(), running.fence());
    claim(next);
  }

  @Test
  default void abandonedCodeThatWaitedHoldsNoPlaceInItsQueue() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    limit("db", 1);
    Claimed running = running(job().queue("mail").limit("db"));
    Receipt child = insert(job());
    assertThat(wait(running, child)).isNull();
    store().finish(List.of(failure(running, "timed out", true)));
    succeed(claim(child));

    claim(insert(job().queue("mail")));
    store().returned(running.id(), running.fence());
    insert(job().queue("mail").limit("db"));
    nothingToClaim();
  }

  @Test
  default void aRetryMayRunBesideTheAbandonedCodeOfAnEarlierAttempt() {
    limit("db", 2);
    Receipt job = insert(job().limit("db"));
    Claimed first = claim(job);
    store()
        .finish(
            List.of(
                ended(
                    first,
                    new End.TimedOut(new IllegalStateException(), false),
                    again(Duration.ZERO, Charge.FAILURE),
                    true)));
    Claimed second = claim(job);
    Receipt other = insert(job().limit("db"));
    nothingToClaim();

    store().returned(first.id(), first.fence());
    succeed(claim(other));
    store().returned(second.id(), second.fence()); // It still runs: nothing is freed.
    claim(insert(job().limit("db")));
    insert(job().limit("db"));
    nothingToClaim();
  }

  private @Nullable String wait(Claimed waiter, Receipt... awaited) {
    return store().beginWait(waiter.id(), waiter.fence(), Arrays.asList(awaited));
  }

  private AtomicInteger goOn(Claimed waiter) {
    AtomicInteger granted = new AtomicInteger();
    store()
        .endWait(
            waiter.id(),
            waiter.fence(),
            () -> {
              synchronized (events()) {
                granted.incrementAndGet();
                events().notifyAll();
              }
            });
    return granted;
  }

  @Test
  default void aWaitingJobGivesItsQueuesPlaceAway() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    Claimed parent = running(job().queue("mail"));
    Receipt child = insert(job().queue("mail"));
    nothingToClaim();
    events().forget();

    assertThat(wait(parent, child)).isNull();

    assertThat(events().await(() -> events().available(EnumSet.of(Strategy.IO)))).isTrue();
    succeed(claim(child));
    assertThat(events().await(() -> goOn(parent).get() == 1)).isTrue();
    insert(job().queue("mail"));
    nothingToClaim();
    succeed(parent);
    assertThat(claim(10)).hasSize(1);
  }

  @Test
  default void aWaitingJobThatGoesOnComesBeforeClaims() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    Claimed parent = running(job().queue("mail"));
    Receipt child = insert(job());
    wait(parent, child);
    Claimed second = running(job().queue("mail").priority(0));
    insert(5, job().queue("mail").priority(0));
    AtomicInteger granted = goOn(parent);
    assertThat(granted).hasValue(0);

    succeed(second);
    assertThat(events().await(() -> granted.get() == 1)).isTrue();
    assertThat(store().query(JobQuery.ALL.queue("mail").states(JobState.RUNNING)))
        .extracting(JobInfo::id)
        .containsExactly(parent.id());
    succeed(parent);
    assertThat(claim(10)).extracting(Claimed::id).hasSize(2).contains(child.id());
  }

  @Test
  default void severalThatGoOnAreServedInTurnAndOnceEach() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    Receipt child = insert(job("child").due(in(Duration.ofHours(1))));
    List<Claimed> parents = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      parents.add(running(job().queue("mail")));
      wait(parents.getLast(), child);
    }
    Claimed last = running(job().queue("mail"));
    List<AtomicInteger> granted = parents.stream().map(this::goOn).toList();
    assertThat(granted).extracting(AtomicInteger::get).containsExactly(0, 0, 0);
    succeed(last);
    for (int i = 0; i < 3; i++) {
      int at = i;
      assertThat(events().await(() -> granted.get(at).get() == 1)).isTrue();
      assertThat(granted.stream().mapToInt(AtomicInteger::get).sum()).isEqualTo(i + 1);
      succeed(parents.get(i));
    }
    claim(insert(job().queue("mail")));
    insert(job().queue("mail"));
    nothingToClaim();
  }

  @Test
  default void aPausedQueueLetsThoseThatWaitedGoOn() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    Claimed parent = running(job().queue("mail"));
    wait(parent, insert(job()));
    store().pause("mail");

    assertThat(goOn(parent)).hasValue(1);
  }

  @Test
  default void aRaisedLimitLetsThoseThatWaitedGoOn() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    Claimed parent = running(job().queue("mail"));
    wait(parent, insert(job("child").due(in(Duration.ofHours(1)))));
    running(job().queue("mail"));
    AtomicInteger granted = goOn(parent);
    assertThat(granted).hasValue(0);

    queue("mail", QueueSettings.DEFAULT.limit(2));

    assertThat(events().await(() -> granted.get() == 1)).isTrue();
    insert(job().queue("mail"));
    nothingToClaim();
  }

  @Test
  default void whatEndedWhileItWantedToGoOnHoldsNoPlace() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    Claimed parent = running(job().queue("mail"));
    wait(parent, insert(job("child").due(in(Duration.ofHours(1)))));
    Claimed second = running(job().queue("mail"));
    AtomicInteger granted = goOn(parent);
    failWith(parent, "timed out");
    Receipt next = insert(job().queue("mail"));
    nothingToClaim();

    succeed(second);
    assertThat(events().await(() -> granted.get() == 1)).isTrue();
    claim(next);
    insert(job().queue("mail"));
    nothingToClaim();
  }

  @Test
  default void goingOnWithoutHavingWaitedIsGrantedAtOnce() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    Claimed running = running(job().queue("mail"));

    assertThat(goOn(running)).hasValue(1);
    insert(job().queue("mail"));
    nothingToClaim();
  }

  @Test
  default void waitingTwiceGivesThePlaceAwayOnce() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    Claimed parent = running(job().queue("mail"));
    Receipt child = insert(job("child").due(in(Duration.ofHours(1))));
    wait(parent, child);
    wait(parent, child);
    insert(5, job().queue("mail"));

    assertThat(claim(10)).hasSize(1);
  }

  @Test
  default void aWaitForWhatHasEndedIsNeverRefused() {
    limit("db", 1);
    Receipt first = insert(job().limit("db"));
    succeed(claim(first));
    Claimed waiter = running(job().limit("db"));

    assertThat(wait(waiter, first)).isNull();
  }

  @Test
  default void aWaitForAJobThatNeedsALimitTheWaiterHoldsIsRefused() {
    queue("mail", QueueSettings.DEFAULT.limit(1));
    limit("db", 5); // Refused whether or not it is full: what works does not depend on the load.
    Claimed waiter = running(job("outer").queue("mail").limit("db"));
    Receipt child = insert(job("inner").limit("db"));

    assertThat(wait(waiter, child))
        .contains(
            "job " + waiter.id(), "outer", "job " + child.id(), "inner", "limit db", "different");
    insert(job().queue("mail"));
    assertThat(claimIds(10)).as("a refused wait gives nothing away").containsExactly(child.id());
  }

  @Test
  default void aWaitForAJobOfAnotherKeyIsFine() {
    limit("host", 1);
    Claimed waiter = running(job().limit("host", "a"));
    Receipt same = insert(job().limit("host", "a"));
    Receipt other = insert(job().limit("host", "b"));

    assertThat(wait(waiter, same)).contains("host=a");
    assertThat(wait(waiter, other)).isNull();
  }

  @Test
  default void aWaitForAJobUnderTheSameRateIsFine() {
    rate("calls", 5, Duration.ofMinutes(1));
    Claimed waiter = running(job().limit("calls"));

    assertThat(wait(waiter, insert(job().limit("calls")))).isNull();
  }

  @Test
  default void aWaitIsRefusedForALimitThatSomebodyInTheChainHolds() {
    limit("db", 5);
    Claimed top = running(job("top").limit("db"));
    Claimed middle = running(job("middle").childOf(top));
    assertThat(wait(top, receipt(middle))).isNull();
    Receipt bottom = insert(job("bottom").limit("db").childOf(middle));

    assertThat(wait(middle, bottom)).contains("limit db", "job " + top.id(), "top", "bottom");
  }

  @Test
  default void theChainLeadsByWayOfEdgesToo() {
    limit("db", 5);
    Claimed top = running(job("top").limit("db"));
    Claimed middle = running(job("middle"));
    Receipt between = insert(job("between").after(receipt(middle)));
    assertThat(wait(top, between)).isNull();
    Receipt bottom = insert(job("bottom").limit("db"));

    assertThat(wait(middle, bottom)).contains("limit db", "top");
    assertThat(wait(middle, between)).contains("itself");
  }

  @Test
  default void theChainLeadsByWayOfGroupsToo() {
    limit("db", 5);
    Claimed top = running(job("top").limit("db"));
    Claimed item = running(job("item"));
    Group group = store().openGroup(List.of(receipt(item)));
    Receipt between = insert(job("between").after(group));
    assertThat(wait(top, between)).isNull();

    assertThat(wait(item, insert(job("bottom").limit("db")))).contains("limit db", "top");
  }

  @Test
  default void aWaitIsRefusedForWhatTheInputsOfTheAwaitedJobNeed() {
    limit("db", 5);
    Claimed waiter = running(job("waiter").limit("db"));
    Receipt input = insert(job("input").limit("db"));
    Receipt between = insert(job("between").after(input));
    Receipt child = insert(job("child").after(between));
    assertThat(wait(waiter, child)).contains("limit db", "input");

    Group group = store().openGroup(List.of(input));
    assertThat(wait(waiter, insert(job("child").after(group)))).contains("limit db", "input");
  }

  @Test
  default void aWaitIsRefusedForWhatTheAwaitedJobItselfWaitsFor() {
    limit("db", 5);
    Claimed holder = running(job("holder").limit("db"));
    Claimed other = running(job("other"));
    Receipt child = insert(job("child").limit("db"));
    assertThat(wait(other, child)).isNull();

    assertThat(wait(holder, receipt(other))).contains("limit db", "child");
  }

  @Test
  default void aJobCannotWaitForItself() {
    Claimed waiter = running(job());

    assertThat(wait(waiter, receipt(waiter))).contains("itself");
  }

  @Test
  default void aJobCannotWaitForWhatWaitsForIt() {
    Claimed one = running(job("one"));
    Claimed two = running(job("two"));
    Receipt dependent = insert(job("three").after(receipt(one)));

    assertThat(wait(one, dependent)).contains("itself");
    assertThat(wait(one, receipt(two))).isNull();
    assertThat(wait(two, receipt(one))).contains("itself");
    assertThat(wait(two, dependent)).contains("itself");
  }

  @Test
  default void aJobCannotWaitForWhatReplacesIt() {
    Claimed waiter = running(job("w").key("home"));
    Receipt replacement = insert(job("w").key("home", IfTaken.REPLACE));

    assertThat(wait(waiter, replacement)).contains("itself");
  }

  @Test
  default void anEndedWaitIsForgotten() {
    Claimed one = running(job("one"));
    Claimed two = running(job("two"));
    assertThat(wait(one, receipt(two))).isNull();
    assertThat(goOn(one)).hasValue(1);

    assertThat(wait(two, receipt(one))).isNull();
    succeed(two);
    assertThat(wait(one, insert(job("child")))).isNull();
  }

  @Test
  default void oneRefusedAmongManyRefusesTheWait() {
    limit("db", 5);
    Claimed waiter = running(job().limit("db"));
    Receipt fine = insert(job());
    Receipt bad = insert(job().limit("db"));

    assertThat(wait(waiter, fine, bad)).contains("job " + bad.id());
    assertThat(wait(waiter, fine)).isNull();
  }
}
