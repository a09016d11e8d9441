package dev.treadle.internal.engine;

import dev.treadle.StoreException;
import dev.treadle.internal.monitor.JvmFigures;
import dev.treadle.internal.monitor.Monitor;
import dev.treadle.internal.run.Runner;
import dev.treadle.internal.run.ThreadBuilders;
import dev.treadle.spi.Ticking;
import dev.treadle.stats.JvmStats;
import dev.treadle.stats.Spread;
import dev.treadle.stats.Stats;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at the engine once a second: which attempts take far longer than usual, and how many
/// permits are in use; and has the store keep the figures every ten seconds and at the end.
///
/// On a [Ticking] clock there is no thread: it looks whenever the clock was moved.
final class Pulse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);

  private static final int LOOKS_A_SAVE = 10;

  /// So many attempts tell what is usual.
  private static final long ENOUGH = 20;

  /// What is over sooner is not worth a word, whatever is usual.
  private static final Duration SOON = Duration.ofSeconds(1);

  private final Engine engine;
  private final double slowAfter;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final @Nullable Thread thread;
  private @Nullable JvmFigures jvm;
  private int looks;

  /// @param slowAfter an attempt is slow that takes so many times the p99 of its task
  Pulse(Engine engine, String node, double slowAfter) {
    this.engine = engine;
    this.slowAfter = slowAfter;
    if (engine.time.wall() instanceof Ticking ticking) {
      thread = null;
      ticking.onChange(this::look);
    } else {
      thread =
          ThreadBuilders.withContextLoader(
              ThreadBuilders.platform().name(node + "-pulse").unstarted(this::loop));
    }
  }

  void start() {
    if (thread != null) {
      thread.start();
    }
  }

  private void loop() {
    while (true) {
      try {
        if (closed.await(1, TimeUnit.SECONDS)) {
          return;
        }
        measureJvm();
        look();
      } catch (InterruptedException e) {
        return; // Nobody does; then there is nothing to look at any more.
      } catch (Throwable e) {
        LOG.error("looking at what runs failed; it is tried again", e);
      }
    }
  }

  /// After a second, so that short runs need not pay for it.
  private synchronized void measureJvm() {
    if (jvm == null && closed.getCount() > 0) {
      jvm = JvmFigures.open();
    }
  }

  /// How this JVM was, oldest first.
  synchronized List<JvmStats> jvm() {
    return jvm == null ? List.of() : jvm.history();
  }

  private void look() {
    if (closed.getCount() == 0) {
      return;
    }
    for (Runner runner : engine.runners()) {
      engine.monitor.inUse(runner.strategy(), runner.permits(), runner.inUse());
    }
    Map<String, Spread> usual = new HashMap<>();
    for (AttemptRun run : engine.running()) {
      Duration ran = Duration.ofNanos(run.ranNanos());
      if (ran.compareTo(SOON) >= 0 && !run.slow()) {
        Spread spread =
            usual.computeIfAbsent(
                run.known.measuredAs(), task -> engine.monitor.run(task, engine.time.micros()));
        if (spread.count() >= ENOUGH && ran.toNanos() > slowAfter * spread.p99().toNanos()) {
          run.becomesSlow();
          engine.telling.attemptSlow(run, ran, spread.p99());
        }
      }
    }
    engine.unheard.look();
    if (++looks % LOOKS_A_SAVE == 0 && engine.monitor.hasChanged()) {
      save();
    }
  }

  /// One at a time, so that what is kept last is what is newest.
  private synchronized void save() {
    if (!engine.durable || engine.broken()) {
      return;
    }
    try {
      Stats stats = engine.stats();
      engine.store.keep(Monitor.KEPT, engine.monitor.write(stats.advice()));
    } catch (StoreException e) {
      LOG.debug("the figures could not be kept", e); // The engine hears of a store that has failed.
    }
  }

  /// Ends, and has the store keep the figures.
  @Override
  public void close() {
    closed.countDown();
    engine.unheard.close();
    save();
    synchronized (this) {
      if (jvm != null) {
        jvm.close();
      }
    }
  }
}
