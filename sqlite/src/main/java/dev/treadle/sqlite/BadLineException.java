package dev.treadle.sqlite;

import java.io.Serial;

/// A line is not what it must be. The message says how; who reads the lines says which.
final class BadLineException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  BadLineException(String message) {
    super(message);
  }
}
