package dev.treadle.internal.monitor;

import java.util.Arrays;
import java.util.List;

/// Tells stacks of code that is being made ready from stacks of code that runs.
///
/// To load classes, to run their initializers and to link lambdas is work that an attempt does
/// once, and that says nothing of its task.
final class ClassLoading {
  private static final List<String> LOADERS =
      List.of(
          "java.lang.ClassLoader",
          "java.lang.Class.forName",
          "jdk.internal.loader.",
          "java.net.URLClassLoader",
          "java.util.ServiceLoader",
          "java.lang.invoke.",
          "java.lang.runtime.",
          "java.security.Provider",
          "sun.security.jca.");

  private ClassLoading() {}

  /// Returns whether code was being made ready when the stack was taken.
  static boolean isUnderWay(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .anyMatch(frame ->
            frame.getMethodName().equals("<clinit>")
                || LOADERS.stream()
                    .anyMatch((frame.getClassName() + "." + frame.getMethodName())::startsWith));
  }
}
