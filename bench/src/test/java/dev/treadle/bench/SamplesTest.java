package dev.treadle.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void theMedianOfAnOddNumberOfRoundsIsTheMiddleOne() {
    assertThat(Samples.of(9, 1, 5).median()).isEqualTo(5);
    assertThat(Samples.of(4).median()).isEqualTo(4);
  }

  @Test
  void theMedianOfAnEvenNumberOfRoundsIsBetweenTheMiddleTwo() {
    assertThat(Samples.of(10, 1, 2, 4).median()).isEqualTo(3);
  }

  @Test
  void oneWildRoundMovesTheSpreadAndNotTheMedian() {
    Samples calm = Samples.of(5, 6, 7, 6, 5);
    Samples wild = Samples.of(5, 6, 7, 6, 500);

    assertThat(wild.median()).isEqualTo(calm.median());
    assertThat(wild.min()).isEqualTo(5);
    assertThat(wild.max()).isEqualTo(500);
  }

  @Test
  void ratiosAreTakenPairByPair() {
    Samples product = Samples.of(2, 20, 3);
    Samples peer = Samples.of(1, 10, 1);

    assertThat(product.per(peer)).isEqualTo(Samples.of(2, 2, 3));
    // A slow spell that hit both rounds of a pair does not show, as it would in a ratio of medians.
    assertThat(product.per(peer).median()).isEqualTo(2);
    assertThat(product.median() / peer.median()).isEqualTo(3);
  }

  @Test
  void roundsThatCannotBePairedAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Samples.of(1, 2).per(Samples.of(1)))
        .withMessage("2 rounds cannot be paired with 1");
    assertThatIllegalArgumentException().isThrownBy(() -> new Samples(List.of()));
  }

  @Test
  void aTargetIsMetAtItsBound() {
    assertThat(Target.atMost(2).met(2)).isTrue();
    assertThat(Target.atMost(2).met(2.001)).isFalse();
    assertThat(Target.atLeast(0.95).met(0.95)).isTrue();
    assertThat(Target.atLeast(0.95).met(0.949)).isFalse();
    assertThat(Target.atMost(2).met(Double.NaN)).isFalse();
    assertThat(Target.atLeast(0.8).verdict(0.5)).isEqualTo("target >= 0.8  MISSED");
    assertThat(Target.none().verdict(0.5)).isEmpty();
  }

  @Test
  void figuresHaveThreeDigits() {
    assertThat(List.of(0.08123, 0.9996, 1.5, 17.449, 4310.4, 123456.0).stream().map(Figures::text))
        .containsExactly("0.0812", "1.00", "1.50", "17.4", "4,310", "123,000");
    assertThat(Figures.text(0)).isEqualTo("0.00");
  }
}
