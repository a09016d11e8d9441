package dev.treadle.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.stats.Spread;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class RecentTest {
  /// What [Spread] promises; the histogram of two digits is within 1/128.
  private static final Percentage PROMISED = Percentage.withPercentage(1);

  private static final int MANY = 100_000;
  private static final long DAY = TimeUnit.DAYS.toMicros(1);

  /// Noon of some day.
  private static final long NOON = 20_000 * DAY + DAY / 2;

  private final Recent recent = new Recent();

  private Spread spread(long now) {
    return spread(recent, now);
  }

  private static Spread spread(Recent of, long now) {
    Histogram sum = new Histogram(2);
    of.addTo(sum, now);
    return Sum.spread(sum);
  }

  /// The time that so many of a hundred took no longer than.
  private static Duration exact(long[] sorted, int percent) {
    return Duration.ofNanos(sorted[Math.ceilDiv(sorted.length * percent, 100) - 1]);
  }

  private void percentilesAreThoseOf(LongSupplier durations) {
    long[] all = new long[MANY];
    for (int i = 0; i < MANY; i++) {
      all[i] = durations.getAsLong();
      recent.add(all[i], NOON);
    }
    Arrays.sort(all);
    Spread spread = spread(NOON);
    assertThat(spread.count()).isEqualTo(MANY);
    near(spread.p50(), exact(all, 50));
    near(spread.p95(), exact(all, 95));
    near(spread.p99(), exact(all, 99));
    near(spread.max(), exact(all, 100));
  }

  private static void near(Duration told, Duration exact) {
    assertThat(told.toNanos()).isCloseTo(exact.toNanos(), PROMISED);
  }

  @Test
  void percentilesOfEvenlySpreadTimes() {
    Random random = new Random(1);
    percentilesAreThoseOf(() -> random.nextLong(TimeUnit.SECONDS.toNanos(10)));
  }

  @Test
  void percentilesOfTimesFromNanosecondsToDays() {
    Random random = new Random(2);
    double longest = Math.log(TimeUnit.DAYS.toNanos(20));
    percentilesAreThoseOf(() -> Math.round(Math.exp(random.nextDouble() * longest)));
  }

  @Test
  void percentilesOfAFewSlowOnesAmongManyQuick() {
    Random random = new Random(3);
    percentilesAreThoseOf(() ->
        random.nextInt(50) == 0
            ? TimeUnit.MINUTES.toNanos(1) + random.nextLong(TimeUnit.HOURS.toNanos(1))
            : 20_000 + random.nextLong(500));
  }

  @Test
  void ofNothingThereIsNothing() {
    assertThat(spread(NOON)).isEqualTo(Spread.NONE);
  }

  @Test
  void moreThanThirtyDaysAreThirtyDaysAndLessThanNothingIsNothing() {
    recent.add(Long.MAX_VALUE, NOON);
    recent.add(-5, NOON);
    near(spread(NOON).max(), Duration.ofDays(30));
    assertThat(spread(NOON).p50()).isZero();
  }

  @Test
  void thePeriodBeforeStillCountsAndTheOneBeforeThatDoesNot() {
    recent.add(1_000, NOON);
    recent.add(1_000, NOON + DAY);

    assertThat(spread(NOON + DAY).count()).isEqualTo(2);
    assertThat(spread(NOON + 2 * DAY).count()).isEqualTo(1);
    assertThat(spread(NOON + 3 * DAY).count()).isZero();
  }

  @Test
  void twoPeriodsLaterNothingIsLeft() {
    recent.add(1_000, NOON);
    assertThat(spread(NOON + 2 * DAY)).isEqualTo(Spread.NONE);
  }

  @Test
  void aLongPauseLeavesNothing() {
    recent.add(1_000, NOON);
    recent.add(1_000, NOON + DAY);
    assertThat(spread(NOON + 100 * DAY)).isEqualTo(Spread.NONE);
  }

  @Test
  void aClockThatIsSetBackLosesNothing() {
    recent.add(1_000, NOON);
    recent.add(1_000, NOON + DAY);
    recent.add(1_000, NOON);
    assertThat(spread(NOON).count()).isEqualTo(3);

    assertThat(spread(NOON - 50 * DAY).count()).isEqualTo(3);
    recent.add(1_000, NOON - 49 * DAY);
    assertThat(spread(NOON - 49 * DAY).count()).as("the oldest is a period older now").isEqualTo(3);
    assertThat(spread(NOON).count()).as("fifty days pass again").isZero();
  }

  @Test
  void whatWasWrittenGoesOnAsWhatWroteIt() throws IOException {
    Random random = new Random(4);
    for (int i = 0; i < 10_000; i++) {
      recent.add(random.nextLong(TimeUnit.HOURS.toNanos(1)), NOON + random.nextInt(2) * DAY);
    }
    Recent copy = read(written());
    assertThat(spread(copy, NOON + DAY)).isEqualTo(spread(NOON + DAY));

    // It must take longer times than it has seen, too.
    for (Recent each : new Recent[] {recent, copy}) {
      each.add(TimeUnit.DAYS.toNanos(20), NOON + DAY);
      each.add(TimeUnit.DAYS.toNanos(20), NOON + 2 * DAY);
    }
    assertThat(spread(copy, NOON + 2 * DAY)).isEqualTo(spread(NOON + 2 * DAY));
    assertThat(spread(copy, NOON + 3 * DAY)).isEqualTo(spread(NOON + 3 * DAY));
  }

  @Test
  void noBytesBringMoreThanARefusal() throws IOException {
    Random random = new Random(5);
    for (int i = 0; i < 1_000; i++) {
      recent.add(random.nextLong(TimeUnit.HOURS.toNanos(1)), NOON);
    }
    byte[] good = written();
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
    }
    byte[] length = good.clone();
    length[8] = 0x7f; // The first after the period.
    assertThatThrownBy(() -> read(length))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a histogram has a length of");
    byte[] noise = good.clone();
    Arrays.fill(noise, 12 + 8, noise.length, (byte) 0x55);
    assertThatThrownBy(() -> read(noise)).isInstanceOf(IOException.class);
  }

  private byte[] written() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    recent.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static Recent read(byte[] bytes) throws IOException {
    Recent copy = new Recent();
    copy.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    return copy;
  }
}
