package dev.treadle;

import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Code in a worker process threw an exception whose class cannot be made again here: its class is
/// named, its message and frames are the original ones.
public final class WorkerException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final String className;
  private final List<String> supertypes;

  /// The exception of a worker.
  public WorkerException(String className, @Nullable String message) {
    this(className, List.of(), message);
  }

  /// The exception of a worker.
  ///
  /// @param supertypes the names of the classes above its class
  public WorkerException(String className, List<String> supertypes, @Nullable String message) {
    super(message == null ? className : className + ": " + message);
    this.className = className;
    this.supertypes = List.copyOf(supertypes);
  }

  /// The name of the class of the exception in the worker.
  public String className() {
    return className;
  }

  /// Returns whether the exception in the worker was of this class or of a class below it, by name.
  /// For use in [Retry#retryIf], where `instanceof` finds only this exception.
  public boolean isA(Class<? extends Throwable> type) {
    return className.equals(type.getName()) || supertypes.contains(type.getName());
  }
}
