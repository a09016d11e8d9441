package dev.treadle.stats;

import java.time.Duration;

/// How a time was spread over attempts: of the last 24 to 48 hours, so that what is long past does
/// not count for ever.
///
/// Percentiles are within 1 % of the exact ones (a histogram of two significant digits); `count`
/// and `max` are of the same period, `max` within 1 % too.
///
/// @param count how many attempts were measured
/// @param p50 half of them took no longer: the usual time
/// @param p95 95 of 100 took no longer
/// @param p99 99 of 100 took no longer
/// @param max the longest
public record Spread(long count, Duration p50, Duration p95, Duration p99, Duration max) {
  /// Nothing was measured.
  public static final Spread NONE =
      new Spread(0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
}
