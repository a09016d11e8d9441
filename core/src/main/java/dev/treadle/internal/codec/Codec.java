package dev.treadle.internal.codec;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Turns inputs and results into bytes and back: text and bytes as they are, the rest as JSON. No
/// Java serialisation, no names of classes in the data. Thread-safe.
public final class Codec {
  private Codec() {}

  // Loaded with the first value that is neither text nor bytes: a worker starts without.
  private static final class Json {
    // An object of which nothing would be written is a mistake, not an empty one.
    static final JsonMapper MAPPER =
        JsonMapper.builder().enable(SerializationFeature.FAIL_ON_EMPTY_BEANS).build();
    private static final Map<Type, ObjectReader> READERS = new ConcurrentHashMap<>();

    static ObjectReader reader(Type type) {
      ObjectReader known = READERS.get(type);
      return known != null
          ? known
          : READERS.computeIfAbsent(type, it -> MAPPER.readerFor(MAPPER.constructType(it)));
    }
  }

  /// A value that cannot be carried as bytes, or bytes that do not make it again.
  public static final class Unfit extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public Unfit(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// Encodes.
  ///
  /// @param what the value is, for the message: `the input`
  /// @throws Unfit if the value cannot be carried
  public static Payload encode(@Nullable Object value, String what) {
    return switch (value) {
      case null -> new Payload(Payload.Kind.NULL, new byte[0]);
      case byte[] bytes -> new Payload(Payload.Kind.BYTES, bytes);
      case String text -> new Payload(Payload.Kind.TEXT, text.getBytes(StandardCharsets.UTF_8));
      // Their own text is JSON: no need to load what else JSON takes.
      case Integer number -> plain(number);
      case Long number -> plain(number);
      case Boolean truth -> plain(truth);
      default -> new Payload(Payload.Kind.JSON, json(value, what));
    };
  }

  private static Payload plain(Object value) {
    return new Payload(Payload.Kind.JSON, value.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] json(Object value, String what) {
    try {
      return Json.MAPPER.writeValueAsBytes(value);
    } catch (JacksonException | StackOverflowError e) {
      throw new Unfit(
          what
              + " cannot be carried as bytes, because "
              + value.getClass().getName()
              + " cannot be written as JSON: "
              + e.getMessage()
              + "; make it a record of plain values, or a byte[]",
          e);
    }
  }

  /// Loads what it takes to encode and decode values of a type, so that the first value takes no
  /// longer than others.
  public static void prepare(Type type) {
    if (type == String.class
        || type == byte[].class
        || type == void.class
        || type == Void.class
        || type == Integer.class
        || type == Long.class
        || type == Boolean.class
        || Json.READERS.containsKey(type)) {
      return;
    }
    try {
      decode(encode(List.of(Map.of("", 0.5)), "a list"), Object.class, "a list");
      Json.MAPPER.writerFor(Json.MAPPER.constructType(type));
      Json.reader(type);
    } catch (JacksonException | LinkageError e) {
      // The value itself will say what is wrong with its type.
    }
  }

  /// Decodes.
  ///
  /// @param what the value is, for the message: `the result`
  /// @throws Unfit if the bytes do not make such a value
  public static @Nullable Object decode(Payload payload, Type type, String what) {
    return switch (payload.kind()) {
      case NULL -> null;
      case BYTES -> payload.bytes();
      case TEXT -> text(new String(payload.bytes(), StandardCharsets.UTF_8), type, what);
      case JSON -> value(payload.bytes(), type, what);
    };
  }

  private static Object text(String text, Type type, String what) {
    if (type == String.class || type == Object.class || type == CharSequence.class) {
      return text;
    }
    try {
      return Json.MAPPER.convertValue(text, Json.MAPPER.constructType(type));
    } catch (JacksonException e) {
      throw unfit(type, what, e);
    }
  }

  private static @Nullable Object value(byte[] json, Type type, String what) {
    try {
      if (type == Integer.class || type == int.class) {
        return Integer.valueOf(new String(json, StandardCharsets.US_ASCII));
      }
      if (type == Long.class || type == long.class) {
        return Long.valueOf(new String(json, StandardCharsets.US_ASCII));
      }
    } catch (NumberFormatException e) {
      // Written in another way, or none: that is for others to say.
    }
    try {
      return Json.reader(type).readValue(json);
    } catch (JacksonException e) {
      throw unfit(type, what, e);
    }
  }

  private static Unfit unfit(Type type, String what, JacksonException e) {
    return new Unfit(
        what + " does not come back as " + type.getTypeName() + ": " + e.getMessage(), e);
  }
}
