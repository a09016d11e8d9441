package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobInfo;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jobs that cannot run as things are: their task is gone, or their input is of another kind.
class HeldInputTest {
  record Before(int number, String name) {}

  record After(List<String> number) {}

  private static final Task<Integer, Integer> ECHO =
      Task.io("echo", Integer.class, Integer.class, i -> i);
  private static final Task<Integer, Integer> GONE =
      Task.io("gone", Integer.class, Integer.class, i -> i + 1);
  private static final Task<Before, String> OLD =
      Task.io("changed", Before.class, String.class, Before::name);
  private static final Task<After, String> NEW =
      Task.io("changed", After.class, String.class, it -> String.valueOf(it.number().size()));

  @TempDir Path folder;

  private Treadle open(Task<?, ?>... tasks) {
    return Treadle.open(folder.resolve("jobs.db"), tasks);
  }

  @Test
  void jobsOfAnUnknownTaskAreHeldAndSayWhyUntilItIsBack() {
    long now;
    long later;
    long next;
    long asked;
    try (Treadle treadle = Treadle.with(ECHO, GONE).submitOnly().open(folder.resolve("jobs.db"))) {
      Job<Integer> first = treadle.submit(GONE, 1);
      now = first.id();
      next = treadle.submit(ECHO, first).id();
      later = treadle.submit(GONE.with(2).delay(Duration.ofMillis(1))).id();
      asked = treadle.submit(GONE.with(3).held()).id();
    }
    for (int open = 0; open < 3; open++) {
      try (Treadle treadle = open(ECHO)) {
        assertThat(treadle.submit(ECHO, 1).get()).isEqualTo(1);
        awaitState(treadle, now, JobState.HELD);
        awaitState(treadle, later, JobState.HELD);
        assertThat(treadle.job(next).orElseThrow().state()).isEqualTo(JobState.BLOCKED);
        Reason why = treadle.job(now, GONE).orElseThrow().why();
        assertThat(why.kind()).isEqualTo(Reason.Kind.HELD);
        assertThat(why.text()).contains("gone");
      }
    }
    try (Treadle treadle = open(ECHO, GONE)) {
      assertThat(treadle.job(now, GONE).orElseThrow().get()).isEqualTo(2);
      assertThat(treadle.job(later, GONE).orElseThrow().get()).isEqualTo(3);
      assertThat(treadle.job(next, ECHO).orElseThrow().get()).isEqualTo(2);
      assertThat(treadle.job(asked).orElseThrow().state()).isEqualTo(JobState.HELD);
      treadle.release(asked);
      assertThat(treadle.job(asked, GONE).orElseThrow().get()).isEqualTo(4);
    }
  }

  @Test
  void anInputThatIsOfAnotherKindNowIsHeldAndHarmsNoOther() {
    long id;
    try (Treadle treadle = Treadle.with(ECHO, OLD).submitOnly().open(folder.resolve("jobs.db"))) {
      id = treadle.submit(OLD, new Before(7, "seven")).id();
      treadle.submit(ECHO, 1);
    }
    for (int open = 0; open < 2; open++) {
      try (Treadle treadle = open(ECHO, NEW.retry(Retry.fixed(1, Duration.ZERO)))) {
        awaitState(treadle, id, JobState.HELD);
        assertThat(treadle.job(id, NEW).orElseThrow().why().text())
            .contains("changed", After.class.getName());
        assertThat(treadle.submit(NEW, new After(List.of("a"))).get()).isEqualTo("1");
        assertThat(treadle.submit(ECHO, 2).get()).isEqualTo(2);
      }
    }
    try (Treadle treadle = open(ECHO, OLD)) {
      Job<String> job = treadle.job(id, OLD).orElseThrow();
      assertThat(job.get()).isEqualTo("seven");
      assertThat(job.settled()).isInstanceOf(Outcome.Succeeded.class);
    }
  }

  private static void awaitState(Treadle treadle, long id, JobState state) {
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> treadle.job(id).map(JobInfo::state).orElseThrow() == state);
  }
}
