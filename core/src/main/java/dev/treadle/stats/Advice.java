package dev.treadle.stats;

/// What the figures of a task, or of a strategy, suggest to change. Given only on enough evidence.
///
/// @param subject the task, or the strategy, it is about
/// @param kind what it suggests
/// @param text the advice in a sentence, with the figures it rests on
/// @param attempts over how many attempts (for permits: seconds) these figures were taken
public record Advice(String subject, Kind kind, String text, long attempts) {
  /// What is suggested.
  public enum Kind {
    /// It computes on `io`: use `cpu`.
    USE_CPU,
    /// It waits on `cpu`: use `io`.
    USE_IO,
    /// It was lost for want of memory: give it more.
    MORE_MEMORY,
    /// Its timeout is shorter than it takes.
    LONGER_TIMEOUT,
    /// Most permits are never used.
    FEWER_PERMITS
  }
}
