package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a store that outlives the JVM takes, and how its jobs go on when it is opened again.
class DurableRestartTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger began = new AtomicInteger();
  private final Task<Integer, Integer> dies =
      Task.io(
          "dies",
          Integer.class,
          Integer.class,
          i -> {
            began.incrementAndGet();
            release.await();
            return i;
          });
  private final Task<Integer, Integer> echo = Task.io("echo", Integer.class, Integer.class, i -> i);
  private final BytesStore store = new BytesStore();

  @AfterEach
  void letGo() {
    release.countDown();
  }

  private static void assertNotRegistered(ThrowingCallable submit, String... how) {
    assertThatThrownBy(submit)
        .isInstanceOfSatisfying(
            RefusedException.class,
            it -> assertThat(it.reason()).isEqualTo(RefusedException.Reason.NOT_REGISTERED))
        .hasMessageContainingAll(how);
  }

  @Test
  void onlyTasksThatWereGivenToOpenAreTaken() {
    Task<Integer, Integer> unnamed = Task.cpu(i -> i);
    Task<Integer, Integer> stranger = Task.io("stranger", Integer.class, Integer.class, i -> i);
    try (Treadle treadle = store.open(echo)) {
      assertNotRegistered(() -> treadle.submit(() -> 1), "Task.io(", "Treadle.open(path, TASK)");
      assertNotRegistered(() -> treadle.submit(() -> {}), "Task.io(", "Treadle.open(path, TASK)");
      assertNotRegistered(() -> treadle.submit(unnamed, 1), "Task.cpu(", "open(path, TASK)");
      assertNotRegistered(() -> treadle.map(unnamed, List.of(1)), "Task.cpu(");
      assertNotRegistered(
          () -> treadle.submit(stranger, 1), "task stranger", "Treadle.open(path, TASK)");
      assertNotRegistered(() -> treadle.map(stranger, List.of(1)), "task stranger");
      assertNotRegistered(() -> treadle.race(stranger, List.of(1)), "task stranger");

      assertThat(treadle.submit(echo.priority(1), 1).get()).isEqualTo(1);
      assertThat(treadle.jobs(JobQuery.ALL)).hasSize(1);
    }
  }

  @Test
  void whatWasNotRunRunsAfterTheNextOpen() {
    long id;
    try (Treadle treadle = store.open(Treadle.with(echo).submitOnly())) {
      id = treadle.submit(echo, 7).id();
    }
    try (Treadle treadle = store.reopened().open(echo)) {
      assertThat(treadle.job(id, echo).orElseThrow().get()).isEqualTo(7);
      assertThat(treadle.job(id + 1, echo)).isEmpty();
    }
  }

  @Test
  void aJobOfAnUnknownTaskIsHeldUntilTheTaskIsThere() {
    long id;
    try (Treadle treadle = store.open(Treadle.with(echo, dies).submitOnly())) {
      id = treadle.submit(echo, 7).id();
    }
    BytesStore second = store.reopened();
    try (Treadle treadle = second.open(dies)) {
      treadle.awaitIdle();
      assertThat(treadle.job(id).orElseThrow().state()).isEqualTo(JobState.HELD);
      assertThatThrownBy(() -> treadle.hold(id + 1)).hasMessageContaining("there is no job");
      treadle.release(id);
      treadle.awaitIdle();
      assertThat(treadle.job(id).orElseThrow().state()).isEqualTo(JobState.HELD);
    }
    try (Treadle treadle = second.reopened().open(echo)) {
      assertThat(treadle.job(id, echo).orElseThrow().get()).isEqualTo(7);
    }
  }

  @Test
  void aJobThatWasHeldOnRequestStaysHeld() {
    long id;
    try (Treadle treadle = store.open(echo)) {
      id = treadle.submit(echo.with(7).held()).id();
    }
    try (Treadle treadle = store.reopened().open(echo)) {
      treadle.awaitIdle();
      assertThat(treadle.job(id).orElseThrow().state()).isEqualTo(JobState.HELD);
    }
  }

  @Test
  void aJobWhoseProcessDiesEachTimeFailsAfterItsLossBudget() throws Exception {
    BytesStore now = store;
    Treadle treadle = now.open(Treadle.with(dies).lossBudget(2));
    long id = treadle.submit(dies, 1).id();
    for (int death = 1; death <= 3; death++) {
      awaitBegan(death);
      now = now.reopened();
      Treadle dead = treadle;
      treadle = now.open(Treadle.with(dies).lossBudget(2));
      dead.close();
    }

    Job<Integer> job = treadle.job(id, dies).orElseThrow();
    assertThat(job.settled())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> {
              assertThat(it.reason()).isEqualTo(Outcome.Failed.Reason.LOST);
              assertThat(it.attempts()).isEqualTo(3);
            });
    assertThat(job.attempts())
        .extracting(Attempt::end)
        .hasSize(3)
        .allSatisfy(end -> assertThat(end).isInstanceOf(Attempt.End.Lost.class));
    assertThat(began).hasValue(3);
    treadle.close();
  }

  private void awaitBegan(int times) {
    org.awaitility.Awaitility.await().until(() -> began.get() == times);
  }

  @Test
  void aNodeIsNamedByItsProcess() {
    try (Treadle treadle = store.open(echo)) {
      Job<Integer> job = treadle.submit(echo, 1);
      job.join();

      assertThat(job.attempts().getFirst().node())
          .startsWith("pid " + ProcessHandle.current().pid() + " on ")
          .matches(".*, since \\d{4}-\\d\\d-\\d\\dT.*Z");
    }
  }
}
