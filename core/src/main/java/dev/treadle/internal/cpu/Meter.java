package dev.treadle.internal.cpu;

import dev.treadle.internal.monitor.Monitor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/// CPU time and allocation of the current platform thread, where the JVM can tell.
final class Meter {
  private final ThreadMXBean threads;
  private final boolean knowsCpu;
  private final com.sun.management.@Nullable ThreadMXBean allocating;

  private Meter(ThreadMXBean threads, boolean on) {
    this.threads = threads;
    this.knowsCpu =
        on && threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
    this.allocating =
        on
                && threads instanceof com.sun.management.ThreadMXBean sun
                && sun.isThreadAllocatedMemorySupported()
                && sun.isThreadAllocatedMemoryEnabled()
            ? sun
            : null;
  }

  static Meter ofThisJvm() {
    return new Meter(ManagementFactory.getThreadMXBean(), Monitor.isOn());
  }

  boolean knowsCpu() {
    return knowsCpu;
  }

  boolean knowsAllocation() {
    return allocating != null;
  }

  long cpuNanos() {
    return knowsCpu ? threads.getCurrentThreadCpuTime() : 0;
  }

  long allocatedBytes() {
    return allocating == null ? 0 : allocating.getCurrentThreadAllocatedBytes();
  }
}
