package dev.treadle.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualClockTest {
  private final ManualClock clock = new ManualClock();

  @Test
  void standsStillUntilItIsMoved() {
    assertThat(clock.instant()).isEqualTo(ManualClock.START).isEqualTo(clock.instant());

    clock.advance(Duration.ofSeconds(5));

    assertThat(clock.instant()).isEqualTo(ManualClock.START.plusSeconds(5));
  }

  @Test
  void canBeSetBack() {
    clock.set(ManualClock.START.minusSeconds(60));

    assertThat(clock.instant()).isEqualTo(ManualClock.START.minusSeconds(60));
  }

  @Test
  void advanceRefusesToGoBack() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> clock.advance(Duration.ofSeconds(-1)))
        .withMessageContaining("set may go back");
  }

  @Test
  void listenersSeeTheNewTimeBeforeTheMoveReturns() {
    List<Instant> seen = new ArrayList<>();
    clock.onChange(() -> seen.add(clock.instant()));

    clock.advance(Duration.ofSeconds(1));
    clock.set(ManualClock.START);

    assertThat(seen).containsExactly(ManualClock.START.plusSeconds(1), ManualClock.START);
  }
}
