package dev.treadle.internal.engine;

import dev.treadle.StoreException;
import dev.treadle.Strategy;
import dev.treadle.internal.thrown.Frames;
import dev.treadle.spi.Words;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Attempts whose code goes on although their time is over. Their slots were replaced; a strategy
/// with too many of them starts nothing more. Thread-safe.
final class Abandoned {
  private static final Logger LOG = LoggerFactory.getLogger(Abandoned.class);

  private final Engine engine;
  private final int max;
  private final Set<AttemptRun> runs = ConcurrentHashMap.newKeySet();
  private final AtomicIntegerArray counts = new AtomicIntegerArray(Strategy.values().length);

  /// @param max with so many a strategy has stopped
  Abandoned(Engine engine, int max) {
    this.engine = engine;
    this.max = max;
  }

  /// Those whose code has not returned.
  Collection<AttemptRun> runs() {
    return Collections.unmodifiableSet(runs);
  }

  /// One of a job, if it has any.
  Optional<AttemptRun> of(long job) {
    return runs.stream().filter(run -> run.jobId() == job).findFirst();
  }

  /// With how many a strategy has stopped.
  int max() {
    return max;
  }

  /// Whether a strategy starts nothing more because of them.
  boolean stopped(Strategy strategy) {
    return counts.get(strategy.ordinal()) >= max;
  }

  /// An attempt ignores that it was asked to end.
  ///
  /// @param thread that runs its code
  /// @param stack where that is
  void add(AttemptRun run, String thread, StackTraceElement[] stack) {
    runs.add(run);
    counts.incrementAndGet(run.runner.strategy().ordinal());
    LOG.warn(
        "job {} ({}): attempt {} ignores that its time is over and is abandoned; its thread {} is"
            + " at{}",
        run.claimed.id(),
        run.claimed.task(),
        run.claimed.attempt(),
        thread,
        Frames.lines(Frames.ofCodeIfAny(stack)));
  }

  /// Has the job of one wait until its code returns.
  void jobWaits(AttemptRun run) {
    try {
      boolean unused = engine.store.abandon(run.claimed.id(), run.claimed.fence());
    } catch (StoreException e) {
      engine.broke(e);
    }
  }

  /// The code of one has returned: its strategy may go on.
  void codeReturned(AttemptRun run) {
    runs.remove(run);
    counts.decrementAndGet(run.runner.strategy().ordinal());
    run.runner.available();
  }

  /// Lets go of one whose code returned while it was added.
  void forget(AttemptRun run) {
    runs.remove(run);
  }

  /// What one held, limits and permits, is free for others.
  void letsGo(AttemptRun run) {
    if (engine.durable && engine.closed) {
      return; // What it held is free when the store is opened again.
    }
    try {
      engine.store.returned(run.claimed.id(), run.claimed.fence());
    } catch (StoreException e) {
      engine.broke(e);
    }
  }

  /// The code of one has returned after its job had gone on without it.
  void returnedLate(AttemptRun run, @Nullable Throwable thrown) {
    letsGo(run);
    LOG.warn(
        "job {} ({}): the abandoned code of attempt {} has {}; that is too late and was refused",
        run.claimed.id(),
        run.claimed.task(),
        run.claimed.attempt(),
        thrown == null ? "returned a value" : "thrown " + Words.of(thrown));
  }
}
