package dev.treadle;

import java.io.Serial;
import java.time.Duration;

/// Thrown by a task to put itself off: the job runs again after the duration.
///
/// Neither an error nor a retry: it counts against no retry budget. The attempt ends as
/// [Attempt.End.Snoozed].
///
/// ```java
/// if (!file.isComplete()) throw Snooze.of(Duration.ofSeconds(30));
/// ```
public final class Snooze extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /// What fits into nanoseconds.
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private final Duration duration;

  private Snooze(Duration duration) {
    super("snoozed for " + duration, null, false, false);
    this.duration = duration;
  }

  /// A snooze.
  ///
  /// @param duration how long to put the job off; zero or more. Longer than 292 years counts as
  ///   that
  public static Snooze of(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("a snooze cannot be negative: " + duration);
    }
    return new Snooze(duration.compareTo(LONGEST) > 0 ? LONGEST : duration);
  }

  /// How long to put the job off.
  public Duration duration() {
    return duration;
  }
}
