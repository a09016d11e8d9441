package dev.treadle.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Treadle;
import dev.treadle.spi.Ticking;
import dev.treadle.stats.JvmStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class JvmStatsTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static void await(BooleanSupplier happens) {
    long until = System.nanoTime() + LONG.toNanos();
    while (!happens.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.onSpinWait();
    }
  }

  @Test
  void aTreadleTellsHowItsJvmIsSecondBySecondAlsoAfterItsEnd() {
    Instant before = Instant.now().minusMillis(1);
    Treadle treadle = Treadle.open();
    try (treadle) {
      await(() -> treadle.jvm().size() >= 3);
    }
    List<JvmStats> all = treadle.jvm();
    assertThat(all).hasSizeGreaterThanOrEqualTo(3);
    assertThat(all.getFirst().heapUsed()).isBetween(1L, all.getFirst().heapMax().orElseThrow());
    assertThat(all.getFirst().platformThreads()).isPositive();
    assertThat(all).extracting(JvmStats::at).isSorted().doesNotHaveDuplicates();
    assertThat(all.getLast().at()).isBetween(before, Instant.now());
  }

  @Test
  void whoeverClosesFirstTakesNothingFromTheOther() {
    Treadle one = Treadle.open();
    try (Treadle other = Treadle.open()) {
      try (one) {
        await(() -> !one.jvm().isEmpty() && !other.jvm().isEmpty());
      }
      Instant last = other.jvm().getLast().at();
      await(() -> other.jvm().getLast().at().isAfter(last));
    }
  }

  /// A clock that somebody moves.
  private static final class Moved implements Ticking {
    final List<Runnable> listeners = new ArrayList<>();

    @Override
    public Instant instant() {
      return Instant.EPOCH;
    }

    @Override
    public void onChange(Runnable listener) {
      listeners.add(listener);
    }
  }

  @Test
  void onAClockThatIsMovedByHandThereIsNothing() {
    Moved clock = new Moved();
    try (Treadle treadle = Treadle.with().clock(clock).open()) {
      clock.listeners.forEach(Runnable::run);
      assertThat(treadle.jvm()).isEmpty();
    }
  }
}
