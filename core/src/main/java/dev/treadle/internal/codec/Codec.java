package dev.treadle.internal.codec;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Turns inputs and results into bytes and back: text and bytes as they are, the rest as JSON. No
/// Java serialisation, no names of classes in the data. Thread-safe.
public final class Codec {
  private Codec() {}

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

  /// Encodes a value that must come back as it is.
  ///
  /// @param type what it is read as
  /// @param what the value is, for the message: `the input`
  /// @throws Unfit if the value cannot be carried, or would come back as another
  public static Payload encode(@Nullable Object value, Type type, String what) {
    Payload payload = encode(value, what);
    boolean asItIs =
        switch (payload.kind()) {
          case NULL -> true;
          case BYTES -> type == byte[].class || type == Object.class;
          case TEXT -> type == String.class || type == Object.class;
          case JSON -> Faithful.is(type) || type == Object.class && value instanceof Integer;
        };
    if (asItIs) {
      return payload;
    }
    RoundTrip.Difference difference;
    try {
      difference = RoundTrip.between(value, decode(payload, type, "it"));
    } catch (Unfit e) {
      throw new Unfit(what + " cannot be carried as bytes, because " + e.getMessage() + REMEDY, e);
    }
    if (difference != null) {
      throw new Unfit(
          what
              + " cannot be carried as bytes: "
              + (difference.path().isEmpty() ? "" : "field " + difference.path() + ": ")
              + difference
              + REMEDY,
          null);
    }
    return payload;
  }

  private static final String REMEDY =
      "; make it a record of plain values, give the task the exact type (Type.of, new Type<...>()"
          + " {}), tell Jackson how with its annotations, or hand over a byte[]";

  private static Payload plain(Object value) {
    return new Payload(Payload.Kind.JSON, value.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] json(Object value, String what) {
    try {
      return Mapper.JSON.writeValueAsBytes(value);
    } catch (JacksonException | StackOverflowError e) {
      throw new Unfit(
          what
              + " cannot be carried as bytes, because "
              + value.getClass().getName()
              + " cannot be written as JSON: "
              + (e instanceof JacksonException it ? Mapper.words(it) : "it contains itself")
              + "; make it a record of plain values, or a byte[]",
          e);
    } catch (LinkageError e) {
      throw new Unfit(
          what
              + " cannot be carried as bytes, because "
              + value.getClass().getName()
              + " cannot be written as JSON: "
              + words(e),
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
        || Mapper.knows(type)) {
      return;
    }
    try {
      decode(encode(List.of(Map.of("", 0.5)), "a list"), Object.class, "a list");
      Mapper.JSON.writerFor(Mapper.JSON.constructType(type));
      Mapper.reader(type);
      boolean unused = Faithful.is(type);
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
      case BYTES -> bytes(payload.bytes(), type, what);
      case TEXT -> text(new String(payload.bytes(), StandardCharsets.UTF_8), type, what);
      case JSON -> value(payload.bytes(), type, what);
    };
  }

  private static byte[] bytes(byte[] bytes, Type type, String what) {
    if (type == byte[].class || type == Object.class) {
      return bytes;
    }
    throw new Unfit(what + " does not come back as " + type.getTypeName() + ": it is bytes", null);
  }

  private static Object text(String text, Type type, String what) {
    if (type == String.class || type == Object.class || type == CharSequence.class) {
      return text;
    }
    try {
      return Mapper.JSON.convertValue(text, Mapper.JSON.constructType(type));
    } catch (JacksonException | LinkageError e) {
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
      return Mapper.reader(type).readValue(json);
    } catch (JacksonException | LinkageError e) {
      throw unfit(type, what, e);
    }
  }

  private static Unfit unfit(Type type, String what, Throwable e) {
    String why =
        switch (e) {
          case JacksonException it -> Mapper.words(it);
          case LinkageError it -> words(it);
          default -> e.toString();
        };
    return new Unfit(what + " does not come back as " + type.getTypeName() + ": " + why, e);
  }

  /// Says what is wrong with the class path. The first such error of a class names the missing one;
  /// later ones have it as their cause.
  private static String words(LinkageError e) {
    Throwable first = e;
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      first = cause;
    }
    return first
        + "; a class is missing, or its version is another one than its callers need: take jars of"
        + " Jackson (jackson-core, jackson-databind, jackson-annotations) that were released"
        + " together, such as those of one jackson-bom";
  }
}
