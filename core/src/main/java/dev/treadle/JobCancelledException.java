package dev.treadle;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The job whose value was asked for was cancelled.
public final class JobCancelledException extends TreadleException {
  @Serial private static final long serialVersionUID = 1;

  /// The exception for an outcome.
  ///
  /// @param job which job, such as `job 7 (fetch)`
  public JobCancelledException(String job, String cause, @Nullable Throwable error) {
    super(job + " was cancelled: " + cause, error);
  }
}
