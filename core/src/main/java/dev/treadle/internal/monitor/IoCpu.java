package dev.treadle.internal.monitor;

import dev.treadle.internal.run.ThreadBuilders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The CPU time of tasks whose attempts run on virtual threads, by sampling: those threads have no
/// clock of their own.
///
/// The samples come from JFR, on Linux, about a second late: they are counted for the task and the
/// queue, never for an attempt. The first start takes JFR a second or more; attempts that began
/// before are not counted. Thread-safe.
public final class IoCpu implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IoCpu.class);

  private final SampledAttempts attempts;
  private @Nullable AutoCloseable stream;
  private boolean closed;
  private volatile boolean sampling;

  /// Begins to sample, in the background.
  ///
  /// @param monitor what notes the CPU time
  public IoCpu(Monitor monitor) {
    attempts = new SampledAttempts(monitor::sampled, System::nanoTime);
    var unused = ThreadBuilders.platform().name("treadle-sample").start(this::start);
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
    return CpuSamples.open(attempts::sample);
  }

  /// An attempt begins on this thread.
  public void begins(String task, String queue) {
    if (sampling) {
      attempts.begins(Thread.currentThread().threadId(), task, queue);
    }
  }

  /// The attempt on this thread has ended.
  public void ends() {
    attempts.ends(Thread.currentThread().threadId());
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
