package dev.treadle.spi;

import java.time.Duration;

/// How a store on a file is to treat what it keeps.
///
/// @param keepSucceeded how long succeeded jobs are kept after their end
/// @param keepUnsuccessful how long failed and cancelled jobs are kept after their end
/// @param payloadMax the most bytes an input or a result may have
/// @param quarantine whether jobs that ran when the last owner was killed run one at a time
public record StoreSettings(
    Duration keepSucceeded, Duration keepUnsuccessful, int payloadMax, boolean quarantine) {
  /// A day, thirty days, 16 MiB, one at a time.
  public static final StoreSettings DEFAULT =
      new StoreSettings(Duration.ofDays(1), Duration.ofDays(30), 16 << 20, true);

  /// The same, with other times to keep ended jobs.
  public StoreSettings keep(Duration succeeded, Duration unsuccessful) {
    return new StoreSettings(succeeded, unsuccessful, payloadMax, quarantine);
  }

  /// The same, with another bound on inputs and results.
  public StoreSettings payloadMax(int bytes) {
    return new StoreSettings(keepSucceeded, keepUnsuccessful, bytes, quarantine);
  }

  /// The same, with or without quarantine.
  public StoreSettings quarantine(boolean oneAtATime) {
    return new StoreSettings(keepSucceeded, keepUnsuccessful, payloadMax, oneAtATime);
  }
}
