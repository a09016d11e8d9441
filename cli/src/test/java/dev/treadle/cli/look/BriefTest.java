package dev.treadle.cli.look;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BriefTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0us",
    "850, 0.9us",
    "85000, 85us",
    "999499, 999us",
    "999700, 1ms",
    "1234567, 1.2ms",
    "59900000000, 60s",
    "60000000000, 1m",
    "5400000000000, 1.5h",
    "259200000000000, 3d",
    "9223372036854775807, 106752d",
  })
  void durations(long nanos, String text) {
    assertThat(Brief.duration(Duration.ofNanos(nanos))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {1, 949, 999, 999_949, 59_949_999_999L, 3_599_900_000_000L, 86_399_000_000_000L})
  void fewColumnsDo(long nanos) {
    assertThat(Brief.duration(Duration.ofNanos(nanos))).hasSizeLessThanOrEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "'9999999', '9,999,999'",
    "10000000, 10M",
    "999600000, 1G",
    "9223372036854775807, 9223P",
  })
  void counts(long count, String text) {
    assertThat(Brief.count(count)).isEqualTo(text);
  }

  @Test
  void whatIsNotKnownIsNotZero() {
    assertThat(Brief.bytes(OptionalLong.empty())).isEqualTo("n/a");
    assertThat(Brief.bytes(OptionalLong.of(0))).isEqualTo("0B");
    assertThat(Brief.bytes(OptionalLong.of(1_250_000))).isEqualTo("1.3MB");
    assertThat(Brief.share(OptionalDouble.empty())).isEqualTo("n/a");
    assertThat(Brief.share(OptionalDouble.of(1.804))).isEqualTo("180%");
    assertThat(Brief.part(0, 0)).isEqualTo("n/a");
    assertThat(Brief.part(1, 3)).isEqualTo("33.3%");
  }

  @Test
  void clocks() {
    assertThat(Brief.clock(Duration.ofMillis(-5))).isEqualTo("0:00");
    assertThat(Brief.clock(Duration.ofSeconds(3_599))).isEqualTo("59:59");
    assertThat(Brief.clock(Duration.ofHours(30))).isEqualTo("30:00:00");
  }
}
