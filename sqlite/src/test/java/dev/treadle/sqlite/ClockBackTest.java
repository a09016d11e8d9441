package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobState;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A clock that was set back by an hour, while the store is open or while it is closed.
class ClockBackTest {
  private static final Instant START = ManualClock.START;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration KEPT = Duration.ofMinutes(30);

  private final ManualClock clock = new ManualClock();
  private final Task<Integer, Integer> echo = Task.io("echo", Integer.class, Integer.class, i -> i);

  @TempDir Path folder;
  private Treadle treadle = Treadle.open();

  @BeforeEach
  void open() {
    treadle.close();
    treadle = Treadle.with(echo).clock(clock).retain(KEPT, KEPT).open(folder.resolve("jobs.db"));
  }

  @AfterEach
  void close() {
    treadle.close();
  }

  private void setBack(boolean whileClosed) {
    if (whileClosed) {
      treadle.close();
    }
    clock.set(START.minus(Duration.ofHours(1)));
    if (whileClosed) {
      open();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasSubmittedBeforeIsClaimedAtOnce(boolean whileClosed) {
    treadle.pause("default");
    Job<Integer> job = treadle.submit(echo, 1);
    setBack(whileClosed);
    treadle.resume("default");

    assertThat(treadle.job(job.id(), echo).orElseThrow().get(PATIENCE)).isEqualTo(1);
    assertThat(treadle.submit(echo, 2).get(PATIENCE)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasPutOffIsDueWhenTheClockSaysSo(boolean whileClosed) {
    Job<Integer> job = treadle.submit(echo.with(1).delay(Duration.ofMinutes(10)));
    setBack(whileClosed);
    clock.set(START.plus(Duration.ofMinutes(9)));
    treadle.awaitIdle();
    assertThat(treadle.job(job.id()).orElseThrow().state()).isEqualTo(JobState.SCHEDULED);
    clock.set(START.plus(Duration.ofMinutes(10)));
    assertThat(treadle.job(job.id(), echo).orElseThrow().get(PATIENCE)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsPrunedEarlyAndAllInTheEnd(boolean whileClosed) {
    long before = treadle.submit(echo, 1).id();
    treadle.awaitIdle();
    setBack(whileClosed);
    long meanwhile = treadle.submit(echo, 2).id();
    treadle.awaitIdle();
    clock.advance(KEPT.minusSeconds(1));
    Job<Integer> later = treadle.submit(echo, 3);
    later.join();
    assertThat(treadle.job(before)).isPresent();
    assertThat(treadle.job(meanwhile)).isPresent();
    clock.advance(Duration.ofSeconds(2));
    treadle.submit(echo, 4).join();
    assertThat(treadle.job(before)).isPresent();
    clock.set(START.plus(KEPT).plusSeconds(1));
    RetentionTest.awaitGone(treadle, before);
    RetentionTest.awaitGone(treadle, meanwhile);
  }
}
