package dev.treadle;

import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/// Foreign values as one short line.
final class ShortText {
  private static final int LENGTH_MAX = 200;
  private static final String CUT = " ...";

  private ShortText() {}

  static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case byte[] bytes -> bytes.length == 1 ? "1 byte" : bytes.length + " bytes";
      case CharSequence text -> line(text);
      default ->
          value.getClass().isArray()
              ? Array.getLength(value)
                  + " of "
                  + value.getClass().getComponentType().getSimpleName()
              : line(text(value));
    };
  }

  private static String text(Object value) {
    try {
      return String.valueOf(value);
    } catch (Throwable thrown) {
      return value.getClass().getName() + ", which cannot be described";
    }
  }

  private static String line(CharSequence text) {
    StringBuilder line = new StringBuilder();
    boolean blank = true;
    for (int i = 0; i < text.length(); ) {
      int c = Character.codePointAt(text, i);
      i += Character.charCount(c);
      if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
        if (!blank) {
          line.append(' ');
        }
        blank = true;
        continue;
      }
      if (line.length() >= LENGTH_MAX - CUT.length()) {
        return line.toString().stripTrailing() + CUT;
      }
      line.appendCodePoint(isShown(c) ? c : '?');
      blank = false;
    }
    return line.toString().stripTrailing();
  }

  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.PRIVATE_USE ->
          false;
      default -> true;
    };
  }
}
