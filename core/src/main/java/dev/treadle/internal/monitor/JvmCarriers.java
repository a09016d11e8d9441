package dev.treadle.internal.monitor;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.jspecify.annotations.Nullable;

/// The carriers of this JVM.
final class JvmCarriers implements Carriers {
  private final VirtualThreadSchedulerMXBean scheduler;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Map<String, Long> ids = new HashMap<>();

  private JvmCarriers(VirtualThreadSchedulerMXBean scheduler) {
    this.scheduler = scheduler;
  }

  /// Those of this JVM.
  ///
  /// @throws IllegalStateException if it does not tell about them
  static Carriers ofThisJvm() {
    VirtualThreadSchedulerMXBean bean =
        ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
    if (bean == null || bean.getMountedVirtualThreadCount() < 0) {
      throw new IllegalStateException("this JVM does not tell what its virtual threads do");
    }
    JvmCarriers carriers = new JvmCarriers(bean);
    var unused = carriers.cpuNanos(""); // The first call is slow, and there will be no time for it.
    return carriers;
  }

  @Override
  public int parallelism() {
    return scheduler.getParallelism();
  }

  @Override
  public void parallelism(int count) {
    scheduler.setParallelism(count);
  }

  @Override
  public void stir() {
    var unused = Thread.startVirtualThread(() -> {}); // Whatever is queued wakes a carrier.
  }

  @Override
  public int mounted() {
    return scheduler.getMountedVirtualThreadCount();
  }

  @Override
  public long queued() {
    return scheduler.getQueuedVirtualThreadCount();
  }

  /// The state alone does not tell: a thread that waits for a carrier is `RUNNABLE`, too. Its text
  /// does, and costs much less than its stack:
  /// `VirtualThread[#24]/runnable@ForkJoinPool-1-worker-1`.
  @Override
  public @Nullable String carrier(Thread virtual) {
    if (virtual.getState() != Thread.State.RUNNABLE) {
      return null;
    }
    String text = virtual.toString();
    int state = text.lastIndexOf("]/runnable@");
    return state < 0 ? null : text.substring(text.indexOf('@', state) + 1);
  }

  @Override
  public long cpuNanos(String carrier) {
    if (!threads.isThreadCpuTimeSupported() || !threads.isThreadCpuTimeEnabled()) {
      return -1;
    }
    if (!ids.containsKey(carrier)) {
      ids.clear();
      for (ThreadInfo each : threads.getThreadInfo(threads.getAllThreadIds())) {
        if (each != null) { // It has ended meanwhile.
          ids.put(each.getThreadName(), each.getThreadId());
        }
      }
    }
    Long id = ids.get(carrier);
    return id == null ? -1 : threads.getThreadCpuTime(id);
  }

  @Override
  public StackTraceElement[] stack(Thread virtual) {
    return virtual.getStackTrace();
  }
}
