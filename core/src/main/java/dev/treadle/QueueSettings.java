package dev.treadle;

import java.time.Duration;

/// How a queue treats its jobs. Immutable.
///
/// @param limit at most so many attempts at once
/// @param bound at most so many jobs that have neither ended nor run; then `submit` blocks
/// @param refuses whether `submit` refuses a full queue instead of blocking
/// @param priorityStep how much later a job may come for one step of priority and still be first
/// @param keeps whether its ended jobs stay until [Treadle#forget], whatever else is pruned
public record QueueSettings(
    int limit, int bound, boolean refuses, Duration priorityStep, boolean keeps) {
  /// No limit, no bound, one hour a step of priority.
  public static final QueueSettings DEFAULT =
      new QueueSettings(Integer.MAX_VALUE, Integer.MAX_VALUE, false, Duration.ofHours(1), false);

  /// Checks the bounds.
  public QueueSettings {
    if (limit < 1 || bound < 1) {
      throw new IllegalArgumentException("limit and bound must be at least 1");
    }
    if (priorityStep.isNegative()) {
      throw new IllegalArgumentException("priorityStep cannot be negative: " + priorityStep);
    }
  }

  /// The same with at most so many attempts at once.
  public QueueSettings limit(int limit) {
    return new QueueSettings(limit, bound, refuses, priorityStep, keeps);
  }

  /// The same with at most so many jobs that have neither ended nor run.
  public QueueSettings bound(int bound) {
    return new QueueSettings(limit, bound, refuses, priorityStep, keeps);
  }

  /// The same, but a full queue refuses instead of blocking.
  public QueueSettings refuseWhenFull() {
    return new QueueSettings(limit, bound, true, priorityStep, keeps);
  }

  /// The same with another step: with zero, priority does not matter.
  public QueueSettings priorityStep(Duration step) {
    return new QueueSettings(limit, bound, refuses, step, keeps);
  }

  /// The same, but its ended jobs stay until [Treadle#forget].
  public QueueSettings keep() {
    return new QueueSettings(limit, bound, refuses, priorityStep, true);
  }
}
