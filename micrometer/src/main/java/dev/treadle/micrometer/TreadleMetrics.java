package dev.treadle.micrometer;

import dev.treadle.Attempt;
import dev.treadle.JobState;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.Treadle;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The figures of one treadle in a Micrometer registry: how long attempts waited and ran and what
/// they cost, how jobs ended, how many are in each state, how many permits are in use.
///
/// ```java
/// Treadle treadle = Treadle.with(FETCH).listener(TreadleMetrics.to(registry)).open();
/// ```
///
/// It begins when the treadle opens and takes its meters out of the registry when that closes. Tags
/// are names of tasks, queues, strategies, states and ends, never of jobs. Thread-safe.
public final class TreadleMetrics implements Listener, MeterBinder {
  private final Iterable<Tag> tags;
  private final Map<Long, LongTaskTimer.Sample> active = new ConcurrentHashMap<>();
  private volatile @Nullable Meters meters;
  private @Nullable Treadle treadle;
  private boolean bound;
  private boolean closed;

  /// Figures that go nowhere until [#bindTo].
  ///
  /// @param tags what every meter carries; two treadles that go to one registry need some that tell
  ///   them apart
  public TreadleMetrics(Iterable<Tag> tags) {
    this.tags = tags;
  }

  /// The figures of the treadle it is given to, in this registry.
  public static TreadleMetrics to(MeterRegistry registry, Tag... tags) {
    TreadleMetrics metrics = new TreadleMetrics(List.of(tags));
    metrics.bindTo(registry);
    return metrics;
  }

  /// From now on the figures go to this registry. What was before is not told again.
  ///
  /// @throws IllegalStateException if they go to one already
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    if (bound) {
      throw new IllegalStateException(
          "these figures go to a registry already; for several, bind to one"
              + " CompositeMeterRegistry");
    }
    bound = true;
    if (!closed) {
      Meters made = new Meters(registry, tags);
      meters = made;
      if (treadle != null) {
        made.watch(treadle);
      }
    }
  }

  @Override
  public synchronized void opened(Treadle opened) {
    if (treadle != null) {
      throw new IllegalStateException(
          "this TreadleMetrics is of another treadle already; make one for each");
    }
    treadle = opened;
    if (meters != null) {
      meters.watch(opened);
    }
  }

  @Override
  public synchronized void closed() {
    closed = true;
    Meters last = meters;
    meters = null;
    if (last != null) {
      last.remove();
    }
    active.clear();
  }

  @Override
  public void attemptStarted(long jobId, String task, int attempt) {
    Meters now = meters;
    if (now != null) {
      active.put(jobId, now.active(task).start());
    }
  }

  @Override
  public void attemptEnded(
      long jobId, String task, String queue, Strategy strategy, Attempt attempt) {
    LongTaskTimer.Sample sample = active.remove(jobId);
    if (sample != null) {
      sample.stop();
    }
    Meters now = meters;
    if (now != null) {
      now.attempt(task, queue, strategy, attempt);
    }
  }

  @Override
  public void attemptSlow(long jobId, String task, int attempt, Duration ran, Duration p99) {
    Meters now = meters;
    if (now != null) {
      now.slow(task);
    }
  }

  @Override
  public void jobEnded(long jobId, String task, Outcome<?> outcome) {
    Meters now = meters;
    if (now != null) {
      JobState state =
          switch (outcome) {
            case Outcome.Succeeded<?> it -> JobState.SUCCEEDED;
            case Outcome.Failed<?> it -> JobState.FAILED;
            case Outcome.Cancelled<?> it -> JobState.CANCELLED;
          };
      now.ended(task, state);
    }
  }
}
