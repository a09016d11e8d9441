package dev.treadle.internal.run;

import org.jspecify.annotations.Nullable;

/// What code can change about the thread it runs on, as it was before: its name, priority, context
/// class loader and handler of uncaught exceptions.
///
/// Threads outlive attempts: what one attempt changes must reach neither the next nor Treadle.
public record ThreadState(
    Thread thread,
    String name,
    int priority,
    @Nullable ClassLoader contextLoader,
    Thread.UncaughtExceptionHandler uncaught) {

  /// Returns the state of the current thread.
  public static ThreadState ofCurrent() {
    Thread thread = Thread.currentThread();
    return new ThreadState(
        thread,
        thread.getName(),
        thread.getPriority(),
        thread.getContextClassLoader(),
        thread.getUncaughtExceptionHandler());
  }

  /// Restores it. Must be called on the same thread.
  public void restore() {
    if (!name.equals(thread.getName())) {
      thread.setName(name);
    }
    if (priority != thread.getPriority()) {
      thread.setPriority(priority);
    }
    if (contextLoader != thread.getContextClassLoader()) {
      thread.setContextClassLoader(contextLoader);
    }
    if (uncaught != thread.getUncaughtExceptionHandler()) {
      thread.setUncaughtExceptionHandler(uncaught);
    }
  }
}
