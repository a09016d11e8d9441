package dev.treadle;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The wait for a job ended before the job did; the job goes on.
///
/// The time given to `get` ran out, or the waiting thread was interrupted (its interrupt status is
/// set again), or the treadle was closed on a durable store, where the job goes on when that is
/// opened again.
public final class WaitException extends TreadleException {
  @Serial private static final long serialVersionUID = 1;

  private final boolean interrupted;

  /// A wait that ended early.
  public WaitException(String message, @Nullable InterruptedException cause) {
    super(message, cause);
    this.interrupted = cause != null;
  }

  /// Whether the waiting thread was interrupted; otherwise the time ran out or the treadle closed.
  public boolean interrupted() {
    return interrupted;
  }
}
