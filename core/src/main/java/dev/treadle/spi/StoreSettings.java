package dev.treadle.spi;

import java.time.Duration;

/// How a store on a file is to treat what it keeps.
///
/// @param keepSucceeded how long succeeded jobs are kept after their end
/// @param keepUnsuccessful how long failed and cancelled jobs are kept after their end
/// @param payloadMax the most bytes an input or a result may have
public record StoreSettings(Duration keepSucceeded, Duration keepUnsuccessful, int payloadMax) {
  /// A day, thirty days, 16 MiB.
  public static final StoreSettings DEFAULT =
      new StoreSettings(Duration.ofDays(1), Duration.ofDays(30), 16 << 20);
}
