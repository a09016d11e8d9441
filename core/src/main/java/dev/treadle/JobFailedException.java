package dev.treadle;

import java.io.Serial;

/// The job whose value was asked for has failed.
///
/// Its own stack trace is that of the caller of `get`; its cause is what the last attempt threw,
/// with the original stack trace of the attempt. Where several jobs failed, the others are
/// suppressed exceptions of the first.
public final class JobFailedException extends TreadleException {
  @Serial private static final long serialVersionUID = 1;

  /// What kind of failure it was.
  private final Outcome.Failed.Reason reason;

  private final int attempts;

  /// The exception for an outcome.
  ///
  /// @param job which job, such as `job 7 (fetch)`
  public JobFailedException(
      String job, Outcome.Failed.Reason reason, Throwable cause, int attempts) {
    super(message(job, reason, cause, attempts), cause);
    this.reason = reason;
    this.attempts = attempts;
  }

  private static String message(
      String job, Outcome.Failed.Reason reason, Throwable cause, int attempts) {
    String how =
        switch (reason) {
          case ERROR -> " failed";
          case TIMED_OUT -> " timed out";
          case DEADLINE -> " passed its deadline";
          case LOST -> " was lost too often";
        };
    return job
        + how
        + " after "
        + (attempts == 1 ? "1 attempt" : attempts + " attempts")
        + ": "
        + words(cause);
  }

  private static String words(Throwable cause) {
    try {
      return cause.toString();
    } catch (Throwable thrown) {
      return cause.getClass().getName() + ", which cannot be described";
    }
  }

  /// What kind of failure it was.
  public Outcome.Failed.Reason reason() {
    return reason;
  }

  /// How many attempts were started.
  public int attempts() {
    return attempts;
  }
}
