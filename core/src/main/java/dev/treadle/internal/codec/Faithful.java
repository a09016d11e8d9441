package dev.treadle.internal.codec;

import java.lang.annotation.Annotation;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Types of which every value comes back as it was, so that none has to be looked at: the plain
/// values of the JDK, and records and collections of these. Others are checked value by value.
final class Faithful {
  private static final Set<Class<?>> PLAIN =
      Set.of(
          String.class,
          Boolean.class,
          Byte.class,
          Short.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          BigInteger.class,
          BigDecimal.class,
          UUID.class,
          Instant.class,
          LocalDate.class,
          LocalTime.class,
          LocalDateTime.class,
          Duration.class,
          Period.class);

  private static final Map<Type, Boolean> KNOWN = new ConcurrentHashMap<>();
  private static final int DEPTH_MAX = 8;

  private Faithful() {}

  static boolean is(Type type) {
    Boolean known = KNOWN.get(type);
    if (known == null) {
      known = is(type, DEPTH_MAX);
      KNOWN.put(type, known);
    }
    return known;
  }

  private static boolean is(Type type, int depth) {
    if (depth == 0) {
      return false; // Deep, or a type that contains itself.
    }
    return switch (type) {
      case Class<?> plain -> is(plain, depth);
      case ParameterizedType generic -> is(generic, depth);
      case GenericArrayType array -> is(array.getGenericComponentType(), depth - 1);
      default -> false;
    };
  }

  private static boolean is(Class<?> type, int depth) {
    if (type.isPrimitive() || PLAIN.contains(type)) {
      return true;
    }
    if (type.isArray()) {
      return is(type.getComponentType(), depth - 1);
    }
    return type.isRecord()
        && type.getTypeParameters().length == 0
        && !annotated(type.getAnnotations())
        && components(type, depth);
  }

  private static boolean components(Class<?> type, int depth) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (annotated(component.getAnnotations())
          || annotated(component.getAccessor().getAnnotations())
          || !is(component.getGenericType(), depth - 1)) {
        return false;
      }
    }
    return type.getDeclaredConstructors().length == 1;
  }

  private static boolean annotated(Annotation[] annotations) {
    for (Annotation each : annotations) {
      String name = each.annotationType().getName();
      if (name.startsWith("com.fasterxml.jackson.") || name.startsWith("tools.jackson.")) {
        return true;
      }
    }
    return false;
  }

  private static boolean is(ParameterizedType type, int depth) {
    Type raw = type.getRawType();
    Type[] of = type.getActualTypeArguments();
    if (raw == List.class || raw == Collection.class || raw == Set.class || raw == Optional.class) {
      return is(of[0], depth - 1);
    }
    return raw == Map.class && of[0] == String.class && is(of[1], depth - 1);
  }
}
