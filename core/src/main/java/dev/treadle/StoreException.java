package dev.treadle;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The place where jobs are kept cannot be opened, read or written.
///
/// Once a store has thrown this it takes nothing more: what was acknowledged before is kept, and
/// what had not ended runs again after the next open.
public non-sealed class StoreException extends TreadleException {
  @Serial private static final long serialVersionUID = 1;

  /// The message says what failed, where, and what can be done.
  public StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
