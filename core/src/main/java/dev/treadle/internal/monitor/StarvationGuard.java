package dev.treadle.internal.monitor;

import dev.treadle.internal.run.ThreadBuilders;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread of this JVM that sees to it that jobs which compute on virtual threads do not
/// keep all others from running; a [StarvationWatch] does the looking.
///
/// One for all engines, since the scheduler of virtual threads is the JVM's. It is a platform
/// thread, sleeps while no attempts run, and is there from the first attempt on a virtual thread
/// until the last engine closes.
public final class StarvationGuard {
  private static final Logger LOG = LoggerFactory.getLogger(StarvationGuard.class);

  /// Set to `off`, nothing is watched: for benchmarks.
  private static final String SWITCH = "dev.treadle.starvationGuard";

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long PAUSE_MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// A look at very many attempts takes its time, some 100 ns each: then it rests a hundred times
  /// as long.
  private static final long REST_NANOS = TimeUnit.MICROSECONDS.toNanos(10);

  /// So many looks without any attempt, and it sleeps until there is one.
  private static final int IDLE_LOOKS = 50;

  private static final StarvationGuard GUARD = new StarvationGuard();

  private final List<Watched> watched = new CopyOnWriteArrayList<>();

  /// Whether somebody has to wake the thread, or there is none.
  private volatile boolean asleep = true;

  private @Nullable Thread thread;

  /// The one before, which may have the scheduler to narrow yet.
  private @Nullable Thread before;

  private volatile boolean unable;

  private StarvationGuard() {}

  /// Watches an engine from now on.
  public static StarvationGuard watch(Watched engine) {
    synchronized (GUARD) {
      GUARD.watched.add(engine);
    }
    return GUARD;
  }

  /// An attempt begins on a virtual thread.
  public void begins() {
    if (asleep) {
      wake();
    }
  }

  private synchronized void wake() {
    asleep = false;
    if (thread != null) {
      LockSupport.unpark(thread);
    } else if (!watched.isEmpty() && !unable && !"off".equals(System.getProperty(SWITCH))) {
      thread = ThreadBuilders.platform().name("treadle-guard").start(new Watching(before));
      before = null;
    }
  }

  /// Watches it no longer; if it was the last, the scheduler is as it was when this returns.
  public void leave(Watched engine) {
    Thread last = null;
    synchronized (this) {
      watched.remove(engine);
      if (watched.isEmpty()) {
        last = thread;
        before = last;
        thread = null;
        asleep = true;
      }
    }
    LockSupport.unpark(last);
    join(last);
    synchronized (this) {
      if (before == last) {
        before = null; // A thread that is kept keeps what it ran, and so on to the first of all.
      }
    }
  }

  /// The thread, which begins when the one before has ended.
  private final class Watching implements Runnable {
    private @Nullable Thread last;

    Watching(@Nullable Thread last) {
      this.last = last;
    }

    @Override
    public void run() {
      join(last);
      last = null;
      watchAll();
    }
  }

  private static void join(@Nullable Thread last) {
    boolean interrupted = false;
    while (last != null && last.isAlive()) {
      try {
        last.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isMine() {
    return thread == Thread.currentThread();
  }

  private void watchAll() {
    StarvationWatch watch;
    try {
      watch = new StarvationWatch(JvmCarriers.ofThisJvm(), watched);
    } catch (Throwable absent) {
      // LinkageError: a runtime image without the module jdk.management.
      unable = true;
      LOG.info("jobs that compute on virtual threads will not be noticed: {}", absent.toString());
      return;
    }
    try {
      int idle = 0;
      while (isMine()) {
        look(watch);
        long pause = watch.seen() * REST_NANOS;
        idle = watched.stream().anyMatch(Watched::busy) || watch.widened() ? 0 : idle + 1;
        if (idle >= IDLE_LOOKS) {
          sleep();
          idle = 0;
        } else {
          LockSupport.parkNanos(this, Math.clamp(pause, PAUSE_NANOS, PAUSE_MAX_NANOS));
        }
      }
    } finally {
      watch.end();
    }
  }

  private static void look(StarvationWatch watch) {
    try {
      watch.look(System.nanoTime());
    } catch (RuntimeException e) {
      LOG.error("looking for jobs that compute on virtual threads failed", e);
    }
  }

  /// Whoever begins an attempt after it was noted here sees the flag; who noted it before is seen.
  private void sleep() {
    asleep = true;
    while (asleep && isMine() && watched.stream().noneMatch(Watched::busy)) {
      LockSupport.park(this);
    }
    synchronized (this) {
      if (isMine()) {
        asleep = false;
      }
    }
  }
}
