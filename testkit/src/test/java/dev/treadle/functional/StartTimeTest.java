package dev.treadle.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Snooze;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Jobs that start at a time.
class StartTimeTest {
  private static final Task<Integer, Integer> ECHO =
      Task.io("echo", Integer.class, Integer.class, i -> i);

  private final ManualClock clock = new ManualClock();
  private final Treadle treadle = Treadle.with().clock(clock).open();
  private final List<Integer> days = new CopyOnWriteArrayList<>();
  private final Task<Integer, Integer> daily =
      Task.io("daily", Integer.class, Integer.class, this::day);

  @AfterEach
  void close() {
    treadle.close();
  }

  @Test
  void jobStartsAtItsTime() {
    Instant at = clock.instant().plusSeconds(60);
    Job<Integer> job = treadle.submit(ECHO.with(1).delay(Duration.ofHours(9)).at(at));
    assertThat(job.info().due()).isEqualTo(at);
    clock.advance(Duration.ofSeconds(59));
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    clock.advance(Duration.ofSeconds(1));
    assertThat(job.get()).isEqualTo(1);
  }

  @Test
  void jobWhoseTimeIsPastStartsAtOnce() {
    assertThat(treadle.submit(ECHO.with(1).at(clock.instant().minusSeconds(60))).get())
        .isEqualTo(1);
    assertThat(treadle.submit(ECHO.with(1).at(Instant.MIN)).get()).isEqualTo(1);
  }

  @Test
  void delayReplacesTheTime() {
    Instant at = clock.instant().plusSeconds(60);
    assertThat(treadle.submit(ECHO.with(1).at(at).delay(Duration.ZERO)).get()).isEqualTo(1);
  }

  /// Submits the next day first, and fails on each second day.
  private int day(int day) {
    Job<Integer> unused =
        treadle.submit(
            daily
                .with(day + 1)
                .at(Instant.EPOCH.plus(Duration.ofDays(day + 1)))
                .key("day " + (day + 1)));
    days.add(day);
    if (day % 2 == 0) {
      throw new IllegalStateException("day " + day);
    }
    return day;
  }

  @Test
  void taskThatSubmitsTheNextJobFirstGoesOnAfterAFailure() {
    int today = Math.toIntExact(Duration.between(Instant.EPOCH, clock.instant()).toDays());
    treadle.submit(daily, today).settled();
    for (int i = 0; i < 3; i++) {
      clock.advance(Duration.ofDays(1));
      treadle.awaitIdle();
    }
    assertThat(days).containsExactly(today, today + 1, today + 2, today + 3);
    assertThat(treadle.jobs(JobQuery.ALL.task("daily").states(JobState.SCHEDULED)))
        .extracting(JobInfo::key)
        .containsExactly("day " + (today + 4));
    treadle.jobs(JobQuery.ALL.states(JobState.SCHEDULED)).forEach(job -> treadle.cancel(job.id()));
  }

  @Test
  void attemptNumberCountsSnoozes() {
    Task<Integer, Integer> second =
        Task.io(
            "second",
            Integer.class,
            Integer.class,
            i -> {
              if (JobContext.current().attempt() == 1) {
                throw Snooze.of(Duration.ofSeconds(1));
              }
              return JobContext.current().attempt();
            });
    Job<Integer> job = treadle.submit(second, 1);
    treadle.awaitIdle();
    clock.advance(Duration.ofSeconds(1));
    assertThat(job.get()).isEqualTo(2);
    assertThat(job.settled().attempts()).isEqualTo(2);
  }
}
