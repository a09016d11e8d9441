package dev.treadle.cli.files;

import java.io.IOException;
import java.util.stream.Collectors;

/// A character whose mapped form does not exist in the character set of its file.
final class UnencodableException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long position;

  /// @param charset the name of the character set
  /// @param position of the first byte of the character, from the start of the file
  /// @param from the character in the file
  /// @param to what it becomes
  UnencodableException(String charset, long position, int from, String to) {
    super(
        "%s at byte %d becomes %s, which %s does not have: convert the file to UTF-8 first"
            .formatted(name(from), position, names(to), charset));
    this.position = position;
  }

  /// The first byte of the character, counted from 0 at the start of the file.
  long position() {
    return position;
  }

  private static String names(String text) {
    return text.codePoints().mapToObj(UnencodableException::name).collect(Collectors.joining(" "));
  }

  private static String name(int codePoint) {
    return "U+%04X".formatted(codePoint);
  }
}
