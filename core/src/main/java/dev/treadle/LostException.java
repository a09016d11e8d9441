package dev.treadle;

import java.io.Serial;

/// An attempt never ended: its node or process was gone. Found as the cause of a failure with the
/// reason [Outcome.Failed.Reason#LOST].
public final class LostException extends TreadleException {
  @Serial private static final long serialVersionUID = 1;

  /// A loss; the cause says in words what is known of it.
  public LostException(String cause) {
    super("the attempt was lost: " + cause, null);
  }
}
