package dev.treadle.stats;

/// How many attempts ended in which way.
///
/// @param succeeded returned a value
/// @param failed threw
/// @param timedOut ran past their timeout or the deadline of their job
/// @param cancelled ended after they were asked to
/// @param snoozed put themselves off
/// @param lost never ended: their process or node was gone
public record Ends(
    long succeeded, long failed, long timedOut, long cancelled, long snoozed, long lost) {
  /// All of them.
  public long total() {
    return succeeded + failed + timedOut + cancelled + snoozed + lost;
  }

  /// Those that did not succeed through no wish of anybody: failed, timed out, lost.
  public long unsuccessful() {
    return failed + timedOut + lost;
  }
}
