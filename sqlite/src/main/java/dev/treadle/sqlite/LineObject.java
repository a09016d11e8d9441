package dev.treadle.sqlite;

import dev.treadle.spi.Micros;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The JSON object of a line, or one in it. A field is taken out as it is read: what is left at the
/// [#end] is unknown.
final class LineObject {
  /// Fields that are kept as the bytes they are.
  private static final Set<String> RAW = Set.of("json", "limits", "detail", "error");

  /// Fields that are not kept as they are nest this deep at most.
  private static final int DEPTH_MAX = 20;

  private final Map<String, Object> fields = new LinkedHashMap<>();

  private LineObject() {}

  static LineObject parse(byte[] line) {
    try (JsonParser in = Lines.parser(line)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new BadLineException("is not a JSON object");
      }
      LineObject object = object(in, line);
      if (in.nextToken() != null) {
        throw new BadLineException("has more than one JSON object");
      }
      return object;
    } catch (JacksonException e) {
      throw new BadLineException("is not JSON: " + e.getOriginalMessage());
    }
  }

  private static LineObject object(JsonParser in, byte[] line) {
    LineObject object = new LineObject();
    while (in.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = in.currentName();
      JsonToken unused = in.nextToken();
      Object value = RAW.contains(name) ? Lines.raw(in, line) : value(in, line, name);
      if (object.fields.put(name, value) != null) {
        throw new BadLineException("has '" + name + "' twice");
      }
    }
    return object;
  }

  private static Object value(JsonParser in, byte[] line, String name) {
    if (in.streamReadContext().getNestingDepth() > DEPTH_MAX) {
      throw new BadLineException("has '" + name + "' nested too deep");
    }
    return switch (in.currentToken()) {
      case START_OBJECT -> object(in, line);
      case START_ARRAY -> {
        List<Object> all = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
          all.add(value(in, line, name));
        }
        yield all;
      }
      case VALUE_STRING -> in.getString();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT -> in.getLongValue();
      case VALUE_NUMBER_FLOAT,
          VALUE_NULL,
          VALUE_EMBEDDED_OBJECT,
          END_ARRAY,
          END_OBJECT,
          NOT_AVAILABLE,
          PROPERTY_NAME ->
          throw new BadLineException("has '" + name + "' " + in.getString() + ", which it cannot");
    };
  }

  private <T> @Nullable T take(String name, Class<T> type, String called) {
    Object value = fields.remove(name);
    if (value != null && !type.isInstance(value)) {
      throw new BadLineException("has '" + name + "', which must be " + called);
    }
    return type.cast(value);
  }

  private static <T> T needed(String name, @Nullable T value) {
    if (value == null) {
      throw new BadLineException("lacks '" + name + "'");
    }
    return value;
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  @Nullable Long numberOrNull(String name) {
    return take(name, Long.class, "a whole number");
  }

  long number(String name) {
    return needed(name, numberOrNull(name));
  }

  @Nullable String textOrNull(String name) {
    return take(name, String.class, "text");
  }

  String text(String name) {
    return needed(name, textOrNull(name));
  }

  /// In microseconds since 1970.
  @Nullable Long timeOrNull(String name) {
    String text = textOrNull(name);
    try {
      return text == null ? null : (Long) Micros.of(Instant.parse(text));
    } catch (DateTimeException e) {
      throw new BadLineException(
          "has '" + name + "' " + text + ", which must be a time such as 2026-01-31T12:00:00Z");
    }
  }

  long time(String name) {
    return needed(name, timeOrNull(name));
  }

  /// False if it is not there.
  boolean truth(String name) {
    return Boolean.TRUE.equals(take(name, Boolean.class, "true or false"));
  }

  @Nullable LineObject objectOrNull(String name) {
    return take(name, LineObject.class, "an object");
  }

  /// Empty if it is not there.
  List<LineObject> objects(String name) {
    return list(name, LineObject.class, "a list of objects");
  }

  /// Pairs of numbers; empty if it is not there.
  List<long[]> pairs(String name) {
    List<long[]> pairs = new ArrayList<>();
    for (List<?> pair : list(name, List.class, "a list of pairs of numbers")) {
      if (pair.size() != 2
          || !(pair.get(0) instanceof Long first)
          || !(pair.get(1) instanceof Long second)) {
        throw new BadLineException("has '" + name + "', which must be a list of pairs of numbers");
      }
      pairs.add(new long[] {first, second});
    }
    return pairs;
  }

  private <T> List<T> list(String name, Class<T> type, String called) {
    List<?> all = take(name, List.class, called);
    List<T> typed = new ArrayList<>();
    for (Object each : all == null ? List.of() : all) {
      if (!type.isInstance(each)) {
        throw new BadLineException("has '" + name + "', which must be " + called);
      }
      typed.add(type.cast(each));
    }
    return typed;
  }

  byte @Nullable [] base64(String name) {
    String text = textOrNull(name);
    try {
      return text == null ? null : Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new BadLineException("has '" + name + "', which must be base64: " + e.getMessage());
    }
  }

  /// JSON as it stands there. What was none, in a damaged file, is left behind.
  byte @Nullable [] raw(String name) {
    byte[] none = base64(name + "Raw");
    byte[] raw = take(name, byte[].class, "JSON");
    return none == null ? raw : null;
  }

  /// Complains about what was not asked for.
  void end() {
    if (!fields.isEmpty()) {
      throw new BadLineException(
          "has '" + fields.keySet().iterator().next() + "', which is not known here");
    }
  }
}
