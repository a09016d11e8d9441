package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Retry;
import dev.treadle.Snooze;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What was tried before a restart counts after it, and can be read.
class AttemptRestartTest {
  private static final Duration WAIT = Duration.ofHours(1);

  /// A failure of the user's own.
  public static final class Mishap extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Mishap(String message) {
      super(message);
    }
  }

  /// One that cannot be made again from its message.
  public static final class Strange extends Exception {
    private static final long serialVersionUID = 1;

    Strange(int number, Throwable cause) {
      super("strange " + number, cause);
    }
  }

  private final ManualClock clock = new ManualClock();
  private final AtomicInteger runs = new AtomicInteger();
  private final Task<Integer, Integer> fails =
      Task.io(
              "fails",
              Integer.class,
              Integer.class,
              i -> {
                int run = runs.incrementAndGet();
                JobContext.current().log("run " + run + " 😀");
                JobContext.current().progress(run, 10);
                throw new Mishap("no " + run + " ü");
              })
          .retry(Retry.fixed(2, WAIT));
  private final Task<Integer, Integer> strange =
      Task.cpu(
          "strange",
          Integer.class,
          Integer.class,
          i -> {
            throw new Strange(i, new IOException("below", new Mishap("deep")));
          });
  private final Task<Integer, Integer> hangs =
      Task.io(
              "hangs",
              Integer.class,
              Integer.class,
              i -> {
                runs.incrementAndGet();
                new java.util.concurrent.CountDownLatch(1).await();
                return i;
              })
          .timeout(Duration.ofSeconds(5));
  private final Task<Integer, Integer> snoozes =
      Task.io(
          "snoozes",
          Integer.class,
          Integer.class,
          i -> {
            if (JobContext.current().attempt() < 3) {
              throw Snooze.of(WAIT);
            }
            return i;
          });

  @TempDir Path folder;

  private Treadle open() {
    return Treadle.with(fails, strange, hangs, snoozes)
        .clock(clock)
        .open(folder.resolve("jobs.db"));
  }

  @Test
  void aRetryThatWasUsedBeforeARestartIsUsed() {
    long id;
    try (Treadle treadle = open()) {
      id = treadle.submit(fails, 1).id();
      awaitState(treadle, id, JobState.SCHEDULED);
    }
    try (Treadle treadle = open()) {
      Job<Integer> job = treadle.job(id, fails).orElseThrow();
      assertFailed(job.attempts().getFirst(), "no 1 ü");
      clock.advance(WAIT.minusSeconds(1));
      treadle.awaitIdle();
      assertThat(runs).hasValue(1);
      clock.advance(Duration.ofSeconds(1));
      Awaitility.await().until(() -> job.attempts().size() == 2);
      awaitState(treadle, id, JobState.SCHEDULED);
    }
    clock.advance(WAIT);
    try (Treadle treadle = open()) {
      Job<Integer> job = treadle.job(id, fails).orElseThrow();
      assertThat(job.settled())
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              it -> {
                assertThat(it.attempts()).isEqualTo(3);
                assertThat(it.cause()).isInstanceOf(Mishap.class).hasMessage("no 3 ü");
              });
    }
    try (Treadle treadle = open()) {
      Job<Integer> job = treadle.job(id, fails).orElseThrow();
      assertThat(job.attempts()).extracting(Attempt::number).containsExactly(1, 2, 3);
      for (int i = 0; i < 3; i++) {
        assertFailed(job.attempts().get(i), "no " + (i + 1) + " ü");
      }
      assertThat(job.log()).contains("run 3 😀");
      assertThat(job.progress()).isEqualTo(new Progress(3, 10, 0));
      assertThat(runs).hasValue(3);
      assertThat(job.retry().id()).isGreaterThan(id);
    }
  }

  private static void assertFailed(Attempt attempt, String message) {
    assertThat(attempt.end())
        .isInstanceOfSatisfying(
            Attempt.End.Failed.class,
            it -> {
              assertThat(it.error()).isInstanceOf(Mishap.class).hasMessage(message);
              assertThat(it.error().getStackTrace())
                  .anyMatch(frame ->
                      frame.getClassName().equals(AttemptRestartTest.class.getName())
                          && frame.getLineNumber() > 0);
            });
  }

  @Test
  void anErrorThatCannotBeMadeAgainIsNamed() {
    long id;
    try (Treadle treadle = open()) {
      Job<Integer> job = treadle.submit(strange, 4);
      assertThat(job.settled()).isInstanceOf(Outcome.Failed.class);
      id = job.id();
    }
    try (Treadle treadle = open()) {
      Outcome.Failed<?> failed =
          (Outcome.Failed<?>) treadle.job(id, strange).orElseThrow().settled();
      assertThat(failed.cause().toString()).contains(Strange.class.getName(), "strange 4");
      assertThat(failed.cause().getCause()).isInstanceOf(IOException.class).hasMessage("below");
      assertThat(failed.cause().getCause().getCause()).isInstanceOf(Mishap.class);
    }
  }

  @Test
  void aTimeoutIsReadBack() {
    long id;
    try (Treadle treadle = open()) {
      Job<Integer> job = treadle.submit(hangs, 1);
      Awaitility.await().until(() -> runs.get() == 1);
      clock.advance(Duration.ofSeconds(6));
      assertThat(job.settled()).isInstanceOf(Outcome.Failed.class);
      id = job.id();
    }
    try (Treadle treadle = open()) {
      Job<Integer> job = treadle.job(id, hangs).orElseThrow();
      assertThat(job.settled())
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              it -> {
                assertThat(it.reason()).isEqualTo(Outcome.Failed.Reason.TIMED_OUT);
                assertThat(it.cause()).isInstanceOf(TimeoutException.class);
              });
      assertThat(job.attempts().getLast().end()).isInstanceOf(Attempt.End.TimedOut.class);
    }
  }

  @Test
  void aSnoozeCostsNoRetryAndIsReadBack() {
    long id;
    try (Treadle treadle = open()) {
      id = treadle.submit(snoozes, 1).id();
      awaitState(treadle, id, JobState.SCHEDULED);
    }
    clock.advance(WAIT);
    try (Treadle treadle = open()) {
      Job<Integer> job = treadle.job(id, snoozes).orElseThrow();
      Awaitility.await().until(() -> job.attempts().size() == 2);
      awaitState(treadle, id, JobState.SCHEDULED);
      assertThat(job.attempts().getFirst().end()).isEqualTo(new Attempt.End.Snoozed(WAIT));
      clock.advance(WAIT);
      assertThat(job.settled()).isEqualTo(new Outcome.Succeeded<>(1, 3));
    }
  }

  private static void awaitState(Treadle treadle, long id, JobState state) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> treadle.job(id).orElseThrow().state() == state);
  }
}
