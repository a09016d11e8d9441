package dev.treadle.internal.process.worker;

import dev.treadle.internal.process.wire.Frame;
import java.lang.management.ManagementFactory;

/// CPU time and allocation of the thread that runs attempts. Used by that thread.
final class Meter {
  // Found with the first attempt: the management classes take their time to load.
  private com.sun.management.@org.jspecify.annotations.Nullable ThreadMXBean threads;
  private long cpu;
  private long allocated;

  void start() {
    if (threads == null
        && ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean bean) {
      threads = bean;
    }
    if (threads != null) {
      cpu = threads.getCurrentThreadCpuTime();
      allocated = threads.getCurrentThreadAllocatedBytes();
    }
  }

  Frame.Cost stop() {
    return threads == null
        ? Frame.Cost.UNKNOWN
        : new Frame.Cost(
            Math.max(0, threads.getCurrentThreadCpuTime() - cpu),
            threads.getCurrentThreadAllocatedBytes() - allocated);
  }
}
