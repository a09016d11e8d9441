package dev.treadle;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The health of a treadle: whether it takes jobs and runs them.
///
/// @param why what is wrong and how to mend it; null if nothing is
public record Health(Status status, @Nullable String why) {

  /// Whether a treadle works.
  public enum Status {
    /// Jobs are taken and run.
    UP,
    /// The store cannot write for the time being, because its disk is full: submissions are
    /// refused, and ends of jobs wait to be written. Becomes `UP` again by itself once there is
    /// room.
    STALLED,
    /// The store has failed: every call throws, and nothing is run. For good: open again.
    FAILED,
    /// The treadle is closed.
    CLOSED
  }

  /// Checks the parts.
  public Health {
    Objects.requireNonNull(status);
  }

  /// Returns whether jobs are taken and run.
  public boolean isUp() {
    return status == Status.UP;
  }
}
