package dev.treadle;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The job whose value was asked for was cancelled.
public final class JobCancelledException extends TreadleException {
  @Serial private static final long serialVersionUID = 1;

  /// The exception for an outcome.
  public JobCancelledException(String cause, @Nullable Throwable error) {
    super("the job was cancelled: " + cause, error);
  }
}
