package dev.treadle.internal.monitor;

import dev.treadle.internal.run.ThreadBuilders;
import dev.treadle.stats.JvmStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The figures of this JVM, one set a second, the last ten minutes of them.
///
/// One daemon thread for all who ask, there from the first [#open()] to the last [#close()]. What
/// it keeps is 62 KB of numbers. Thread-safe.
public final class JvmFigures implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JvmFigures.class);
  private static final int KEPT = 600;
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final double PPM = 1e6;

  private static final Object LOCK = new Object();
  private static int users;
  private static @Nullable Sampler sampler;

  private final Sampler mine;
  private boolean closed;

  private JvmFigures(Sampler mine) {
    this.mine = mine;
  }

  /// Has them taken from now on, until it is closed.
  public static JvmFigures open() {
    synchronized (LOCK) {
      if (sampler == null) {
        sampler = new Sampler();
        sampler.thread.start();
      }
      users++;
      return new JvmFigures(sampler);
    }
  }

  /// The last ones; empty before the first second is over.
  public Optional<JvmStats> latest() {
    List<JvmStats> last = mine.last(1);
    return last.isEmpty() ? Optional.empty() : Optional.of(last.getFirst());
  }

  /// Those of the last ten minutes, oldest first.
  public List<JvmStats> history() {
    return mine.last(KEPT);
  }

  @Override
  public void close() {
    synchronized (LOCK) {
      if (closed) {
        return;
      }
      closed = true;
      users--;
      if (users == 0 && sampler != null) {
        sampler.over = true;
        LockSupport.unpark(sampler.thread);
        sampler = null;
      }
    }
  }

  /// The thread, and the ring it writes.
  private static final class Sampler {
    final Thread thread = ThreadBuilders.platform().name("treadle-figures").unstarted(this::run);
    volatile boolean over;

    /// One row a second.
    private final long[][] ring = new long[KEPT][];

    private long taken;

    private void run() {
      try (JvmProbe probe = new JvmProbe()) {
        long next = System.nanoTime();
        while (!over) {
          long[] row = new long[JvmFigure.ALL.size()];
          probe.ask(row);
          add(row);
          next += EVERY_NANOS;
          long left = next - System.nanoTime();
          if (left < 0) {
            next -= left; // This process stood still: no rush to make up for that.
          }
          while (!over && (left = next - System.nanoTime()) > 0) {
            LockSupport.parkNanos(this, left);
          }
        }
      } catch (RuntimeException | LinkageError e) {
        LOG.error("the figures of this JVM are no longer taken", e);
      }
    }

    private synchronized void add(long[] row) {
      ring[(int) (taken++ % KEPT)] = row;
    }

    synchronized List<JvmStats> last(int count) {
      List<JvmStats> rows = new ArrayList<>();
      for (long i = Math.max(0, taken - count); i < taken; i++) {
        rows.add(stats(ring[(int) (i % KEPT)]));
      }
      return rows;
    }
  }

  private static JvmStats stats(long[] row) {
    OptionalLong mounted = known(row, JvmFigure.MOUNTED);
    return new JvmStats(
        Instant.ofEpochMilli(row[JvmFigure.AT.ordinal()]),
        share(row, JvmFigure.PROCESS_CPU),
        share(row, JvmFigure.SYSTEM_CPU),
        row[JvmFigure.HEAP_USED.ordinal()],
        known(row, JvmFigure.HEAP_MAX),
        known(row, JvmFigure.RESIDENT),
        known(row, JvmFigure.GC_PAUSES),
        millis(row, JvmFigure.GC_PAUSED),
        millis(row, JvmFigure.GC_LONGEST),
        (int) row[JvmFigure.PLATFORM_THREADS.ordinal()],
        mounted.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) mounted.getAsLong()),
        known(row, JvmFigure.QUEUED),
        known(row, JvmFigure.OPEN_FILES));
  }

  private static OptionalLong known(long[] row, JvmFigure figure) {
    long value = row[figure.ordinal()];
    return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static OptionalDouble share(long[] row, JvmFigure figure) {
    long value = row[figure.ordinal()];
    return value < 0 ? OptionalDouble.empty() : OptionalDouble.of(value / PPM);
  }

  private static Optional<Duration> millis(long[] row, JvmFigure figure) {
    long value = row[figure.ordinal()];
    return value < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(value));
  }
}
