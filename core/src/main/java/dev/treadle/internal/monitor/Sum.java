package dev.treadle.internal.monitor;

import dev.treadle.stats.Ends;
import dev.treadle.stats.Figures;
import dev.treadle.stats.Spread;
import dev.treadle.stats.Throughput;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/// Cells added up: what becomes [Figures]. Not thread-safe.
final class Sum {
  final long[] ends = new long[6];
  long abandoned;
  long outOfMemory;
  long logBytes;
  long runNanos;
  long cpuNanos;
  long cpuRunNanos;
  long cpuKnown;
  long allocated;
  long allocatedKnown;
  long peak = -1;
  long minute;
  long quarter;
  long day;
  final Histogram wait = new Histogram(2);
  final Histogram run = new Histogram(2);

  Figures figures() {
    return new Figures(
        new Ends(ends[0], ends[1], ends[2], ends[3], ends[4], ends[5]),
        abandoned,
        spread(wait),
        spread(run),
        new Throughput(minute, quarter, day),
        runNanos / 1e9,
        cpuKnown == 0 ? OptionalDouble.empty() : OptionalDouble.of(cpuNanos / 1e9),
        cpuRunNanos == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of((double) cpuNanos / cpuRunNanos),
        allocatedKnown == 0 ? OptionalLong.empty() : OptionalLong.of(allocated),
        peak < 0 ? OptionalLong.empty() : OptionalLong.of(peak),
        logBytes,
        outOfMemory);
  }

  static Spread spread(Histogram histogram) {
    long count = histogram.getTotalCount();
    return count == 0
        ? Spread.NONE
        : new Spread(
            count,
            Duration.ofNanos(histogram.getValueAtPercentile(50)),
            Duration.ofNanos(histogram.getValueAtPercentile(95)),
            Duration.ofNanos(histogram.getValueAtPercentile(99)),
            Duration.ofNanos(histogram.getMaxValue()));
  }
}
