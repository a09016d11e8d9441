package dev.treadle.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Progress;
import org.junit.jupiter.api.Test;

class BarTest {
  private static final long SECOND = 1_000_000_000L;

  private final Bar bar = new Bar("scrape", Bar.Unit.COUNT, true, 0);
  private final Bar ascii = new Bar("scrape", Bar.Unit.COUNT, false, 0);

  @Test
  void showsShareRateAndTimeLeft() {
    assertThat(bar.draw(new Progress(500, 2_000, 3), 10 * SECOND, 80))
        .isEqualTo(
            "scrape ███████░░░░░░░░░░░░░░░░░░░░░░  25 %  500/2,000  50/s  3 failed  ETA 0:30")
        .hasSizeLessThanOrEqualTo(80);
  }

  @Test
  void showsAsciiWhereThereIsNoMore() {
    assertThat(ascii.draw(new Progress(1, 2, 0), SECOND, 60))
        .isEqualTo("scrape ############............  50 %  1/2  1.0/s  ETA 0:01");
  }

  @Test
  void showsCountAndTimeWhereTheTotalIsNotKnown() {
    assertThat(bar.draw(new Progress(1_234, -1, 0), 10 * SECOND, 80))
        .isEqualTo("scrape  1,234  123/s  0:10");
  }

  @Test
  void isFullAtTheEnd() {
    assertThat(ascii.draw(new Progress(7, 7, 0), SECOND, 60)).contains(" 100 %  7/7  7.0/s");
    assertThat(ascii.draw(new Progress(0, 0, 0), SECOND, 60)).contains(" 100 %  0/0");
  }

  @Test
  void neverTakesMoreThanTheWidth() {
    Progress progress = new Progress(123_456, 10_000_000, 999);
    for (int width = 1; width < 200; width++) {
      assertThat(Columns.width(bar.draw(progress, SECOND, width))).isLessThanOrEqualTo(width);
    }
  }

  @Test
  void theRateIsThatOfTheLastTenSeconds() {
    for (int second = 1; second <= 100; second++) {
      bar.draw(new Progress(second < 50 ? 0 : (second - 50) * 10, 10_000, 0), second * SECOND, 80);
    }
    assertThat(bar.draw(new Progress(500, 10_000, 0), 100 * SECOND, 80)).contains("  10/s");
  }

  @Test
  void aLogHasALineForEachTenth() {
    assertThat(bar.log(new Progress(5, 100, 0), SECOND)).isEmpty();
    assertThat(bar.log(new Progress(10, 100, 0), 2 * SECOND))
        .contains("scrape: 10 %, 10/100  5.0/s  ETA 0:18");
    assertThat(bar.log(new Progress(15, 100, 0), 2 * SECOND)).isEmpty();
    assertThat(bar.log(new Progress(55, 100, 1), 3 * SECOND)).isPresent();
    assertThat(bar.log(new Progress(100, 100, 1), 4 * SECOND))
        .hasValueSatisfying(line -> assertThat(line).contains("100 %", "1 failed"));
    assertThat(bar.log(new Progress(100, 100, 1), 4 * SECOND)).isEmpty();
  }

  @Test
  void aLogHasALineAfterFiveSecondsOfSilence() {
    assertThat(bar.log(new Progress(1, -1, 0), 4 * SECOND)).isEmpty();
    assertThat(bar.log(new Progress(1, -1, 0), 5 * SECOND)).contains("scrape: 1  0.2/s  0:05");
    assertThat(bar.log(new Progress(2, 100, 0), 9 * SECOND)).isEmpty();
    assertThat(bar.log(new Progress(3, 100, 0), 10 * SECOND)).isPresent();
  }
}
