package dev.treadle.sqlite;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// An input or a result, and how it stands in a line: under a name that says what it is.
///
/// ```
/// {"json": ...} {"text": "..."} {"bytes": "base64"} {"missing": true}
/// {"form": 3, "raw": "base64"}     not what its form says
/// ```
///
/// @param form as stored: 0 nothing, 1 bytes, 2 text, 3 JSON
/// @param bytes null if there is nothing
/// @param missing whether it was lost
record StoredValue(int form, byte @Nullable [] bytes, boolean missing) {
  static final StoredValue NOTHING = new StoredValue(0, null, false);

  /// Writes a value, unless it is nothing.
  static void write(JsonGenerator out, String name, int form, byte[] bytes) {
    if (form == 0) {
      return;
    }
    out.writeObjectPropertyStart(name);
    if (form == 1) {
      out.writeName("bytes");
      out.writeBinary(bytes);
    } else if (form == 2 && Lines.isText(bytes)) {
      out.writeStringProperty("text", new String(bytes, StandardCharsets.UTF_8));
    } else if (form == 3 && Lines.isValue(bytes)) {
      Lines.embed(out, "json", bytes);
    } else {
      out.writeNumberProperty("form", form);
      out.writeName("raw");
      out.writeBinary(bytes);
    }
    out.writeEndObject();
  }

  /// Reads a value; null stands for nothing.
  static StoredValue read(@Nullable LineObject value) {
    if (value == null) {
      return NOTHING;
    }
    byte[] json = value.raw("json");
    String text = value.textOrNull("text");
    byte[] bytes = value.base64("bytes");
    byte[] raw = value.base64("raw");
    StoredValue read =
        json != null
            ? new StoredValue(3, json, false)
            : text != null
                ? new StoredValue(2, text.getBytes(StandardCharsets.UTF_8), false)
                : bytes != null
                    ? new StoredValue(1, bytes, false)
                    : raw != null
                        ? new StoredValue((int) value.number("form"), raw, false)
                        : new StoredValue(0, null, value.truth("missing"));
    value.end();
    return read;
  }
}
