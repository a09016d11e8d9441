package dev.treadle.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.stats.JvmStats;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class JvmFiguresTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static JvmStats await(JvmFigures figures, Predicate<JvmStats> wanted) {
    long until = System.nanoTime() + LONG.toNanos();
    while (true) {
      var found = figures.history().stream().filter(wanted).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.onSpinWait();
    }
  }

  @Test
  void tellsWhatTheJvmTells() {
    Instant before = Instant.now().minusMillis(1);
    try (JvmFigures figures = JvmFigures.open()) {
      JvmStats first = await(figures, each -> true);
      assertThat(first.at()).isAfterOrEqualTo(before);
      assertThat(first.heapUsed()).isBetween(1L, first.heapMax().orElseThrow());
      assertThat(first.platformThreads()).isPositive();
      assertThat(first.mounted()).isPresent();

      System.gc();
      long pauses = first.gcPauses().orElseThrow();
      JvmStats later = await(figures, each -> each.gcPauses().orElse(0) > pauses);
      assertThat(later.gcPaused().orElseThrow()).isGreaterThanOrEqualTo(Duration.ZERO);
      assertThat(figures.latest().orElseThrow().at()).isAfterOrEqualTo(later.at());
      assertThat(figures.history())
          .isSortedAccordingTo((one, other) -> one.at().compareTo(other.at()));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void onLinuxAlsoTheProcess() {
    try (JvmFigures figures = JvmFigures.open()) {
      JvmStats first = await(figures, each -> true);
      assertThat(first.resident().orElseThrow()).isGreaterThan(first.heapUsed() / 8);
      assertThat(first.openFiles().orElseThrow()).isPositive();
      // This loop keeps a core busy meanwhile.
      JvmStats busy = await(figures, each -> each.processCpu().orElse(0) > 0.01);
      assertThat(busy.processCpu().orElseThrow()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void theThreadEndsWithTheLastWhoAsks() throws Exception {
    JvmFigures one = JvmFigures.open();
    JvmFigures other = JvmFigures.open();
    one.close();
    one.close();
    JvmStats last = other.latest().orElseGet(() -> await(other, each -> true));
    await(other, each -> each.at().isAfter(last.at()));
    other.close();
    long until = System.nanoTime() + LONG.toNanos();
    while (threads().contains("treadle-figures")) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.onSpinWait();
    }
  }

  private static List<String> threads() {
    var bean = ManagementFactory.getThreadMXBean();
    return Arrays.stream(bean.getThreadInfo(bean.getAllThreadIds()))
        .filter(each -> each != null)
        .map(each -> each.getThreadName())
        .toList();
  }
}
