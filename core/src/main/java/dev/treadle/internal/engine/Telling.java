package dev.treadle.internal.engine;

import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.internal.run.ThreadBuilders;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Words;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Calls what users gave to be called: listeners and callbacks. What those throw is logged, and
/// harms nobody. Thread-safe.
final class Telling {
  private static final Logger LOG = LoggerFactory.getLogger(Telling.class);

  /// Bound while a listener is called: what waits for the engine would wait for that call.
  static final ScopedValue<Boolean> IN_LISTENER = ScopedValue.newInstance();

  private final List<Listener> listeners;

  /// Whether a listener takes the ends of jobs, and so the failures among them.
  private final boolean hearsEnds;

  Telling(List<Listener> listeners) {
    this.listeners = List.copyOf(listeners);
    this.hearsEnds = listeners.stream().anyMatch(Telling::takesEnds);
  }

  private static boolean takesEnds(Listener listener) {
    try {
      return listener
              .getClass()
              .getMethod("jobEnded", long.class, String.class, Outcome.class)
              .getDeclaringClass()
          != Listener.class;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  boolean hearsEnds() {
    return hearsEnds;
  }

  void attemptStarted(Claimed claimed) {
    for (Listener listener : listeners) {
      listen(
          claimed.id(),
          () -> listener.attemptStarted(claimed.id(), claimed.task(), claimed.attempt()));
    }
  }

  void attemptEnded(AttemptRun run, Finish finish) {
    for (Listener listener : listeners) {
      listen(
          finish.id(),
          () ->
              listener.attemptEnded(
                  finish.id(),
                  run.claimed.task(),
                  run.claimed.queue(),
                  run.runner.strategy(),
                  finish.attempt()));
    }
  }

  /// Logged too, since nobody need listen.
  void attemptSlow(AttemptRun run, Duration ran, Duration p99) {
    long id = run.claimed.id();
    String task = run.claimed.task();
    LOG.warn(
        "job {} ({}): attempt {} is slow: it has run for {} s, the p99 of its task is {} s",
        id,
        task,
        run.claimed.attempt(),
        "%.1f".formatted(ran.toNanos() / 1e9),
        "%.3f".formatted(p99.toNanos() / 1e9));
    for (Listener listener : listeners) {
      listen(id, () -> listener.attemptSlow(id, task, run.claimed.attempt(), ran, p99));
    }
  }

  /// @param shown how it ended as its user sees it, which takes time to make
  void jobEnded(long id, String task, Supplier<Outcome<?>> shown) {
    if (!listeners.isEmpty()) {
      Outcome<?> outcome = shown.get();
      for (Listener listener : listeners) {
        listen(id, () -> listener.jobEnded(id, task, outcome));
      }
    }
  }

  /// Tells all who listen something that is about no job.
  void all(Consumer<Listener> what) {
    for (Listener listener : listeners) {
      try {
        ScopedValue.where(IN_LISTENER, true).run(() -> what.accept(listener));
      } catch (Throwable thrown) {
        LOG.error("a listener failed; jobs are not affected", thrown);
      }
    }
  }

  private static void listen(long id, Runnable what) {
    ScopedValue.where(IN_LISTENER, true).run(() -> tell(id, what));
  }

  /// Calls something about a job on this thread.
  static void tell(long id, Runnable what) {
    try {
      what.run();
    } catch (Throwable thrown) {
      try {
        LOG.error("job {}: a listener failed; the job is not affected", id, thrown);
      } catch (Throwable hostile) {
        LOG.error("job {}: a listener failed with {}", id, Words.of(thrown));
      }
    }
  }

  /// Calls a user's code back, on a virtual thread with this context class loader.
  static void callBack(long id, @Nullable ClassLoader loader, Runnable callback) {
    Thread thread =
        ThreadBuilders.virtual().name("treadle-callback-" + id).unstarted(() -> tell(id, callback));
    thread.setContextClassLoader(loader);
    thread.start();
  }
}
