package dev.treadle.cli.report;

import dev.treadle.stats.Spread;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/// A histogram of a time with its exact maximum. Guarded by its owner.
final class Times {
  private static final int DIGITS = 2;
  private static final long MOST = Duration.ofDays(30).toNanos();

  private final Histogram histogram;
  private long max;

  Times() {
    this(new Histogram(DIGITS), 0);
  }

  private Times(Histogram histogram, long max) {
    this.histogram = histogram;
    this.max = max;
  }

  void add(Duration time) {
    long nanos = Math.clamp(time.toNanos(), 0, MOST);
    histogram.recordValue(nanos);
    max = Math.max(max, nanos);
  }

  Histogram histogram() {
    return histogram;
  }

  long count() {
    return histogram.getTotalCount();
  }

  /// The longest time in nanoseconds, exactly; 0 for none.
  long max() {
    return max;
  }

  /// The time in nanoseconds that so many of a hundred do not exceed, within 1 %, and never more
  /// than the maximum.
  long percentile(double percent) {
    return Math.min(max, histogram.getValueAtPercentile(percent));
  }

  Spread spread() {
    return count() == 0
        ? Spread.NONE
        : new Spread(
            count(),
            Duration.ofNanos(percentile(50)),
            Duration.ofNanos(percentile(95)),
            Duration.ofNanos(percentile(99)),
            Duration.ofNanos(max));
  }

  Times copy() {
    return new Times(histogram.copy(), max);
  }
}
