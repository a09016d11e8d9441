package dev.treadle.spi;

import dev.treadle.Outcome;
import org.jspecify.annotations.Nullable;

/// What a store gives for a job it has taken, and what handles hold on to.
///
/// A store that keeps jobs as live objects gives the object itself, so that a job whose handle is
/// alive stays readable after the store has pruned it.
public interface Receipt {
  /// The id of the job.
  long id();

  /// How the job ended, or null if it has not.
  @Nullable Outcome<?> outcome();

  /// Returns whether the job has ended and how it did is no longer known: it was pruned, or
  /// forgotten.
  default boolean gone() {
    return false;
  }
}
