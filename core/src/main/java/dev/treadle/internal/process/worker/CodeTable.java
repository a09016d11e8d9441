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

  /// Code that was found.
  ///
  /// @param input the type of what it takes
  record Entry(Executable code, Type input) {
    @Nullable Object call(@Nullable Object input) throws Exception {
      try {
        return switch (code) {
          case Constructor<?> constructor when constructor.getParameterCount() == 0 ->
              constructor.newInstance();
          case Constructor<?> constructor -> constructor.newInstance(input);
          case Method method when !Modifier.isStatic(method.getModifiers()) -> method.invoke(input);
          case Method method when method.getParameterCount() == 0 -> method.invoke(null);
          case Method method -> method.invoke(null, input);
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

  /// Finds code, in the worker's classes or its parent's.
  Entry find(Code code) throws ReflectiveOperationException {
    Entry known = entries.get(code);
    if (known == null) {
      known = look(code);
      entries.put(code, known);
    }
    return known;
  }

  private Entry look(Code code) throws ReflectiveOperationException {
    Class<?> owner = Class.forName(code.owner(), true, loader);
    Class<?>[] parameters =
        MethodType.fromMethodDescriptorString(code.descriptor(), owner.getClassLoader())
            .parameterArray();
    Executable found =
        code.method().equals("<init>")
            ? owner.getDeclaredConstructor(parameters)
            : owner.getDeclaredMethod(code.method(), parameters);
    found.setAccessible(true);
    Type[] types = found.getGenericParameterTypes();
    return new Entry(found, types.length == 0 ? owner : types[0]);
  }
}
