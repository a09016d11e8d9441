package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.QueueSettings;
import dev.treadle.Reason;
import dev.treadle.RefusedException;
import dev.treadle.Strategy;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Inserted;
import dev.treadle.spi.NewJob;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What can be read of jobs: queries, counts, reasons, idleness, and what pruning leaves.
interface QueryContract extends StoreScenario {
  Set<Strategy> ALL = EnumSet.allOf(Strategy.class);

  private List<Long> found(JobQuery query) {
    return store().query(query).stream().map(JobInfo::id).toList();
  }

  private boolean idle() {
    return store().idle(ALL);
  }

  @Test
  default void aQueryFindsByEachOfItsParts() {
    Claimed parent = running(job("a").queue("mail"));
    Receipt child = insert(job("b").queue("mail").key("home").childOf(parent));
    Receipt other = insert(job("b").key("away").due(in(Duration.ofHours(1))));

    JobQuery all = JobQuery.ALL;
    assertThat(found(all)).containsExactly(parent.id(), child.id(), other.id());
    assertThat(found(all.task("b"))).containsExactly(child.id(), other.id());
    assertThat(found(all.task("c"))).isEmpty();
    assertThat(found(all.queue("mail"))).containsExactly(parent.id(), child.id());
    assertThat(found(all.key("home"))).containsExactly(child.id());
    assertThat(found(all.parent(parent.id()))).containsExactly(child.id());
    assertThat(found(all.states(JobState.RUNNING))).containsExactly(parent.id());
    assertThat(found(all.states(JobState.AVAILABLE, JobState.SCHEDULED)))
        .containsExactly(child.id(), other.id());
    assertThat(found(all.after(parent.id()))).containsExactly(child.id(), other.id());
    assertThat(found(all.limit(2))).containsExactly(parent.id(), child.id());
    assertThat(found(all.task("b").queue("mail").states(JobState.AVAILABLE)))
        .containsExactly(child.id());
    assertThat(found(all.task("b").queue("mail").states(JobState.RUNNING))).isEmpty();
  }

  @Test
  default void theTraceOfAJobStaysWithIt() {
    String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    Receipt job = insert(job().traceparent(trace));
    assertThat(info(job).traceparent()).isEqualTo(trace);

    Claimed first = claim(job);
    assertThat(first.traceparent()).isEqualTo(trace);
    retry(first, Duration.ZERO);
    Claimed second = claim(job);
    assertThat(second.traceparent()).isEqualTo(trace);

    succeed(second);
    assertThat(info(job).traceparent()).isEqualTo(trace);
    NewJob.More more = store().original(job).more();
    assertThat(more).isNotNull().extracting(NewJob.More::traceparent).isEqualTo(trace);

    Claimed without = running(job().key("home"));
    assertThat(without.traceparent()).isNull();
    assertThat(info(receipt(without)).traceparent()).isNull();
  }

  @Test
  default void aQueryFindsEachState() {
    Map<JobState, Receipt> jobs = oneInEachState();

    jobs.forEach((state, job) -> {
      assertThat(found(JobQuery.ALL.states(state))).as("%s", state).containsExactly(job.id());
      assertThat(state(job)).isEqualTo(state);
    });
  }

  private Map<JobState, Receipt> oneInEachState() {
    Map<JobState, Receipt> jobs = new EnumMap<>(JobState.class);
    jobs.put(JobState.SUCCEEDED, insert(job()));
    succeed(claim());
    jobs.put(JobState.FAILED, insert(job()));
    failWith(claim(), "broken");
    Receipt unwanted = insert(job());
    cancel(unwanted, "asked");
    jobs.put(JobState.CANCELLED, unwanted);
    Receipt running = insert(job());
    claim(running);
    jobs.put(JobState.RUNNING, running);
    jobs.put(JobState.BLOCKED, insert(job().after(running)));
    jobs.put(JobState.SCHEDULED, insert(job().due(in(Duration.ofHours(1)))));
    jobs.put(JobState.HELD, insert(job().held("by hand")));
    jobs.put(JobState.AVAILABLE, insert(job()));
    return jobs;
  }

  @Test
  default void whyHasAKindForEachState() {
    Map<JobState, Receipt> jobs = oneInEachState();

    jobs.forEach((state, job) -> {
      switch (state) {
        case SUCCEEDED -> assertWhy(job, Reason.Kind.ENDED, "succeeded");
        case FAILED -> assertWhy(job, Reason.Kind.ENDED, "failed", "broken");
        case CANCELLED -> assertWhy(job, Reason.Kind.ENDED, "cancelled", "asked");
        case RUNNING -> assertWhy(job, Reason.Kind.RUNNING, "attempt 1");
        case BLOCKED -> assertWhy(job, Reason.Kind.JOBS);
        case SCHEDULED -> assertWhy(job, Reason.Kind.TIME);
        case HELD -> assertWhy(job, Reason.Kind.HELD, "by hand");
        case AVAILABLE -> assertWhy(job, Reason.Kind.WORKER, "io");
      }
    });
  }

