package dev.treadle;

import java.util.Locale;

/// Where a job stands between its submission and its end.
///
/// ```
/// scheduled, blocked, held  ──►  available  ──►  running  ──►  succeeded | failed | cancelled
///            ▲                                      │
///            └────────── retry, snooze ◄────────────┘
/// ```
public enum JobState {
  /// Starts later: delayed, or between two attempts. The clock moves it to `available`.
  SCHEDULED,
  /// Waits for other jobs: its inputs, or the job it replaces. Their end moves it on.
  BLOCKED,
  /// May start as soon as a slot, its queue and its limits allow. A claim moves it to `running`.
  AVAILABLE,
  /// An attempt runs. The end of the attempt moves it on.
  RUNNING,
  /// Parked by an operator, or because its task or input cannot be read. Only a release moves it.
  HELD,
  /// Ended with a result.
  SUCCEEDED,
  /// Ended with a cause: an error, a timeout, a passed deadline or too many losses.
  FAILED,
  /// Ended because somebody, or the failure of a job it needed, asked for it.
  CANCELLED;

  /// Whether this is one of the three states a job never leaves.
  public boolean ended() {
    return switch (this) {
      case SUCCEEDED, FAILED, CANCELLED -> true;
      case SCHEDULED, BLOCKED, AVAILABLE, RUNNING, HELD -> false;
    };
  }

  /// The name used in messages and records, in lower case.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return label();
  }
}
