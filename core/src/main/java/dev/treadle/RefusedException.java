package dev.treadle;

import java.io.Serial;

/// Treadle refused to take a request, and nothing of it was kept.
///
/// Thrown by `submit` after `close`, into a full queue that refuses, with a key that is taken, from
/// an attempt that has ended; by `get` inside a job where waiting could never end; and by `kill`
/// where a strategy cannot.
public final class RefusedException extends TreadleException {
  @Serial private static final long serialVersionUID = 1;

  /// What was refused.
  public enum Reason {
    /// The treadle is closed, closing or drained.
    CLOSED,
    /// The queue is full and refuses instead of blocking.
    QUEUE_FULL,
    /// A job with the same key has not ended, or has ended and was to run once.
    KEY_TAKEN,
    /// The attempt that submits a child has ended.
    PARENT_ENDED,
    /// The wait could never end: what is awaited needs something the waiting job holds.
    WOULD_DEADLOCK,
    /// The job's strategy cannot do this.
    UNSUPPORTED,
    /// There is no such job, or no longer.
    UNKNOWN_JOB,
    /// The job is in a state in which this cannot be done.
    WRONG_STATE,
    /// The input is larger than the store takes.
    TOO_LARGE,
    /// The task is not registered with a store that outlives this JVM, or has no name.
    NOT_REGISTERED,
    /// The store cannot keep anything more at present: its disk is full.
    STORE_FULL
  }

  private final Reason reason;

  /// A refusal; the message says what was refused and how to mend it.
  public RefusedException(Reason reason, String message) {
    super(message, null);
    this.reason = reason;
  }

  /// What was refused.
  public Reason reason() {
    return reason;
  }
}