  @Test
  default void pagesStayStableWhileJobsComeAndEnd() {
    List<Receipt> jobs = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      jobs.addAll(insert(100, job("paged")));
    }
    JobQuery query = JobQuery.ALL.task("paged").limit(100);
    List<Long> seen = new ArrayList<>();
    List<JobInfo> page = store().query(query);
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(100);
      page.forEach(info -> seen.add(info.id()));
      claim(50).forEach(this::succeed);
      if (seen.size() < 2_500) {
        insert(2, job("paged"));
        insert(3, job("other"));
      }
      page = store().query(query.after(page.getLast().id()));
    }

    assertThat(seen).isSorted().doesNotHaveDuplicates().containsAll(StoreScenario.ids(jobs));
    assertThat(seen).hasSize(2_548);
  }

  @Test
  default void countsAreThoseOfTheStates() {
    assertThat(store().counts())
        .containsOnlyKeys(JobState.values())
        .allSatisfy((s, n) -> assertThat(n).isZero());
    oneInEachState();
    assertThat(store().counts())
        .containsOnlyKeys(JobState.values())
        .allSatisfy((s, n) -> assertThat(n).isEqualTo(1));
    insert(10, job());
    claim(4);
    assertThat(store().counts())
        .containsEntry(JobState.AVAILABLE, 7L)
        .containsEntry(JobState.RUNNING, 5L);
  }

  @Test
  default void anEmptyStoreIsIdle() {
    assertThat(idle()).isTrue();
    assertThat(store().idle(Set.of())).isTrue();
  }

  @Test
  default void aStoreWithWorkIsNotIdle() {
    Receipt job = insert(job().on(Strategy.CPU));
    assertThat(idle()).isFalse();
    assertThat(store().idle(EnumSet.of(Strategy.CPU))).isFalse();
    assertThat(store().idle(EnumSet.of(Strategy.IO))).as("of another strategy").isTrue();

    Claimed running = store().claim(NODE, Strategy.CPU, 1).getFirst();
    assertThat(idle()).isFalse();
    succeed(running);
    assertThat(idle()).isTrue();
    assertThat(state(job)).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  default void whatNobodyCanRunDoesNotKeepAStoreBusy() {
    Receipt scheduled = insert(job().due(in(Duration.ofHours(1))));
    Receipt held = insert(job().held("by hand"));
    store().pause("mail");
    Receipt paused = insert(job().queue("mail"));
    insert(job().after(scheduled));
    insert(job().after(held));
    insert(job().after(paused));
    insert(job().after(store().openGroup(List.of())));
    assertThat(idle()).isTrue();

    store().resume("mail");
    assertThat(idle()).isFalse();
    store().pause("mail");
    assertThat(idle()).isTrue();
    store().release(held.id());
    assertThat(idle()).isFalse();
    cancel(held, "asked");
    advance(Duration.ofHours(1));
    store().tick();
    assertThat(idle()).isFalse();
  }

  @Test
  default void aJobThatOnlyARateStopsKeepsAStoreBusy() {
    rate("calls", 1, Duration.ofMinutes(1));
    limit("db", 1);
    succeed(running(job().limit("calls")));
    Receipt waiting = insert(job().limit("calls").limit("db"));
    assertThat(idle()).isFalse();
    nothingToClaim();
    assertThat(idle()).isFalse();
    assertThat(store().idle(EnumSet.of(Strategy.CPU))).isTrue();

    store().hold(waiting.id(), "by hand");
    assertThat(idle()).isTrue();
  }

  @Test
  default void aJobUnderARateInAPausedQueueKeepsNothingBusy() {
    rate("calls", 1, Duration.ofMinutes(1));
    succeed(running(job().limit("calls")));
    insert(job().limit("calls").queue("mail"));
    nothingToClaim();
    store().pause("mail");
    assertThat(idle()).isTrue();
    nothingToClaim();
    assertThat(idle()).isTrue();

    store().resume("mail");
    assertThat(idle()).isFalse();
  }

  @Test
  default void abandonedAttemptsAndWhatWaitsForThemKeepNothingBusy() {
    limit("db", 1);
    queue("mail", QueueSettings.DEFAULT.limit(1));
    rate("calls", 1, Duration.ofMinutes(1));
    Claimed first = running(job().limit("db").queue("mail").limit("calls"));
    insert(job().limit("db"));
    insert(job().queue("mail"));
    insert(job().limit("calls").limit("db"));
    assertThat(idle()).isFalse();

    store().abandon(first.id(), first.fence());
    assertThat(idle()).isTrue();
    store().finish(List.of(failure(first, "timed out", true)));
    assertThat(idle()).as("its code still runs").isTrue();

    store().returned(first.id(), first.fence());
    assertThat(idle()).isFalse();
  }

  @Test
  default void anAbandonedAttemptDoesNotHideOneThatRuns() {
    List<Claimed> running = new ArrayList<>();
    insert(2, job());
    running.addAll(claim(2));
    store().abandon(running.getFirst().id(), running.getFirst().fence());
    assertThat(idle()).isFalse();
    succeed(running.getLast());
    assertThat(idle()).isTrue();
    retry(running.getFirst(), Duration.ZERO);
    assertThat(idle()).isFalse();
    claim();
    assertThat(idle()).isFalse();
  }

  @Test
  default void aJobThatWaitsForAnotherKeepsAStoreBusy() {
    Claimed waiter = running(job());
    Receipt child = insert(job().due(in(Duration.ofHours(1))));
    store().beginWait(waiter.id(), waiter.fence(), List.of(child));

    assertThat(idle()).isFalse();
  }

  @Test
  default void noMoreEndedJobsAreFoundThanAreKept() {
    useStoreThatKeeps(3);
    Receipt waiting = insert(job("waiting").due(in(Duration.ofHours(1))));
    List<Receipt> jobs = insert(10, job("ended"));
    claim(10).forEach(it -> succeed(it, "r" + it.id()));

    List<Long> found = found(JobQuery.ALL.task("ended"));
    assertThat(found).isEqualTo(StoreScenario.ids(jobs.subList(7, 10)));
    assertThat(store().counts())
        .containsEntry(JobState.SUCCEEDED, 10L)
        .containsEntry(JobState.SCHEDULED, 1L);
    assertThat(store().find(jobs.getFirst().id())).isEmpty();
    assertThat(store().receipt(jobs.getFirst().id())).isNull();
    assertThat(store().explain(jobs.getFirst().id())).isEmpty();
    assertThat(state(waiting)).isEqualTo(JobState.SCHEDULED);
  }

  @Test
  default void aReceiptTellsTheOutcomeOfAPrunedJobOrThatItIsUnknown() {
    useStoreThatKeeps(1);
    List<Receipt> jobs = insert(5, job());
    claim(5).forEach(it -> succeed(it, "r" + it.id()));

    for (Receipt job : jobs.subList(0, 4)) {
      if (job.outcome() == null) {
        assertThatThrownBy(() -> store().info(job))
            .isInstanceOfSatisfying(
                RefusedException.class,
                it -> assertThat(it.reason()).isEqualTo(RefusedException.Reason.UNKNOWN_JOB));
      } else {
        assertThat(job.outcome()).isEqualTo(new Outcome.Succeeded<>("r" + job.id(), 1));
        assertThat(outcome(job)).isEqualTo(job.outcome());
        assertThat(store().original(job).task()).isEqualTo("task");
      }
    }
  }

  @Test
  default void aDependentGetsTheResultOfAnInputThatWasPruned() {
    useStoreThatKeeps(1);
    Receipt input = insert(job());
    Receipt dependent = insert(job().after(input));
    store().hold(dependent.id(), "by hand");
    succeed(claim(input), "page");
    for (int i = 0; i < 5; i++) {
      succeed(running(job()));
    }
    store().release(dependent.id());

    assertThat(claim(dependent).input()).isEqualTo("page");
  }

  @Test
  default void aPrunedJobsKeyIsFreeEvenForOnce() {
    useStoreThatKeeps(1);
    Receipt first = insert(job().key("home").once());
    succeed(claim(first));
    assertThat(offer(job().key("home").once())).isInstanceOf(Inserted.KeyTaken.class);
    succeed(running(job()));

    insert(job().key("home").once());
  }

  @Test
  default void aLateFinishOfAPrunedJobIsRefused() {
    useStoreThatKeeps(1);
    Claimed job = running(job());
    succeed(job);
    succeed(running(job()));

    assertThat(succeed(job)).isFalse();
    store().cancel(List.of(job.id()), "late");
    assertThat(store().hold(job.id(), "late")).isFalse();
  }

  @Test
  default void everyWaitingJobCanBeFoundByWalkingThePages() {
    insert(30, job());
    Set<Long> seen = new TreeSet<>();
    JobQuery query = JobQuery.ALL.limit(7);
    for (List<JobInfo> page = store().query(query); !page.isEmpty(); ) {
      page.forEach(info -> assertThat(seen.add(info.id())).isTrue());
      page = store().query(query.after(page.getLast().id()));
    }
    assertThat(seen).hasSize(30);
  }
}
