package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jobs of tasks that differ in their policy keep it in the file.
class PolicyRestartTest {
  private static final Task<Integer, Integer> FAILS =
      Task.io(
          "fails",
          Integer.class,
          Integer.class,
          i -> {
            throw new IllegalStateException("no " + i);
          });

  @TempDir Path folder;

  @Test
  void jobKeepsTheRetriesItWasSubmittedWith() {
    Path file = folder.resolve("jobs.db");
    long first;
    long second;
    try (Treadle treadle = Treadle.with(FAILS).submitOnly().open(file)) {
      first =
          treadle
              .submit(
                  FAILS.retry(Retry.fixed(2, Duration.ofMillis(1))).timeout(Duration.ofHours(1)), 1)
              .id();
      second = treadle.submit(FAILS, 2).id();
    }
    try (Treadle treadle = Treadle.with(FAILS).open(file)) {
      assertThat(treadle.job(first, FAILS).orElseThrow().settled().attempts()).isEqualTo(3);
      assertThat(treadle.job(second, FAILS).orElseThrow().settled().attempts()).isEqualTo(1);
      assertThat(treadle.job(first, FAILS).orElseThrow().retry().settled().attempts()).isEqualTo(3);
    }
  }
}
