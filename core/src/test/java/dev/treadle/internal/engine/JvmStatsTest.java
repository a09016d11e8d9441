package dev.treadle.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Treadle;
import dev.treadle.stats.JvmStats;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class JvmStatsTest {
  @Test
  void aTreadleTellsHowItsJvmIs() {
    try (Treadle treadle = Treadle.open()) {
      long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (treadle.jvm().isEmpty()) {
        assertThat(System.nanoTime()).isLessThan(until);
        Thread.onSpinWait();
      }
      JvmStats first = treadle.jvm().getFirst();
      assertThat(first.heapUsed()).isPositive();
      assertThat(first.platformThreads()).isPositive();
    }
  }
}
