package dev.treadle.spi;

import dev.treadle.Attempt;
import java.time.Duration;
import java.util.OptionalLong;

/// The end of one attempt, as it is handed to a store.
///
/// @param id the job
/// @param fence the right under which it ran
/// @param tally what it cost
/// @param end how the attempt ended
/// @param next what becomes of the job
/// @param codeRuns whether the code of the attempt still runs, abandoned: its limits stay taken
///   until [Store#returned]
public record Finish(
    long id, int fence, Tally tally, Attempt.End end, Next next, boolean codeRuns) {

  /// What one attempt cost.
  ///
  /// @param number the number of the attempt
  /// @param node where it ran
  /// @param started when its code started, in microseconds since 1970
  /// @param ranNanos how long it ran
  /// @param waitedMicros how long the job had been available before; -1 where that is not known
  /// @param logBytes what it logged, in bytes of UTF-8
  /// @param cost what it used
  /// @param abandoned whether it ignored its timeout and was left behind
  public record Tally(
      int number,
      String node,
      long started,
      long ranNanos,
      long waitedMicros,
      long logBytes,
      Cost cost,
      boolean abandoned) {}

  /// What the code of an attempt used, each -1 where that is not known.
  ///
  /// @param cpuNanos the CPU time of its thread
  /// @param allocatedBytes what its thread allocated
  /// @param peakBytes the most memory its process had resident
  public record Cost(long cpuNanos, long allocatedBytes, long peakBytes) {
    /// Nothing is known.
    public static final Cost UNKNOWN = new Cost(-1, -1, -1);
  }

  /// The attempt as users see it.
  public Attempt attempt() {
    return new Attempt(
        tally.number(),
        tally.node(),
        Micros.instant(tally.started()),
        Duration.ofNanos(tally.ranNanos()),
        Duration.ofNanos(Math.max(0, tally.waitedMicros()) * 1_000),
        tally.logBytes(),
        known(tally.cost().cpuNanos()),
        known(tally.cost().allocatedBytes()),
        known(tally.cost().peakBytes()),
        tally.abandoned(),
        end);
  }

  private static OptionalLong known(long value) {
    return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
