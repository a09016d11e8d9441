package dev.treadle;

import org.jspecify.annotations.Nullable;

/// The root of what Treadle throws to its callers. Unchecked.
///
/// The failure of a task is never thrown at the engine: it becomes an [Outcome], and is thrown, as
/// [JobFailedException], only to those who ask for the value.
public sealed class TreadleException extends RuntimeException
    permits JobFailedException,
        JobCancelledException,
        LostException,
        RefusedException,
        StoreException,
        WaitException {
  private static final long serialVersionUID = 1;

  /// An exception with a message that says what happened and how to mend it.
  public TreadleException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
