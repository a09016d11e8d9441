package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class JobTesterTest {
  private static final Task<Integer, Integer> ECHO =
      Task.io("echo", Integer.class, Integer.class, input -> input);
  private static final Task<Integer, Integer> FAILS =
      Task.io(
          "fails",
          Integer.class,
          Integer.class,
          input -> {
            throw new IllegalStateException("again");
          });

  private static JobTester open() {
    return JobTester.open(clock -> Treadle.with().clock(clock).open());
  }

  @Test
  void clockMovesToWhatIsDueNext() {
    try (JobTester tester = open()) {
      assertThat(tester.advanceToNext()).isFalse();
      Job<Integer> later = tester.treadle().submit(ECHO.with(2).delay(Duration.ofHours(2)));
      Job<Integer> sooner = tester.treadle().submit(ECHO.with(1).delay(Duration.ofHours(1)));
      assertThat(tester.advanceToNext()).isTrue();
      assertThat(tester.clock().instant()).isEqualTo(ManualClock.START.plus(Duration.ofHours(1)));
      assertThat(tester.settled(sooner).orElseThrow()).isEqualTo(1);
      assertThat(later.outcome()).isEmpty();
      assertThat(tester.advanceToNext()).isTrue();
      assertThat(tester.settled(later).orElseThrow()).isEqualTo(2);
      assertThat(tester.advanceToNext()).isFalse();
    }
  }

  @Test
  void timeoutOfARunningAttemptIsDue() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    Task<Integer, Integer> waits =
        Task.io(
            "waits",
            Integer.class,
            Integer.class,
            input -> {
              began.countDown();
              new CountDownLatch(1).await();
              return input;
            });
    try (JobTester tester = open()) {
      Job<Integer> job = tester.treadle().submit(waits.timeout(Duration.ofSeconds(5)), 1);
      began.await();
      assertThat(tester.advanceToNext()).isTrue();
      assertThat(tester.settled(job)).isInstanceOf(Outcome.Failed.class);
      assertThat(tester.clock().instant()).isEqualTo(ManualClock.START.plusSeconds(5));
    }
  }

  @Test
  void jobRunsToItsEndThroughAllItsRetries() {
    try (JobTester tester = open()) {
      Job<Integer> job = tester.treadle().submit(FAILS.retry(Retry.exponential(5)), 1);
      Outcome<Integer> outcome = tester.runUntilEnded(job);
      assertThat(outcome).isInstanceOf(Outcome.Failed.class);
      assertThat(outcome.attempts()).isEqualTo(6);
    }
  }

  @Test
  void jobForWhichNothingIsDueIsToldWithTheReason() {
    try (JobTester tester = open()) {
      Job<Integer> held = tester.treadle().submit(ECHO.with(1).held());
      assertThatThrownBy(() -> tester.runUntilEnded(held))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("nothing is due")
          .hasMessageContaining("job " + held.id() + " (echo)");
    }
  }

  @Test
  void waitThatTakesTooLongNamesWhoWaits() {
    CountDownLatch end = new CountDownLatch(1);
    Task<Integer, Integer> stuck =
        Task.io(
            "stuck",
            Integer.class,
            Integer.class,
            input -> {
              end.await();
              return input;
            });
    try (JobTester tester =
        JobTester.open(clock -> Treadle.with().clock(clock).open(), Duration.ofMillis(50))) {
      Job<Integer> job = tester.treadle().submit(stuck, 1);
      Job<Integer> scheduled = tester.treadle().submit(ECHO.with(1).delay(Duration.ofDays(1)));
      try {
        assertThatThrownBy(() -> tester.settled(job))
            .isInstanceOf(AssertionError.class)
            .hasMessageContaining("has not ended within 50 ms")
            .hasMessageContaining("job " + job.id() + " (stuck)")
            .hasMessageContaining("job " + scheduled.id() + " (echo)");
      } finally {
        end.countDown();
      }
    }
  }

  @Test
  void restartOpensAnewOnTheSameClock() {
    try (JobTester tester = open()) {
      Treadle first = tester.treadle();
      tester.clock().advance(Duration.ofHours(1));
      tester.restart();
      assertThat(tester.treadle()).isNotSameAs(first);
      Job<Integer> job = tester.treadle().submit(ECHO.with(1).delay(Duration.ofHours(1)));
      assertThat(tester.runUntilEnded(job).orElseThrow()).isEqualTo(1);
      assertThat(tester.clock().instant()).isEqualTo(ManualClock.START.plus(Duration.ofHours(2)));
    }
  }

  private static List<Instant> starts(long seed) {
    List<Instant> starts = new ArrayList<>();
    try (JobTester tester =
        JobTester.open(clock -> Treadle.with().clock(clock).random(new Random(seed)).open())) {
      Task<Integer, Integer> notes =
          Task.io(
                  "notes",
                  Integer.class,
                  Integer.class,
                  input -> {
                    starts.add(tester.clock().instant());
                    throw new IllegalStateException("attempt " + JobContext.current().attempt());
                  })
              .retry(Retry.exponential(6));
      Outcome<Integer> unused = tester.runUntilEnded(tester.treadle().submit(notes, 1));
    }
    return starts;
  }

  @Test
  void waitsOfRetriesAreTheSameWithTheSameSeed() {
    assertThat(starts(7)).hasSize(7).isEqualTo(starts(7));
    assertThat(starts(7)).isNotEqualTo(starts(8));
  }
}
