package dev.treadle.internal.run;

/// Builders of threads that take nothing from the thread that starts them: no inheritable thread
/// locals, no context class loader, no priority.
///
/// Threads of Treadle start on whatever thread happens to submit, finish or open. Without this, a
/// job would see the user of another request, and a thread of one application would keep the class
/// loader of another.
public final class ThreadBuilders {
  private ThreadBuilders() {}

  /// Returns a builder of daemon threads of the platform.
  public static Thread.Builder.OfPlatform platform() {
    return Thread.ofPlatform()
        .daemon()
        .priority(Thread.NORM_PRIORITY)
        .inheritInheritableThreadLocals(false);
  }

  /// Gives a thread that will run code of users the context class loader of the current one: that
  /// of whoever opens a treadle or calls it, where frameworks look for their services.
  public static Thread withContextLoader(Thread thread) {
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    return thread;
  }

  /// Returns a builder of virtual threads.
  public static Thread.Builder.OfVirtual virtual() {
    return Thread.ofVirtual().inheritInheritableThreadLocals(false);
  }
}
