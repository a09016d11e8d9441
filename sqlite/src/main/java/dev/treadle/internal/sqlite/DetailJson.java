package dev.treadle.internal.sqlite;

import dev.treadle.Outcome;
import dev.treadle.spi.Route.LimitRef;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// The JSON of the records that the tables keep: [Detail], its errors, and limits. Written and read
/// token by token, so that it depends on no data binding and on no settings of a version of
/// Jackson.
///
/// What has a default value is left out. Unknown fields are skipped, so that an older Treadle reads
/// what a newer one wrote. Texts may have any length: what was written is read again. What is not
/// as it must be throws an [IllegalArgumentException] that says what.
final class DetailJson {
  /// Errors nest: each cause and each suppressed one costs up to two levels.
  private static final int DEPTH_MAX = 200;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNestingDepth(DEPTH_MAX)
                  .build())
          .build();

  private DetailJson() {}

  // ---- writing

  /// Writes something into a generator.
  @FunctionalInterface
  private interface Writing {
    void to(JsonGenerator out);
  }

  private static byte[] bytes(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      writing.to(out);
    }
    return bytes.toByteArray();
  }

  static byte[] write(Detail detail) {
    return bytes(out -> {
      out.writeStartObject();
      if (detail.end() != null) {
        out.writeName("end");
        write(out, detail.end());
      }
      text(out, "reason", detail.reason() == null ? null : detail.reason().name());
      error(out, "error", detail.error());
      text(out, "cause", detail.cause());
      truth(out, "abandoned", detail.abandoned());
      if (detail.progress() != null) {
        out.writeName("progress");
        out.writeArray(detail.progress(), 0, detail.progress().length);
      }
      texts(out, "log", detail.log());
      out.writeEndObject();
    });
  }

  static byte[] write(Detail.Error error) {
    return bytes(out -> write(out, error));
  }

  static byte[] write(List<LimitRef> limits) {
    return bytes(out -> {
      out.writeStartArray();
      for (LimitRef limit : limits) {
        out.writeStartArray();
        out.writeString(limit.name());
        if (limit.key() == null) {
          out.writeNull();
        } else {
          out.writeString(limit.key());
        }
        out.writeEndArray();
      }
      out.writeEndArray();
    });
  }

  private static void write(JsonGenerator out, Detail.End end) {
    out.writeStartObject();
    text(out, "kind", end.kind());
    error(out, "error", end.error());
    truth(out, "deadline", end.deadline());
    if (end.micros() != 0) {
      out.writeNumberProperty("micros", end.micros());
    }
    text(out, "cause", end.cause());
    truth(out, "blameless", end.blameless());
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, Detail.Error error) {
    out.writeStartObject();
    text(out, "type", error.type());
    text(out, "message", error.message());
    texts(out, "frames", error.frames());
    error(out, "cause", error.cause());
    if (error.suppressed() != null && !error.suppressed().isEmpty()) {
      out.writeArrayPropertyStart("suppressed");
      error.suppressed().forEach(each -> write(out, each));
      out.writeEndArray();
    }
    out.writeEndObject();
  }

  private static void error(JsonGenerator out, String name, Detail.@Nullable Error error) {
    if (error != null) {
      out.writeName(name);
      write(out, error);
    }
  }

  private static void text(JsonGenerator out, String name, @Nullable String text) {
    if (text != null) {
      out.writeStringProperty(name, text);
    }
  }

  private static void truth(JsonGenerator out, String name, boolean truth) {
    if (truth) {
      out.writeBooleanProperty(name, true);
    }
  }

  private static void texts(JsonGenerator out, String name, @Nullable List<String> texts) {
    if (texts != null && !texts.isEmpty()) {
      out.writeArrayPropertyStart(name);
      texts.forEach(out::writeString);
      out.writeEndArray();
    }
  }

  // ---- reading

  /// Reads what stands at the current token of a parser.
  @FunctionalInterface
  private interface Reading<T> {
    T from(JsonParser in);
  }

  private static <T> T read(byte[] json, String what, Reading<T> reading) {
    try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      in.nextToken();
      T read = reading.from(in);
      if (in.nextToken() != null) {
        throw new IllegalArgumentException("something follows " + what);
      }
      return read;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          what + " is no JSON: " + e.getOriginalMessage().replaceAll(" ?\\(start marker.*", ""), e);
    }
  }

  static Detail detail(byte[] json) {
    return read(json, "its detail", DetailJson::detail);
  }

  static Detail.Error error(byte[] json) {
    return read(json, "its error", DetailJson::error);
  }

  static List<LimitRef> limits(byte[] json) {
    return read(
        json,
        "its limits",
        in ->
            list(
                in,
                "limits",
                pair -> {
                  List<@Nullable String> texts = list(pair, "limits", DetailJson::textOrNull);
                  String name = texts.isEmpty() ? null : texts.getFirst();
                  if (texts.size() != 2 || name == null) {
                    throw new IllegalArgumentException("its limits are no pairs of name and key");
                  }
                  return new LimitRef(name, texts.get(1));
                }));
  }

  /// The fields of an object, one by one; what is null counts as left out.
  private static void object(JsonParser in, String what, Field field) {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw new IllegalArgumentException(what + " is no object");
    }
    while (in.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = in.currentName();
      if (in.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      field.read(name, in);
    }
  }

  /// Reads the value of a field.
  @FunctionalInterface
  private interface Field {
    void read(String name, JsonParser in);
  }

  private static Detail detail(JsonParser in) {
    var read =
        new Object() {
          Detail.@Nullable End end;
          Outcome.Failed.@Nullable Reason reason;
          Detail.@Nullable Error error;
          @Nullable String cause;
          boolean abandoned;
          long @Nullable [] progress;
          @Nullable List<String> log;
        };
    object(
        in,
        "its detail",
        (name, at) -> {
          switch (name) {
            case "end" -> read.end = end(at);
            case "reason" -> read.reason = Outcome.Failed.Reason.valueOf(text(at, name));
            case "error" -> read.error = error(at);
            case "cause" -> read.cause = text(at, name);
            case "abandoned" -> read.abandoned = truth(at, name);
            case "progress" -> read.progress = progress(at);
            case "log" -> read.log = list(at, name, line -> text(line, name));
            default -> at.skipChildren();
          }
        });
    return new Detail(
        read.end, read.reason, read.error, read.cause, read.abandoned, read.progress, read.log);
  }

  private static Detail.End end(JsonParser in) {
    var read =
        new Object() {
          @Nullable String kind;
          Detail.@Nullable Error error;
          boolean deadline;
          long micros;
          @Nullable String cause;
          boolean blameless;
        };
    object(
        in,
        "its end",
        (name, at) -> {
          switch (name) {
            case "kind" -> read.kind = text(at, name);
            case "error" -> read.error = error(at);
            case "deadline" -> read.deadline = truth(at, name);
            case "micros" -> read.micros = number(at, name);
            case "cause" -> read.cause = text(at, name);
            case "blameless" -> read.blameless = truth(at, name);
            default -> at.skipChildren();
          }
        });
    String kind = read.kind;
    if (kind == null || !Detail.End.KINDS.contains(kind)) {
      throw new IllegalArgumentException("no attempt ends " + kind);
    }
    return new Detail.End(kind, read.error, read.deadline, read.micros, read.cause, read.blameless);
  }

  private static Detail.Error error(JsonParser in) {
    var read =
        new Object() {
          @Nullable String type;
          @Nullable String message;
          @Nullable List<String> frames;
          Detail.@Nullable Error cause;
          @Nullable List<Detail.Error> suppressed;
        };
    object(
        in,
        "its error",
        (name, at) -> {
          switch (name) {
            case "type" -> read.type = text(at, name);
            case "message" -> read.message = text(at, name);
            case "frames" -> read.frames = list(at, name, frame -> frame(text(frame, name)));
            case "cause" -> read.cause = error(at);
            case "suppressed" -> read.suppressed = list(at, name, DetailJson::error);
            default -> at.skipChildren();
          }
        });
    String type = read.type;
    if (type == null) {
      throw new IllegalArgumentException("its error has no type");
    }
    return new Detail.Error(type, read.message, read.frames, read.cause, read.suppressed);
  }

  private static String frame(String frame) {
    if (!frame.matches("[^\\t]*\\t[^\\t]*\\t[^\\t]*\\t-?\\d{1,9}")) {
      throw new IllegalArgumentException("a frame of its error is not as Treadle writes it");
    }
    return frame;
  }

  private static long[] progress(JsonParser in) {
    List<Long> numbers = list(in, "progress", at -> number(at, "progress"));
    if (numbers.size() != 3) {
      throw new IllegalArgumentException("its progress is not three numbers");
    }
    return new long[] {numbers.get(0), numbers.get(1), numbers.get(2)};
  }

  private static <T extends @Nullable Object> List<T> list(
      JsonParser in, String what, Reading<T> element) {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw new IllegalArgumentException("its " + what + " is no list");
    }
    List<T> all = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      all.add(element.from(in));
    }
    return all;
  }

  private static @Nullable String textOrNull(JsonParser in) {
    return in.currentToken() == JsonToken.VALUE_NULL ? null : text(in, "limits");
  }

  private static String text(JsonParser in, String name) {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw new IllegalArgumentException("its " + name + " is no text");
    }
    return in.getString();
  }

  private static long number(JsonParser in, String name) {
    if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw new IllegalArgumentException("its " + name + " is no whole number");
    }
    return in.getLongValue();
  }

  private static boolean truth(JsonParser in, String name) {
    return switch (in.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw new IllegalArgumentException("its " + name + " is neither true nor false");
    };
  }
}
