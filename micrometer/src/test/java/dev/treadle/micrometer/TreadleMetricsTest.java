package dev.treadle.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.Snooze;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What attempts and ended jobs leave in a registry.
class TreadleMetricsTest {
  private static final Task<Integer, Integer> DOUBLE =
      Task.io("double", Integer.class, Integer.class, number -> number * 2);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TreadleMetrics metrics = TreadleMetrics.to(registry);
  private final ManualClock clock = new ManualClock();

  @Test
  void attemptsAreCountedByHowTheyEnded() throws Exception {
    Task<Integer, Integer> divide =
        Task.io("divide", Integer.class, Integer.class, number -> 12 / number);
    Task<Integer, Integer> later =
        Task.io(
            "later",
            Integer.class,
            Integer.class,
            days -> {
              throw Snooze.of(Duration.ofDays(days));
            });
    CountDownLatch tooLong = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (Treadle treadle = Treadle.with().clock(clock).listener(metrics).open()) {
      treadle.submit(divide, 3).settled();
      treadle.submit(divide, 4).settled();
      treadle.submit(divide.retry(1), 0);
      treadle.awaitIdle();
      clock.advance(Duration.ofHours(1)); // past the wait before the retry
      treadle.awaitIdle();

      Job<?> slow = treadle.submit(blocked("slow", tooLong).timeout(Duration.ofSeconds(5)), 0);
      tooLong.await();
      clock.advance(Duration.ofSeconds(5));
      slow.settled();

      Job<?> unwanted = treadle.submit(blocked("unwanted", cancelled), 0);
      cancelled.await();
      unwanted.cancel();
      unwanted.settled();

      Job<?> snoozed = treadle.submit(later, 1);
      treadle.awaitIdle();
      snoozed.cancel();

      Attempt lost = ended(new Attempt.End.Lost("its worker was killed"));
      metrics.attemptEnded(99, "far", "default", Strategy.PROCESS, lost);

      assertThat(attempts("divide", "io", "succeeded")).isEqualTo(2);
      assertThat(attempts("divide", "io", "failed")).isEqualTo(2);
      assertThat(attempts("slow", "io", "timed-out")).isOne();
      assertThat(attempts("unwanted", "io", "cancelled")).isOne();
      assertThat(attempts("later", "io", "snoozed")).isOne();
      assertThat(attempts("far", "process", "lost")).isOne();
      assertThat(registry.find("treadle.attempts").timers()).hasSize(6);
    }
  }

  @Test
  void timersHoldWhatTheAttemptsSay() {
    Task<Integer, Integer> work =
        Task.cpu(
                "work",
                Integer.class,
                Integer.class,
                seconds -> {
                  clock.advance(Duration.ofSeconds(seconds));
                  return new int[100_000].length;
                })
            .queue("heavy");
    try (Treadle treadle = Treadle.with().clock(clock).listener(metrics).open()) {
      treadle.pause("heavy");
      Job<Integer> first = treadle.submit(work, 2);
      clock.advance(Duration.ofSeconds(30));
      treadle.resume("heavy");
      first.join();
      Job<Integer> second = treadle.submit(work, 3);
      second.join();

      Attempt one = first.attempts().getFirst();
      Attempt two = second.attempts().getFirst();
      Timer ran = registry.get("treadle.attempts").tags("task", "work", "queue", "heavy").timer();
      assertThat(ran.totalTime(TimeUnit.SECONDS)).isEqualTo(5);
      assertThat(ran.totalTime(TimeUnit.NANOSECONDS))
          .isEqualTo(one.ran().plus(two.ran()).toNanos());
      Timer waited = timer("treadle.attempts.wait", "work", "heavy");
      assertThat(waited.count()).isEqualTo(2);
      assertThat(waited.max(TimeUnit.SECONDS)).isEqualTo(30);
      assertThat(waited.totalTime(TimeUnit.NANOSECONDS))
          .isEqualTo(one.waited().plus(two.waited()).toNanos());
      Timer cpu = timer("treadle.attempts.cpu", "work", "heavy");
      assertThat(cpu.count()).isEqualTo(2);
      assertThat(cpu.totalTime(TimeUnit.NANOSECONDS))
          .isPositive()
          .isEqualTo(one.cpu().orElseThrow() + two.cpu().orElseThrow());
      DistributionSummary allocated =
          registry
              .get("treadle.attempts.allocated")
              .tags("task", "work", "queue", "heavy")
              .summary();
      assertThat(allocated.count()).isEqualTo(2);
      assertThat(allocated.totalAmount())
          .isGreaterThan(800_000)
          .isEqualTo(one.allocated().orElseThrow() + two.allocated().orElseThrow());
      assertThat(allocated.getId().getBaseUnit()).isEqualTo("bytes");
    }
  }

