package dev.treadle.spi;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/// Instants as microseconds since 1970 in a `long`, as the stores keep them.
///
/// Good until the year 294,246; [#NEVER] stands for "no such time" and sorts last.
public final class Micros {
  /// No such time.
  public static final long NEVER = Long.MAX_VALUE;

  private Micros() {}

  /// Now, by a clock.
  public static long now(InstantSource clock) {
    return of(clock.instant());
  }

  /// An instant, cut to the microsecond; the earliest or [#NEVER] where it does not fit.
  public static long of(Instant instant) {
    long seconds = instant.getEpochSecond();
    return Math.abs(seconds) < NEVER / 1_000_000
        ? seconds * 1_000_000 + instant.getNano() / 1_000
        : seconds < 0 ? Long.MIN_VALUE : NEVER;
  }

  /// A duration, cut to the microsecond; the longest possible where it does not fit.
  public static long of(Duration duration) {
    return TimeUnit.MICROSECONDS.convert(duration);
  }

  /// The sum, [#NEVER] where it does not fit.
  public static long plus(long micros, long more) {
    long sum = micros + more;
    return sum < micros ? NEVER : sum;
  }

  /// The instant.
  public static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1_000L);
  }
}
