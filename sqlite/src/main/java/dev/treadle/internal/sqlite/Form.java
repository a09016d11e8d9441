package dev.treadle.internal.sqlite;

import dev.treadle.spi.Json;
import dev.treadle.spi.MissingValue;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// An input or a result as bytes, and the number that says how to read them.
///
/// @param number 0 for nothing, 1 for bytes, 2 for text in UTF-8, 3 for JSON
/// @param bytes not to be changed
record Form(int number, byte @Nullable [] bytes) {
  /// Added to the number of what stands in the table of large values.
  static final int LARGE = 8;

  private static final Form NOTHING = new Form(0, null);

  /// The form of a value as it crosses the seam.
  static Form of(@Nullable Object value) {
    return switch (value) {
      case null -> NOTHING;
      case byte[] bytes -> new Form(1, bytes);
      case String text -> new Form(2, text.getBytes(StandardCharsets.UTF_8));
      case Json json -> new Form(3, json.utf8());
      default ->
          throw new IllegalArgumentException(
              "a " + value.getClass().getName() + " cannot be stored: only bytes, text and JSON");
    };
  }

  /// The value.
  static @Nullable Object value(int number, byte @Nullable [] bytes) {
    if (bytes == null) {
      // SQLite gives null for what is empty.
      return number == 0 ? null : value(number, new byte[0]);
    }
    return switch (number & ~LARGE) {
      case 0 -> null;
      case 1 -> bytes;
      case 2 -> new String(bytes, StandardCharsets.UTF_8);
      case 3 -> new Json(bytes);
      default -> throw new IllegalArgumentException("no value has the form " + number);
    };
  }

  /// How many bytes it has.
  int size() {
    return bytes == null ? 0 : bytes.length;
  }

  /// How many bytes a value has, without making them.
  static long sizeOf(@Nullable Object value) {
    return switch (value) {
      case null -> 0;
      case byte[] bytes -> bytes.length;
      case Json json -> json.utf8().length;
      case String text -> utf8Length(text);
      case MissingValue missing -> 0;
      default -> of(value).size();
    };
  }

  private static long utf8Length(String text) {
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        length++;
      } else if (c < 0x800) {
        length += 2;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        length += 4;
        i++;
      } else {
        length += 3;
      }
    }
    return length;
  }
}
