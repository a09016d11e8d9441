package dev.treadle.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Text cut and padded to columns of a terminal.
public final class Columns {
  private Columns() {}

  /// Text that cannot move the cursor: control and direction signs become spaces.
  public static String clean(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .map(c ->
            switch (Character.getType(c)) {
              case Character.CONTROL,
                  Character.LINE_SEPARATOR,
                  Character.PARAGRAPH_SEPARATOR,
                  Character.SURROGATE ->
                  ' ';
              default -> isDirection(c) ? ' ' : c;
            })
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  private static boolean isDirection(int c) {
    return (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0x200E
        || c == 0x200F;
  }

  /// The text, cut with an ellipsis if it takes more columns than that.
  public static String cut(String text, int width) {
    if (width(text) <= width) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int used = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      used += width(c);
      if (used > width - 1) {
        break;
      }
      out.appendCodePoint(c);
      i += Character.charCount(c);
    }
    return width < 1 ? "" : out.append('…').toString();
  }

  /// The text, its middle cut out if it takes more columns than that: of a URL, both ends tell.
  public static String cutMiddle(String text, int width) {
    if (width(text) <= width) {
      return text;
    }
    String tail = new StringBuilder(text).reverse().toString(); // keeps surrogate pairs whole
    tail = new StringBuilder(cut(tail, width - width / 2)).reverse().toString();
    String head = cut(text, width / 2 + 1);
    return head.substring(0, Math.max(0, head.length() - 1)) + tail;
  }

  /// The text, followed by as many spaces as fill the columns.
  public static String left(String text, int width) {
    return text + " ".repeat(Math.max(0, width - width(text)));
  }

  /// The text after as many spaces as fill the columns.
  public static String right(String text, int width) {
    return " ".repeat(Math.max(0, width - width(text))) + text;
  }

  /// The text as lines that take no more columns than that, broken between words; all but the first
  /// begin with as many spaces as the indent says.
  public static List<String> wrap(String text, int width, int indent) {
    List<String> lines = new ArrayList<>();
    String rest = text.stripLeading();
    StringBuilder line = new StringBuilder(" ".repeat(text.length() - rest.length()));
    String gap = "";
    for (String word : rest.split(" ")) {
      if (!gap.isEmpty() && width(line + gap + word) > width) {
        lines.add(line.toString());
        line = new StringBuilder(" ".repeat(indent));
        gap = "";
      }
      line.append(gap).append(word);
      gap = " ";
    }
    lines.add(line.toString());
    return lines.stream().map(it -> cut(it, width)).toList();
  }

  /// A number with its thousands marked.
  public static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /// How many columns the text takes.
  public static int width(String text) {
    return text.codePoints().map(Columns::width).sum();
  }

  private static int width(int c) {
    if (c < 0x300) {
      return 1;
    }
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(c) ? 2 : 1;
    };
  }

  // East Asian wide and emoji, in blocks: near enough for a table.
  private static boolean isWide(int c) {
    return (c >= 0x1100 && c <= 0x115F)
        || (c >= 0x2E80 && c <= 0x303E)
        || (c >= 0x3041 && c <= 0xA4CF)
        || (c >= 0xAC00 && c <= 0xD7A3)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0xFE30 && c <= 0xFE6F)
        || (c >= 0xFF00 && c <= 0xFF60)
        || (c >= 0xFFE0 && c <= 0xFFE6)
        || (c >= 0x1F300 && c <= 0x1F64F)
        || (c >= 0x1F900 && c <= 0x1F9FF)
        || (c >= 0x20000 && c <= 0x3FFFD);
  }
}
