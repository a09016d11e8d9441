package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobState;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The starts that count for a rate outlive the process that made them.
class RateRestartTest {
  private static final int JOBS = 10;

  private final ManualClock clock = new ManualClock();
  private final ConcurrentLinkedQueue<Integer> starts = new ConcurrentLinkedQueue<>();
  private final Task<Integer, Integer> mail = mail();

  @TempDir Path folder;
  private Path file = Path.of("jobs.db");

  @BeforeEach
  void setUp() {
    file = folder.resolve("jobs.db");
  }

  private Task<Integer, Integer> mail() {
    return Task.io(
            "mail",
            Integer.class,
            Integer.class,
            i -> {
              starts.add(i);
              return i;
            })
        .rate(2, Duration.ofHours(1));
  }

  private Treadle open(Path path, Task<?, ?>... tasks) {
    return Treadle.with(tasks).clock(clock).open(path);
  }

  private void submitAll() {
    try (Treadle treadle = Treadle.with(mail).clock(clock).submitOnly().open(file)) {
      IntStream.range(0, JOBS).forEach(i -> treadle.submit(mail, i));
    }
  }

  private void awaitStarts(Treadle treadle, int succeeded) {
    while (treadle.counts().getOrDefault(JobState.SUCCEEDED, 0L) < succeeded) {
      Thread.onSpinWait();
    }
  }

  /// Opens the file, lets start what may, and closes it.
  private void reopen(int started) {
    try (Treadle treadle = open(file, mail)) {
      awaitStarts(treadle, started);
    }
    assertThat(starts).hasSize(started);
  }

  @Test
  void aRateDoesNotBeginAnewAtARestart() {
    submitAll();
    for (int i = 0; i < 4; i++) {
      reopen(2);
    }
    clock.advance(Duration.ofMinutes(59));
    reopen(2);
    clock.advance(Duration.ofMinutes(1));
    reopen(4);
    reopen(4);
  }

  @Test
  void aRateDoesNotBeginAnewAfterACrash() {
    submitAll();
    Path crashed = folder.resolve("crashed.db");
    try (Treadle treadle = open(file, mail)) {
      awaitStarts(treadle, 2);
      Sqlite.run(file, "VACUUM INTO '" + crashed + "'");
    }
    try (Treadle treadle = open(crashed, mail)) {
      clock.advance(Duration.ofMinutes(59));
      assertThat(treadle.counts()).containsEntry(JobState.AVAILABLE, JOBS - 2L);
      clock.advance(Duration.ofMinutes(1));
      awaitStarts(treadle, 4);
    }
    assertThat(starts).hasSize(4);
  }

  @Test
  void eachKeyHasItsOwnStarts() {
    Task<Integer, Integer> byKey =
        Task.io(
                "byKey",
                Integer.class,
                Integer.class,
                i -> {
                  starts.add(i);
                  return i;
                })
            .rateBy(i -> i % 2 == 0 ? "even" : "odd", 1, Duration.ofHours(1));
    try (Treadle treadle = open(file, byKey)) {
      treadle.submit(byKey, 2);
      awaitStarts(treadle, 1);
    }
    try (Treadle treadle = open(file, byKey)) {
      treadle.submit(byKey, 4);
      treadle.submit(byKey, 3);
      awaitStarts(treadle, 2);
    }
    assertThat(List.copyOf(starts)).containsExactly(2, 3);
  }

  @Test
  void startsThatCountNoMoreAreDeleted() {
    submitAll();
    reopen(2);
    assertThat(Sqlite.ask(file, "SELECT count(*) FROM rate_start")).isEqualTo("2");
    clock.advance(Duration.ofHours(2));
    try (Treadle treadle = open(file, mail)) {
      awaitStarts(treadle, 4);
      while (!Sqlite.ask(file, "SELECT count(*) FROM rate_start").equals("2")) {
        Thread.onSpinWait(); // The writer deletes when it has nothing else to do.
      }
    }
    assertThat(Sqlite.check(file)).isEqualTo("ok");
  }
}
