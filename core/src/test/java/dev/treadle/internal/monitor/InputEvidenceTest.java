package dev.treadle.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.stats.Advice;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/// Advice counts inputs, not attempts.
class InputEvidenceTest {
  private static final Attempt.End TIMED_OUT =
      new Attempt.End.TimedOut(new TimeoutException(), false);
  private static final Attempt.End LOST = new Attempt.End.Lost("out of memory: heap", false);
  private static final Advice LONGER = advice(Advice.Kind.LONGER_TIMEOUT);
  private static final Advice MORE = advice(Advice.Kind.MORE_MEMORY);

  private final InputEvidence evidence = new InputEvidence();

  private static Advice advice(Advice.Kind kind) {
    return new Advice("fetch", kind, "text", 100);
  }

  record Page(String url, int number) {}

  @Test
  void oneInputThatAlwaysFailsIsNoEvidence() {
    for (int job = 1; job <= 100; job++) {
      evidence.ended("fetch", job, new Page("hostile", 1), TIMED_OUT);
      evidence.ended("fetch", job, "hostile", LOST);
    }
    assertThat(evidence.supports(LONGER, null)).isFalse();
    assertThat(evidence.supports(MORE, null)).isFalse();
  }

  @Test
  void attemptsOfOneJobCountOnce() {
    for (int attempt = 1; attempt <= 100; attempt++) {
      evidence.ended("fetch", 7, new Object(), TIMED_OUT);
    }
    assertThat(evidence.supports(LONGER, null)).isFalse();
  }

  @Test
  void severalInputsAreEvidence() {
    for (int input = 0; input < 3; input++) {
      evidence.ended("fetch", input, new Page("slow", input), TIMED_OUT);
      evidence.ended("fetch", input, new byte[] {(byte) input}, LOST);
    }
    assertThat(evidence.supports(LONGER, null)).isTrue();
    assertThat(evidence.supports(MORE, null)).isTrue();
  }

  @Test
  void lossesOfOtherCausesAreNoEvidenceOfMemory() {
    for (int input = 0; input < 3; input++) {
      evidence.ended("fetch", input, input, new Attempt.End.Lost("exit code 1", false));
    }
    assertThat(evidence.supports(MORE, null)).isFalse();
  }

  @Test
  void inputWhoseHashFailsCountsAsItsJob() {
    record Hostile(int number) {
      @Override
      public int hashCode() {
        throw new IllegalStateException("no hash");
      }

      @Override
      public boolean equals(Object other) {
        return this == other;
      }
    }
    for (int job = 1; job <= 3; job++) {
      evidence.ended("fetch", job, new Hostile(1), TIMED_OUT);
    }
    assertThat(evidence.supports(LONGER, null)).isTrue();
  }

  @Test
  void otherAdviceNeedsNoInputs() {
    assertThat(evidence.supports(advice(Advice.Kind.USE_CPU), null)).isTrue();
  }
}
