package dev.treadle.cli.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
  @Test
  void retryAfterIsSecondsOrADate() {
    Instant now = Instant.parse("2026-11-22T10:00:00Z");
    assertThat(RetryAfter.parse("7", now)).contains(Duration.ofSeconds(7));
    assertThat(RetryAfter.parse("Sun, 22 Nov 2026 10:00:30 GMT", now))
        .contains(Duration.ofSeconds(30));
    assertThat(RetryAfter.parse("Sun, 22 Nov 2026 09:00:00 GMT", now)).contains(Duration.ZERO);
    assertThat(RetryAfter.parse("Sunday, 22-Nov-26 10:00:05 GMT", now))
        .contains(Duration.ofSeconds(5));
    assertThat(RetryAfter.parse("Sunday, 06-Nov-94 08:49:37 GMT", now)).contains(Duration.ZERO);
    assertThat(RetryAfter.parse("Tue Dec  1 10:00:00 2026", now)).contains(Duration.ofDays(9));
    assertThat(RetryAfter.parse("9".repeat(40), now).orElseThrow()).isGreaterThan(RetryAfter.MAX);
    assertThat(RetryAfter.parse("-3", now)).isEmpty();
    assertThat(RetryAfter.parse("tomorrow", now)).isEmpty();
  }
}
