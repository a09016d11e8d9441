package dev.treadle.stats;

/// How many attempts ended in the latest windows of time.
///
/// Windows move in steps of a second, of 15 seconds and of 24 minutes. Each counts the step that
/// has begun and the 59 before it: it is up to one step shorter than its name says.
///
/// @param minute in the last minute
/// @param quarter in the last 15 minutes
/// @param day in the last 24 hours
public record Throughput(long minute, long quarter, long day) {
  /// Nothing has ended.
  public static final Throughput NONE = new Throughput(0, 0, 0);
}
