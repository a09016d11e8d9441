package dev.treadle.internal.codec;

import java.io.File;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;
import tools.jackson.databind.type.LogicalType;

/// The one JSON mapper for values. What it reads it never bends: a number with a fraction is no
/// integer, a number is no truth and no constant of an enum, and a zone stays the zone it was.
///
/// Loaded with the first value that is neither text nor bytes: a worker starts without.
final class Mapper {
  private static final LogicalType[] SCALARS = {
    LogicalType.Boolean,
    LogicalType.Integer,
    LogicalType.Float,
    LogicalType.Textual,
    LogicalType.Enum,
    LogicalType.DateTime
  };

  static final JsonMapper JSON = build();

  private static final Map<Type, ObjectReader> READERS = new ConcurrentHashMap<>();

  /// What Jackson adds to its messages for those who configure it.
  private static final Pattern ADVICE =
      Pattern.compile(
          "\\s*\\((?:but could|but might|for Creator|although|set |enable|disable|to avoid)[^)]*\\)"
              + "|: (?:cannot coerce|enable|disable|set) .*Feature.*$|\\n\\s*at \\[.*\\]",
          Pattern.DOTALL);

  private Mapper() {}

  private static JsonMapper build() {
    // The store bounds the size of a value. What was written within that must be readable.
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNumberLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .build();
    JsonMapper.Builder builder =
        JsonMapper.builder(JsonFactory.builder().streamReadConstraints(constraints).build())
            // An object of which nothing would be written is a mistake, not an empty one.
            .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
            .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .disable(DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .addModule(paths());
    for (LogicalType type : SCALARS) {
      builder.withCoercionConfig(
          type,
          config -> {
            config.setCoercion(CoercionInputShape.Boolean, forbiddenFor(type, LogicalType.Boolean));
            config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
            if (type != LogicalType.Float && type != LogicalType.DateTime) {
              config.setCoercion(
                  CoercionInputShape.Integer, forbiddenFor(type, LogicalType.Integer));
            }
            config.setCoercion(CoercionInputShape.Float, forbiddenFor(type, LogicalType.Float));
          });
    }
    for (Class<?> type : new Class<?>[] {char.class, Character.class}) {
      builder.withCoercionConfig(
          type, config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail));
    }
    return builder.build();
  }

  /// Paths as they are: Jackson would make them absolute.
  private static SimpleModule paths() {
    SimpleModule module = new SimpleModule("treadle-paths");
    module.addSerializer(
        Path.class,
        new StdSerializer<Path>(Path.class) {
          @Override
          public void serialize(Path value, JsonGenerator out, SerializationContext context) {
            out.writeString(value.toString());
          }
        });
    module.addDeserializer(
        Path.class,
        new StdScalarDeserializer<Path>(Path.class) {
          @Override
          public Path deserialize(JsonParser in, DeserializationContext context) {
            String text = in.getValueAsString();
            if (text == null) {
              return (Path) context.handleUnexpectedToken(Path.class, in);
            }
            // As Jackson wrote them; no path of its own has three slashes.
            return text.startsWith("file:///") ? Path.of(URI.create(text)) : Path.of(text);
          }
        });
    module.addSerializer(
        File.class,
        new StdSerializer<File>(File.class) {
          @Override
          public void serialize(File value, JsonGenerator out, SerializationContext context) {
            out.writeString(value.getPath());
          }
        });
    return module;
  }

  private static CoercionAction forbiddenFor(LogicalType type, LogicalType own) {
    return type == own ? CoercionAction.TryConvert : CoercionAction.Fail;
  }

  /// Returns whether values of a type were read before.
  static boolean knows(Type type) {
    return READERS.containsKey(type);
  }

  static ObjectReader reader(Type type) {
    ObjectReader known = READERS.get(type);
    return known != null
        ? known
        : READERS.computeIfAbsent(type, it -> JSON.readerFor(JSON.constructType(it)));
  }

  /// Says what is wrong with a value and in which field, without what Jackson says to those who set
  /// it up.
  static String words(JacksonException e) {
    String said = String.valueOf(e.getOriginalMessage());
    String plain = ADVICE.matcher(said).replaceAll("").strip();
    String path = path(e);
    return path.isEmpty() ? plain : "field " + path + ": " + plain;
  }

  /// The field that an exception is about, such as `order.lines[2].price`; empty for the whole.
  private static String path(JacksonException e) {
    String path =
        e.getPath().stream()
            .map(each ->
                each.getPropertyName() != null
                    ? "." + each.getPropertyName()
                    : each.getIndex() >= 0 ? "[" + each.getIndex() + "]" : "")
            .collect(Collectors.joining());
    return path.startsWith(".") ? path.substring(1) : path;
  }
}
