package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobQuery;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ended jobs go when their time is over, and what they took is used again.
class RetentionTest {
  private static final Duration SUCCEEDED = Duration.ofMinutes(10);
  private static final Duration FAILED = Duration.ofMinutes(60);

  private final ManualClock clock = new ManualClock();
  private final Task<String, String> echo = Task.io("echo", String.class, String.class, it -> it);
  private final Task<String, String> fails =
      Task.io(
          "fails",
          String.class,
          String.class,
          it -> {
            throw new IllegalStateException(it);
          });

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("jobs.db");
  }

  private Treadle open() {
    return Treadle.with(echo, fails)
        .clock(clock)
        .retain(SUCCEEDED, FAILED)
        .queue("archive", q -> q.keep())
        .open(file());
  }

  static void awaitGone(Treadle treadle, long id) {
    Awaitility.await("job " + id + " is pruned")
        .atMost(Duration.ofSeconds(60))
        .until(() -> treadle.job(id).isEmpty());
  }

  @Test
  void eachKindGoesAfterItsTimeAndWhatIsKeptStays() {
    long good;
    long bad;
    long cancelled;
    long kept;
    long waiting;
    try (Treadle treadle = open()) {
      good = treadle.submit(echo, "a").id();
      bad = treadle.submit(fails, "b").id();
      Job<String> held = treadle.submit(echo.with("c").held());
      held.cancel();
      cancelled = held.id();
      kept = treadle.submit(echo.queue("archive"), "d").id();
      waiting = treadle.submit(echo.with("e").held()).id();
      treadle.awaitIdle();
      clock.advance(SUCCEEDED.minusSeconds(1));
      treadle.submit(echo, "f").join();
      assertThat(treadle.job(good)).isPresent();
      clock.advance(Duration.ofSeconds(2));
      awaitGone(treadle, good);
      assertThat(treadle.jobs(JobQuery.ALL).getFirst().id()).isEqualTo(bad);
    }
    try (Treadle treadle = open()) {
      assertThat(treadle.job(good)).isEmpty();
      assertThat(treadle.job(bad)).isPresent();
      assertThat(treadle.job(cancelled)).isPresent();
      clock.advance(FAILED);
      awaitGone(treadle, bad);
      awaitGone(treadle, cancelled);
      clock.advance(Duration.ofDays(400));
      treadle.submit(echo, "g").join();
      clock.advance(SUCCEEDED.plusSeconds(1));
      awaitGone(treadle, waiting + 2);
      assertThat(treadle.job(waiting)).isPresent();
      assertThat(treadle.job(kept, echo).orElseThrow().get()).isEqualTo("d");
      assertThat(treadle.forget("default")).isZero();
      assertThat(treadle.forget("archive")).isEqualTo(1);
      assertThat(treadle.job(kept)).isEmpty();
    }
    try (Treadle treadle = open()) {
      assertThat(treadle.jobs(JobQuery.ALL)).hasSize(1);
      treadle.release(waiting);
      assertThat(treadle.job(waiting, echo).orElseThrow().get()).isEqualTo("e");
    }
  }

  @Test
  void aResultThatAWaitingJobNeedsStays() {
    long source;
    long needs;
    try (Treadle treadle = open()) {
      Job<String> first = treadle.submit(echo, "needed");
      source = first.id();
      needs = treadle.submit(echo.with(first).held()).id();
      treadle.awaitIdle();
      long other = treadle.submit(echo, "not needed").id();
      treadle.awaitIdle();
      clock.advance(Duration.ofDays(1));
      awaitGone(treadle, other);
      assertThat(treadle.job(source)).isPresent();
    }
    try (Treadle treadle = open()) {
      clock.advance(Duration.ofDays(1));
      long other = treadle.submit(echo, "other").id();
      treadle.awaitIdle();
      clock.advance(Duration.ofDays(1));
      awaitGone(treadle, other);
      treadle.release(needs);
      assertThat(treadle.job(needs, echo).orElseThrow().get()).isEqualTo("needed");
      clock.advance(Duration.ofDays(1));
      awaitGone(treadle, source);
      awaitGone(treadle, needs);
    }
  }

  @Test
  void freedPagesAreUsedAgain() throws IOException {
    String input = "x".repeat(4_000);
    long early = 0;
    try (Treadle treadle = open()) {
      for (int round = 1; round <= 20; round++) {
        Job<String> last = treadle.submit(echo, input);
        for (int i = 0; i < 150; i++) {
          last = treadle.submit(echo, input + i);
        }
        treadle.awaitIdle();
        clock.advance(SUCCEEDED.plusSeconds(1));
        awaitGone(treadle, last.id());
        if (round == 4) {
          early = size();
        }
      }
      assertThat(treadle.jobs(JobQuery.ALL)).isEmpty();
      assertThat(size()).isLessThanOrEqualTo(early * 4 / 3);
    }
    assertThat(Sqlite.check(file())).isEqualTo("ok");
  }

  private long size() throws IOException {
    Path log = folder.resolve("jobs.db-wal");
    return Files.size(file()) + (Files.exists(log) ? Files.size(log) : 0);
  }
}
