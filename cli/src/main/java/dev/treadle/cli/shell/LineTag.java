package dev.treadle.cli.shell;

import dev.treadle.cli.terminal.Columns;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The input before each line that its command prints, as `--tag` of GNU parallel has it: the input
/// and a tab.
final class LineTag {
  private final byte[] tag;
  private boolean atStart = true;

  /// Tags the lines of one stream, which comes in parts.
  LineTag(String input) {
    this.tag = of(input);
  }

  /// The tag of an input, on one line.
  static byte[] of(String input) {
    return (Columns.clean(input) + "\t").getBytes(StandardCharsets.UTF_8);
  }

  /// A line with its tag.
  static byte[] before(byte[] tag, byte[] line) {
    byte[] tagged = new byte[tag.length + line.length];
    System.arraycopy(tag, 0, tagged, 0, tag.length);
    System.arraycopy(line, 0, tagged, tag.length, line.length);
    return tagged;
  }

  /// The next part, with the tag at the start of each line.
  byte[] tagged(byte[] bytes, int length) {
    ByteArrayOutputStream tagged = new ByteArrayOutputStream(length + 16 * tag.length);
    for (int i = 0; i < length; i++) {
      if (atStart) {
        tagged.writeBytes(tag);
      }
      tagged.write(bytes[i]);
      atStart = bytes[i] == '\n';
    }
    return tagged.toByteArray();
  }
}
