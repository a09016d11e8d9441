package dev.treadle.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Strategy;
import dev.treadle.stats.Advice;
import org.junit.jupiter.api.Test;

/// Advice on permits word for word, and none where a second or a permit is missing.
class PermitsTest {
  private static final int ENOUGH_SECONDS = 60;

  private final Permits permits = new Permits();

  private void seconds(int seconds, Strategy strategy, int all, int inUse) {
    for (int i = 0; i < seconds; i++) {
      permits.note(strategy, all, inUse);
    }
  }

  @Test
  void permitsThatNobodyUsesAreNamed() {
    seconds(ENOUGH_SECONDS - 1, Strategy.IO, 256, 12);
    seconds(1, Strategy.IO, 256, 40);

    assertThat(permits.advice())
        .containsExactly(
            new Advice(
                "io",
                Advice.Kind.FEWER_PERMITS,
                "io: 216 of its 256 permits were never seen in use, p95 in use is 12",
                ENOUGH_SECONDS));
  }

  @Test
  void theOneSecondInWhichMoreWereInUseIsEnoughToSayNothing() {
    seconds(1_000, Strategy.IO, 256, 12);
    seconds(1, Strategy.IO, 256, 129);
    assertThat(permits.advice()).isEmpty();
  }

  @Test
  void halfOfThemIsLittleEnough() {
    seconds(ENOUGH_SECONDS, Strategy.PROCESS, 8, 4);
    assertThat(permits.advice())
        .extracting(Advice::text)
        .containsExactly("process: 4 of its 8 permits were never seen in use, p95 in use is 4");
  }

  @Test
  void lessThanAMinuteOfWorkSaysNothing() {
    seconds(ENOUGH_SECONDS - 1, Strategy.IO, 256, 1);
    assertThat(permits.advice()).isEmpty();
  }

  @Test
  void secondsWithoutWorkAreNoEvidence() {
    seconds(ENOUGH_SECONDS - 1, Strategy.IO, 256, 1);
    seconds(10_000, Strategy.IO, 256, 0);
    assertThat(permits.advice()).isEmpty();

    seconds(1, Strategy.IO, 256, 1);
    assertThat(permits.advice())
        .extracting(Advice::attempts)
        .containsExactly((long) ENOUGH_SECONDS);
  }

  @Test
  void whatNobodyChoseIsNotBlamedOnAnybody() {
    seconds(1_000, Strategy.CPU, 64, 1);
    seconds(1_000, Strategy.ASYNC, Integer.MAX_VALUE, 1);
    assertThat(permits.advice()).isEmpty();
  }
}
