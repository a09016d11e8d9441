package dev.treadle.internal.engine;

import dev.treadle.Isolation;
import dev.treadle.Task;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Tells whether two tasks of one name run the same code on the same types.
///
/// A lambda that is evaluated twice gives two objects: they are the same code if they come from the
/// same place and have captured equal values. Where the JVM does not show what was captured, the
/// place decides alone.
final class SameCode {
  private static final int DEPTH = 8;

  private SameCode() {}

  static boolean of(Task.Settings<?> a, Task.Settings<?> b) {
    return a.strategy() == b.strategy()
        && a.input().equals(b.input())
        && a.output().equals(b.output())
        && isolated(a.isolation(), b.isolation())
        && same(a.body(), b.body(), DEPTH);
  }

  private static boolean isolated(@Nullable Isolation a, @Nullable Isolation b) {
    return switch (a) {
      case null -> b == null;
      case Isolation.InWorker it ->
          b instanceof Isolation.InWorker other && it.code().equals(other.code());
      case Isolation.AsCommand it ->
          b instanceof Isolation.AsCommand other && same(it.command(), other.command(), DEPTH);
    };
  }

  private static boolean same(@Nullable Object a, @Nullable Object b, int depth) {
    if (Objects.equals(a, b)) {
      return true;
    }
    if (a == null || b == null || a.getClass() != b.getClass() || depth == 0) {
      return false;
    }
    // Of an object of a user's own class, equals decides, unless it is the code itself.
    return (a.getClass().isHidden() || depth == DEPTH) && sameFields(a, b, depth - 1);
  }

  private static boolean sameFields(Object a, Object b, int depth) {
    for (Class<?> type = a.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !sameField(field, a, b, depth)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean sameField(Field field, Object a, Object b, int depth) {
    try {
      field.setAccessible(true);
      return same(field.get(a), field.get(b), depth);
    } catch (IllegalAccessException | RuntimeException hidden) {
      return true;
    }
  }
}
