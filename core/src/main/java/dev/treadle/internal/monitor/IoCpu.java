package dev.treadle.internal.monitor;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The CPU time of tasks whose attempts run on virtual threads, by sampling: those threads have no
/// clock of their own.
///
/// The samples come from JFR, on Linux, about a second late: they are counted for the task, never
/// for an attempt. The first start takes JFR a second or more; until then nothing is counted.
/// Thread-safe.
public final class IoCpu implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IoCpu.class);

  /// So many attempts that ended are known for the samples that come late; of twice as many at
  /// most.
  private static final int ENDED_MAX = 50_000;

  private final ConcurrentHashMap<Long, String> running = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, LongAdder> nanos = new ConcurrentHashMap<>();

  /// Attempts that ended lately, by thread, and those that ended before them.
  private volatile Map<Long, String> ended = new ConcurrentHashMap<>();

  private volatile Map<Long, String> endedBefore = Map.of();
  private @Nullable AutoCloseable stream;
  private boolean closed;
  private volatile boolean sampling;

  /// Begins to sample, in the background.
  public IoCpu() {
    var unused = Thread.ofPlatform().daemon().name("treadle-sample").start(this::start);
  }

  private void start() {
    try {
      AutoCloseable started = ModuleLayer.boot().findModule("jdk.jfr").isPresent() ? open() : null;
      boolean late;
      synchronized (this) {
        late = closed;
        stream = started;
      }
      sampling = started != null && !late;
      if (started == null) {
        LOG.info("the CPU time of io tasks is not known here: that takes JFR, JDK 25 and Linux");
      } else if (late) {
        started.close();
      }
    } catch (Exception | LinkageError e) {
      LOG.warn("the CPU time of io tasks will not be known", e);
    }
  }

  private @Nullable AutoCloseable open() {
    return CpuSamples.open(this::sample);
  }

  /// An attempt of a task begins on this thread.
  public void begins(String task) {
    running.put(Thread.currentThread().threadId(), task);
  }

  /// The attempt on this thread has ended.
  public void ends() {
    long thread = Thread.currentThread().threadId();
    String task = running.remove(thread);
    if (task != null && sampling) {
      Map<Long, String> lately = ended;
      lately.put(thread, task);
      if (lately.size() > ENDED_MAX) {
        forget();
      }
    }
  }

  /// Forgets the older half of what ended.
  private synchronized void forget() {
    if (ended.size() > ENDED_MAX) {
      endedBefore = ended;
      ended = new ConcurrentHashMap<>();
    }
  }

  private void sample(long thread, long cpuNanos) {
    String task = running.get(thread);
    if (task == null) {
      task = ended.get(thread);
    }
    if (task == null) {
      task = endedBefore.get(thread);
    }
    if (task != null) {
      nanos.computeIfAbsent(task, name -> new LongAdder()).add(cpuNanos);
    }
  }

  /// The CPU time of all attempts of a task so far; empty where that is not known, or as long as no
  /// sample has hit it.
  public OptionalLong cpuNanos(String task) {
    LongAdder sum = nanos.get(task);
    return sum == null ? OptionalLong.empty() : OptionalLong.of(sum.sum());
  }

  /// Whether samples come now.
  public boolean sampling() {
    return sampling;
  }

  /// Ends it; what was counted stays.
  @Override
  public void close() {
    AutoCloseable toClose;
    synchronized (this) {
      closed = true;
      toClose = stream;
      stream = null;
    }
    sampling = false;
    try {
      if (toClose != null) {
        toClose.close();
      }
    } catch (Exception e) {
      LOG.warn("sampling of CPU time could not be ended", e);
    }
  }
}
