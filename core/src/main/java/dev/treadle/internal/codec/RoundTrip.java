package dev.treadle.internal.codec;

import dev.treadle.spi.Words;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds where a value that was written and read again differs from what it was.
///
/// Records, collections, arrays and optionals are compared part by part, so that a difference has a
/// path; other objects by `equals`, and by their fields if their class has none.
final class RoundTrip {
  private static final int DEPTH_MAX = 500;
  private static final Set<String> COMPARED_AS_TEXT =
      Set.of(
          "java.lang.StringBuilder",
          "java.lang.StringBuffer",
          "java.util.concurrent.atomic.AtomicInteger",
          "java.util.concurrent.atomic.AtomicLong",
          "java.util.concurrent.atomic.AtomicBoolean",
          "java.util.concurrent.atomic.AtomicIntegerArray",
          "java.util.concurrent.atomic.AtomicLongArray");

  private RoundTrip() {}

  /// Where two values differ.
  ///
  /// @param path of the field, such as `order.lines[2].price`; empty for the whole
  record Difference(String path, @Nullable Object before, @Nullable Object after) {
    private static final int SHOWN_MAX = 60;

    @Override
    public String toString() {
      return shown(before) + " comes back as " + shown(after);
    }

    private static String shown(@Nullable Object value) {
      if (value == null) {
        return "null";
      }
      String text = Words.shortened(Words.of(value));
      return value.getClass().getName()
          + " "
          + (text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "…");
    }

    private Difference below(String step) {
      String rest = path.isEmpty() || path.startsWith("[") ? path : "." + path;
      return new Difference(step + rest, before, after);
    }
  }

  /// The first difference, or null if there is none.
  static @Nullable Difference between(@Nullable Object before, @Nullable Object after) {
    return differ(before, after, DEPTH_MAX);
  }

  private static @Nullable Difference differ(@Nullable Object a, @Nullable Object b, int depth) {
    if (a == b) {
      return null;
    }
    if (a == null || b == null || depth == 0) {
      return new Difference("", a, b);
    }
    if (a.getClass().isArray() && b.getClass() == a.getClass()) {
      return arrays(a, b, depth);
    }
    if (a instanceof List<?> list && b instanceof List<?> other) {
      return sequences(list.iterator(), other.iterator(), depth);
    }
    if (a instanceof Map<?, ?> map && b instanceof Map<?, ?> other) {
      return maps(map, other, depth);
    }
    if (a instanceof Set<?> set && b instanceof Set<?> other) {
      return sets(set, other, depth);
    }
    if (a instanceof Optional<?> optional && b instanceof Optional<?> other) {
      return differ(optional.orElse(null), other.orElse(null), depth - 1);
    }
    if (a instanceof AtomicReference<?> it && b instanceof AtomicReference<?> other) {
      return differ(it.get(), other.get(), depth - 1);
    }
    if (a instanceof Iterable<?> it
        && b instanceof Iterable<?> other
        && !overridesEquals(a.getClass())) {
      return sequences(it.iterator(), other.iterator(), depth); // queues
    }
    if (a instanceof Record && a.getClass() == b.getClass()) {
      return records(a, b, depth);
    }
    return objects(a, b, depth);
  }

  private static @Nullable Difference arrays(Object a, Object b, int depth) {
    if (a instanceof byte[] bytes) {
      return Arrays.equals(bytes, (byte[]) b) ? null : new Difference("", a, b);
    }
    if (Array.getLength(a) != Array.getLength(b)) {
      return new Difference("", a, b);
    }
    for (int i = 0; i < Array.getLength(a); i++) {
      Difference found = differ(Array.get(a, i), Array.get(b, i), depth - 1);
      if (found != null) {
        return found.below("[" + i + "]");
      }
    }
    return null;
  }

  private static @Nullable Difference sequences(Iterator<?> a, Iterator<?> b, int depth) {
    for (int i = 0; a.hasNext(); i++) {
      Object own = a.next();
      Difference found =
          b.hasNext() ? differ(own, b.next(), depth - 1) : new Difference("", own, null);
      if (found != null) {
        return found.below("[" + i + "]");
      }
    }
    return b.hasNext() ? new Difference("", null, b.next()) : null;
  }

  private static @Nullable Difference maps(Map<?, ?> a, Map<?, ?> b, int depth) {
    if (a.size() != b.size()
        || a instanceof SortedMap<?, ?> own
            && b instanceof SortedMap<?, ?> other
            && !Objects.equals(own.comparator(), other.comparator())) {
      return new Difference("", a, b);
    }
    for (Map.Entry<?, ?> each : a.entrySet()) {
      Object value = b.get(each.getKey());
      if (value == null && !b.containsKey(each.getKey())) {
        return new Difference("[key " + Words.of(each.getKey()) + "]", each.getKey(), null);
      }
      Difference found = differ(each.getValue(), value, depth - 1);
      if (found != null) {
        return found.below("[" + Words.of(each.getKey()) + "]");
      }
    }
    return null;
  }

  private static @Nullable Difference sets(Set<?> a, Set<?> b, int depth) {
    if (a instanceof SortedSet<?> own
        && b instanceof SortedSet<?> other
        && !Objects.equals(own.comparator(), other.comparator())) {
      return new Difference("", a, b);
    }
    return a.equals(b) ? null : sequences(a.iterator(), b.iterator(), depth);
  }

  private static @Nullable Difference records(Object a, Object b, int depth) {
    for (RecordComponent component : a.getClass().getRecordComponents()) {
      Difference found;
      try {
        component.getAccessor().setAccessible(true);
        found =
            differ(component.getAccessor().invoke(a), component.getAccessor().invoke(b), depth - 1);
      } catch (IllegalAccessException | InvocationTargetException | RuntimeException e) {
        return a.equals(b) ? null : new Difference("", a, b);
      }
      if (found != null) {
        return found.below(component.getName());
      }
    }
    return null;
  }

  private static @Nullable Difference objects(Object a, Object b, int depth) {
    Class<?> type = a.getClass();
    if (type != b.getClass()) {
      return a.equals(b) && b.equals(a) ? null : new Difference("", a, b);
    }
    if (a instanceof Pattern own && b instanceof Pattern other) {
      return own.flags() == other.flags() && own.pattern().equals(other.pattern())
          ? null
          : new Difference("", a, b);
    }
    if (COMPARED_AS_TEXT.contains(type.getName())) {
      return a.toString().equals(b.toString()) ? null : new Difference("", a, b);
    }
    if (overridesEquals(type)) {
      return a.equals(b) ? null : new Difference("", a, b);
    }
    return type.getClassLoader() == null || type.getName().startsWith("java.")
        ? new Difference("", a, b) // Nothing tells whether it is the same.
        : fields(a, b, depth);
  }

  private static boolean overridesEquals(Class<?> type) {
    try {
      return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  private static @Nullable Difference fields(Object a, Object b, int depth) {
    for (Class<?> type = a.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if ((field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) != 0
            || Arrays.stream(field.getAnnotations())
                .anyMatch(it -> it.annotationType().getSimpleName().equals("JsonIgnore"))) {
          continue;
        }
        Difference found;
        try {
          field.setAccessible(true);
          found = differ(field.get(a), field.get(b), depth - 1);
        } catch (IllegalAccessException | RuntimeException hidden) {
          continue;
        }
        if (found != null) {
          return found.below(field.getName());
        }
      }
    }
    return null;
  }
}
