package dev.treadle.cli.files;

import java.io.IOException;
import java.util.HexFormat;

/// A file that is not text in the character set it was read with.
final class UndecodableException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ").withPrefix("0x").withUpperCase();

  private final long position;

  /// @param charset the name of the character set
  /// @param position of the first byte that is wrong, from the start of the file
  /// @param bytes those that are wrong
  /// @param mend what to do about it
  UndecodableException(String charset, long position, byte[] bytes, String mend) {
    super("not %s at byte %d (%s): %s".formatted(charset, position, HEX.formatHex(bytes), mend));
    this.position = position;
  }

  /// The first byte that is wrong, counted from 0 at the start of the file.
  long position() {
    return position;
  }
}
