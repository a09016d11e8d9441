package dev.treadle.internal.engine;

import java.io.Serial;

/// The stored input of an attempt does not come back as what its task takes: the job is parked.
final class Unreadable extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /// The message says what was wanted and what was wrong.
  Unreadable(String message, Throwable cause) {
    super(message, cause);
  }
}
