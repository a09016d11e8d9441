package dev.treadle.internal.engine;

/// Whether this JVM is ending: its shutdown hooks run, and it waits for them.
final class JvmEnd {
  private JvmEnd() {}

  /// Returns whether shutdown hooks have begun to run.
  static boolean hasBegun() {
    Thread probe = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
      return false;
    } catch (IllegalStateException e) {
      return true; // Too late for another hook.
    }
  }

  /// Returns whether a thread is inside of [System#exit], which returns to nobody.
  static boolean isCalledBy(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().equals("java.lang.Runtime")
          && frame.getMethodName().equals("exit")) {
        return true;
      }
    }
    return false;
  }
}
