package dev.treadle.stats;

/// How many attempts ended in the latest windows of time.
///
/// Windows move in steps of a second, of 15 seconds and of 24 minutes: what happened just before a
/// window may count for one step more.
///
/// @param minute in the last minute
/// @param quarter in the last 15 minutes
/// @param day in the last 24 hours
public record Throughput(long minute, long quarter, long day) {
  /// Nothing has ended.
  public static final Throughput NONE = new Throughput(0, 0, 0);
}
