package dev.treadle.cli.files;

import dev.treadle.cli.terminal.IoProblem;
import java.io.IOException;

/// Why a file cannot be read or written, in words for people.
final class FileProblem {
  private FileProblem() {}

  /// Returns what the system said, without the path, which the record has.
  static String of(IOException thrown) {
    return switch (thrown) {
      case UndecodableException e -> String.valueOf(e.getMessage());
      case UnencodableException e -> String.valueOf(e.getMessage());
      default -> IoProblem.of(thrown);
    };
  }
}
