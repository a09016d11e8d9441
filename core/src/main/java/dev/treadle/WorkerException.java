package dev.treadle;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// Code in a worker process threw an exception whose class cannot be made again here: its class is
/// named, its message and frames are the original ones.
public final class WorkerException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final String className;

  /// The exception of a worker.
  public WorkerException(String className, @Nullable String message) {
    super(message == null ? className : className + ": " + message);
    this.className = className;
  }

  /// The name of the class of the exception in the worker.
  public String className() {
    return className;
  }
}
