package dev.treadle.cli.runs;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The failure of an input; its record says all there is to say.
final class InputFailed extends Exception {
  @Serial private static final long serialVersionUID = 1;

  /// @param error what went wrong, for people
  /// @param cause what the attempt threw, by which it is decided whether to try again; null if it
  ///   ended well and its record is no good, which no further attempt mends
  InputFailed(@Nullable String error, @Nullable Throwable cause) {
    super(error, cause, false, false);
  }
}
