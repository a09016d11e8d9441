package dev.treadle.spi;

import org.jspecify.annotations.Nullable;

/// What is foreign, in words. Never throws, whatever the foreign code does.
public final class Words {
  private Words() {}

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
