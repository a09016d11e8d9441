package dev.treadle.internal.process.worker;

import dev.treadle.Code;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Code by its name. Used by one thread.
final class CodeTable {
  private final ClassLoader loader;
  private final Map<Code, Entry> entries = new HashMap<>();

  CodeTable(ClassLoader loader) {
    this.loader = loader;
  }

  /// Code that is known.
  static final class Entry {
    /// How long it usually takes.
    final Meter.Habit habit = new Meter.Habit();

    private final Code name;
    private @Nullable Executable code;
    private Type input = Object.class;
    private Type output = Object.class;

    private Entry(Code name) {
      this.name = name;
    }

    /// The type of what it takes.
    Type input() {
      return input;
    }

    /// The type of what it returns.
    Type output() {
      return output;
    }

    /// Returns whether it was found before.
    boolean isFound() {
      return code != null;
    }

    /// Finds it, in the worker's classes or its parent's.
    void find(ClassLoader loader) throws ReflectiveOperationException {
      if (code != null) {
        return;
      }
      Class<?> owner = Class.forName(name.owner(), true, loader);
      Class<?>[] parameters =
          MethodType.fromMethodDescriptorString(name.descriptor(), owner.getClassLoader())
              .parameterArray();
      Executable found =
          name.method().equals("<init>")
              ? owner.getDeclaredConstructor(parameters)
              : owner.getDeclaredMethod(name.method(), parameters);
      found.setAccessible(true);
      Type[] types = found.getGenericParameterTypes();
      input = types.length == 0 ? owner : types[0];
      output = found instanceof Method method ? method.getGenericReturnType() : owner;
      code = found;
    }

    @Nullable Object call(@Nullable Object argument) throws Exception {
      try {
        return switch (code) {
          case null -> throw new IllegalStateException(name + " was not looked for");
          case Constructor<?> constructor when constructor.getParameterCount() == 0 ->
              constructor.newInstance();
          case Constructor<?> constructor -> constructor.newInstance(argument);
          case Method method when !Modifier.isStatic(method.getModifiers()) ->
              method.invoke(argument);
          case Method method when method.getParameterCount() == 0 -> method.invoke(null);
          case Method method -> method.invoke(null, argument);
        };
      } catch (InvocationTargetException e) {
        switch (e.getCause()) {
          case Exception cause -> throw cause;
          case Error cause -> throw cause;
          case null, default -> throw e;
        }
      }
    }
  }

  /// What is known of some code; it need not have been found.
  Entry entry(Code code) {
    return entries.computeIfAbsent(code, Entry::new);
  }
}
