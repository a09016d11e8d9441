package dev.treadle.spi;

import java.util.concurrent.RejectedExecutionException;

/// Thrown for an attempt whose thread or process could not be started. Its code did not run, and
/// [Transition] retries it after a pause.
public final class NotStartedException extends RejectedExecutionException {
  private static final long serialVersionUID = 1;

  /// @param what what could not be started: `a thread`
  public NotStartedException(String what, Throwable cause) {
    super(
        what
            + " could not be started for the attempt: "
            + cause
            + "; raise the limit on threads and processes (ulimit -u, pids.max), or run fewer jobs"
            + " at once with permits(...)",
        cause);
  }
}