  @Test
  void whatIsNotKnownOfAnAttemptHasNoMeter() {
    try (Treadle treadle = Treadle.with().listener(metrics).open()) {
      treadle.submit(DOUBLE, 1).join();

      assertThat(attempts("double", "io", "succeeded")).isOne();
      assertThat(registry.find("treadle.attempts.cpu").meters()).isEmpty();
      assertThat(registry.find("treadle.attempts.allocated").meters()).isEmpty();
    }
  }

  @Test
  void attemptsAreActiveWhileTheyRun() throws Exception {
    CountDownLatch started = new CountDownLatch(2);
    CountDownLatch goOn = new CountDownLatch(1);
    Task<Integer, Integer> wait =
        Task.io(
            "wait",
            Integer.class,
            Integer.class,
            number -> {
              started.countDown();
              goOn.await();
              return number;
            });
    try (Treadle treadle = Treadle.with().listener(metrics).open()) {
      List<Job<?>> jobs = List.of(treadle.submit(wait, 1), treadle.submit(wait, 2));
      started.await();
      LongTaskTimer active =
          registry.get("treadle.attempts.active").tag("task", "wait").longTaskTimer();
      assertThat(active.activeTasks()).isEqualTo(2);

      goOn.countDown();
      jobs.forEach(Job::settled);

      assertThat(active.activeTasks()).isZero();
    }
  }

  @Test
  void slowAttemptsAreCounted() {
    metrics.attemptSlow(1, "crawl", 1, Duration.ofSeconds(9), Duration.ofSeconds(2));
    metrics.attemptSlow(2, "crawl", 3, Duration.ofSeconds(7), Duration.ofSeconds(2));

    assertThat(registry.get("treadle.attempts.slow").tag("task", "crawl").counter().count())
        .isEqualTo(2);
  }

  @Test
  void endedJobsAreCountedByState() {
    Task<Integer, Integer> divide =
        Task.io("divide", Integer.class, Integer.class, number -> 12 / number);
    try (Treadle treadle = Treadle.with().clock(clock).listener(metrics).open()) {
      treadle.submit(divide, 3).settled();
      treadle.submit(divide, 4).settled();
      treadle.submit(divide, 0).settled();
      Job<Integer> tomorrow = treadle.submit(divide.with(3).delay(Duration.ofDays(1)));
      tomorrow.cancel();
      tomorrow.settled();

      assertThat(ended("divide", "succeeded")).isEqualTo(2);
      assertThat(ended("divide", "failed")).isEqualTo(1);
      assertThat(ended("divide", "cancelled")).isEqualTo(1);
      assertThat(registry.find("treadle.jobs.ended").counters()).hasSize(3);
    }
  }

  @Test
  void anAttemptWithoutAnEndIsRefused() {
    Attempt running = ended(null);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> metrics.attemptEnded(1, "any", "default", Strategy.IO, running))
        .withMessageContaining("has no end");
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void oneOfThemIsForOneTreadle() {
    try (Treadle _ = Treadle.with().listener(metrics).open();
        Treadle second = Treadle.open()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> metrics.opened(second))
          .withMessageContaining("make one for each");
    }
  }

  private static Task<Integer, Integer> blocked(String name, CountDownLatch started) {
    return Task.io(
        name,
        Integer.class,
        Integer.class,
        number -> {
          started.countDown();
          new CountDownLatch(1).await();
          return number;
        });
  }

  private static Attempt ended(Attempt.@Nullable End end) {
    return new Attempt(
        1,
        "here",
        ManualClock.START,
        Duration.ofSeconds(1),
        Duration.ZERO,
        0,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        false,
        end);
  }

  private long attempts(String task, String strategy, String end) {
    return registry
        .get("treadle.attempts")
        .tags("task", task, "queue", "default", "strategy", strategy, "end", end)
        .timer()
        .count();
  }

  private Timer timer(String name, String task, String queue) {
    return registry.get(name).tags("task", task, "queue", queue).timer();
  }

  private double ended(String task, String state) {
    return registry.get("treadle.jobs.ended").tags("task", task, "state", state).counter().count();
  }
}
