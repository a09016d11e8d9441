package dev.treadle.spi;

import dev.treadle.Outcome;
import org.jspecify.annotations.Nullable;

/// What becomes of a job after an attempt: where [Transition] sends it.
public sealed interface Next {
  /// The job has ended.
  record Ended(Outcome<?> outcome) implements Next {}

  /// The job runs again.
  ///
  /// @param due when, at the earliest, in microseconds since 1970
  /// @param charge what this attempt counts as
  record Again(long due, Charge charge) implements Next {}

  /// The job is parked.
  ///
  /// @param untilRegistered whether it goes on by itself when its task is registered
  record Parked(String reason, boolean untilRegistered) implements Next {
    /// Parked until somebody releases it.
    public Parked(String reason) {
      this(reason, false);
    }
  }

  /// What an attempt that did not end its job counts as.
  enum Charge {
    /// A failure: it failed or timed out.
    FAILURE,
    /// A loss: its node or process was gone.
    LOSS,
    /// Nothing: it put itself off, or was handed back.
    NOTHING
  }

  /// The outcome, if this ends the job.
  default @Nullable Outcome<?> outcome() {
    return switch (this) {
      case Ended ended -> ended.outcome();
      case Again again -> null;
      case Parked parked -> null;
    };
  }
}
