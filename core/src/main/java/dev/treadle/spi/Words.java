package dev.treadle.spi;

import org.jspecify.annotations.Nullable;

/// What is foreign, in words. Never throws, whatever the foreign code does.
public final class Words {
  private static final int SHORT = 200;

  private Words() {}

  /// The first line of a text, cut where it is long.
  public static String shortened(String text) {
    String line = text.lines().findFirst().orElse("").strip();
    return line.length() <= SHORT ? line : line.substring(0, SHORT) + " ...";
  }

  /// The text of a value or an exception of a user, or, if its `toString` fails, that of its class.
  public static String of(@Nullable Object foreign) {
    try {
      return String.valueOf(foreign);
    } catch (Throwable thrown) {
      return (foreign == null ? "null" : foreign.getClass().getName())
          + ", which cannot be described";
    }
  }
}
