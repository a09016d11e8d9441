package dev.treadle;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One try of a job: when it started, how long it took, what it cost and how it ended.
///
/// @param number 1 for the first
/// @param node the node it ran on
/// @param started when its code started
/// @param ran how long it ran; for one still running, zero
/// @param waited how long the job had been available before it started
/// @param logBytes what it logged, in bytes of UTF-8; for one still running, 0
/// @param cpu the CPU time of its thread in nanoseconds, where the strategy can tell (`cpu`,
///   `process`); otherwise empty, never 0
/// @param allocated bytes allocated by its thread, where the strategy can tell; otherwise empty
/// @param peakMemory the most memory its process had resident while it ran, in bytes: for
///   `process`, where the system can tell and the attempt was long enough to measure
/// @param abandoned whether it ignored its timeout and was left behind
/// @param end how it ended; null while it runs
public record Attempt(
    int number,
    String node,
    Instant started,
    Duration ran,
    Duration waited,
    long logBytes,
    OptionalLong cpu,
    OptionalLong allocated,
    OptionalLong peakMemory,
    boolean abandoned,
    @Nullable End end) {

  /// How an attempt ended.
  public sealed interface End {
    /// It returned a value.
    record Succeeded() implements End {}

    /// It threw.
    ///
    /// @param error what it threw, with the original stack trace
    record Failed(Throwable error) implements End {}

    /// It ran longer than its timeout, or past the deadline of its job.
    ///
    /// @param error the timeout as an exception; its stack trace is where the code was at that time
    /// @param deadline whether it was the deadline of the job, and not the timeout of the attempt
    record TimedOut(Throwable error, boolean deadline) implements End {}

    /// It ended, without a value, after it was asked to cancel.
    record Cancelled() implements End {}

    /// It put itself off.
    ///
    /// @param duration for how long
    record Snoozed(Duration duration) implements End {}

    /// It never ended: its node or process was gone.
    ///
    /// @param cause what is known of it, in words
    /// @param blameless whether the job had no part in it, or will get what it lacked: it is tried
    ///   again at no charge to its loss budget
    record Lost(String cause, boolean blameless) implements End {
      /// A loss that is charged to the job.
      public Lost(String cause) {
        this(cause, false);
      }
    }
  }
}
