package dev.treadle.internal.monitor;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/// Asks this JVM and its system how they are. Used by one thread.
final class JvmProbe implements AutoCloseable {
  /// What is not known.
  static final long UNKNOWN = -1;

  private static final String STATUS = "/proc/self/status";
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final double PPM = 1e6;

  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final List<GarbageCollectorMXBean> pausing = new ArrayList<>();
  private final AtomicLong longestMillis = new AtomicLong();
  private final NotificationListener listener = this::collected;
  private final @Nullable Carriers carriers = carriers();
  private @Nullable RandomAccessFile status;
  private final byte[] text = new byte[4_096];

  JvmProbe() {
    for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
      // Cycles of ZGC and Shenandoah run beside the threads: their pauses have beans of their own.
      if (!each.getName().toLowerCase(Locale.ROOT).contains("cycles")) {
        pausing.add(each);
        if (each instanceof NotificationEmitter emitter) {
          emitter.addNotificationListener(listener, null, null);
        }
      }
    }
    try {
      status = new RandomAccessFile(STATUS, "r");
    } catch (IOException e) {
      status = null; // Not Linux.
    }
  }

  private static @Nullable Carriers carriers() {
    try {
      return JvmCarriers.ofThisJvm();
    } catch (IllegalStateException | LinkageError absent) {
      return null;
    }
  }

  private void collected(Notification told, @Nullable Object unused) {
    if (told.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)
        && told.getUserData() instanceof CompositeData data) {
      long millis = GarbageCollectionNotificationInfo.from(data).getGcInfo().getDuration();
      longestMillis.accumulateAndGet(millis, Math::max);
    }
  }

  /// Asks for everything.
  ///
  /// @param into gets one value for each of [JvmFigure], [#UNKNOWN] where it is not known
  void ask(long[] into) {
    for (JvmFigure figure : JvmFigure.ALL) {
      into[figure.ordinal()] = ask(figure);
    }
  }

  private long ask(JvmFigure figure) {
    return switch (figure) {
      case AT -> System.currentTimeMillis();
      case PROCESS_CPU -> share(system.getProcessCpuLoad());
      case SYSTEM_CPU -> share(system.getCpuLoad());
      case HEAP_USED -> heap().getUsed();
      case HEAP_MAX -> heap().getMax();
      case RESIDENT -> resident();
      case GC_PAUSES -> sum(true);
      case GC_PAUSED -> sum(false);
      case GC_LONGEST -> pausing.isEmpty() ? UNKNOWN : longestMillis.getAndSet(0);
      case PLATFORM_THREADS -> threads.getThreadCount();
      case MOUNTED -> carriers == null ? UNKNOWN : carriers.mounted();
      case QUEUED -> carriers == null ? UNKNOWN : carriers.queued();
      case OPEN_FILES ->
          system instanceof UnixOperatingSystemMXBean unix
              ? unix.getOpenFileDescriptorCount()
              : UNKNOWN;
    };
  }

  /// In millionths; a load that is not known is negative, or no number.
  private static long share(double load) {
    return load >= 0 ? Math.round(load * PPM) : UNKNOWN;
  }

  private MemoryUsage heap() {
    return memory.getHeapMemoryUsage();
  }

  private long sum(boolean counts) {
    long sum = pausing.isEmpty() ? UNKNOWN : 0;
    for (GarbageCollectorMXBean each : pausing) {
      long value = counts ? each.getCollectionCount() : each.getCollectionTime();
      if (value < 0) {
        return UNKNOWN;
      }
      sum += value;
    }
    return sum;
  }

  /// In kB in the line `VmRSS`: proc(5). The file `statm` is shorter, but counts pages, whose size
  /// differs.
  private long resident() {
    if (status == null) {
      return UNKNOWN;
    }
    try {
      status.seek(0);
      int length = Math.max(0, status.read(text));
      Matcher found = RESIDENT.matcher(new String(text, 0, length, StandardCharsets.US_ASCII));
      return found.find() ? Long.parseLong(found.group(1)) << 10 : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  @Override
  public void close() {
    for (GarbageCollectorMXBean each : pausing) {
      if (each instanceof NotificationEmitter emitter) {
        try {
          emitter.removeNotificationListener(listener);
        } catch (ListenerNotFoundException e) {
          throw new IllegalStateException("it was added above", e);
        }
      }
    }
    try {
      if (status != null) {
        status.close();
      }
    } catch (IOException e) {
      status = null; // It was only read.
    }
  }
}
