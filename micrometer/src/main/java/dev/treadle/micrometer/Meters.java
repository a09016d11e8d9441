package dev.treadle.micrometer;

import dev.treadle.Attempt;
import dev.treadle.JobState;
import dev.treadle.Strategy;
import dev.treadle.Treadle;
import dev.treadle.stats.PermitUse;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// The meters of one treadle in a registry: each is made when there is first something to say.
///
/// They are kept here besides, since a look into a registry costs more than an attempt may, and
/// since [#remove] has to know them. Thread-safe.
final class Meters {
  private final MeterRegistry registry;
  private final Tags tags;
  private final Map<List<String>, Meter> made = new ConcurrentHashMap<>();
  private volatile boolean removed;

  Meters(MeterRegistry registry, Iterable<Tag> tags) {
    this.registry = registry;
    this.tags = Tags.of(tags);
  }

  /// Shows the jobs and the permits of a treadle, looked up whenever the registry is read.
  void watch(Treadle treadle) {
    for (JobState state : JobState.values()) {
      gauge(
          "Jobs in each state; of the ended ones all there were",
          treadle,
          it -> it.counts().getOrDefault(state, 0L),
          List.of("treadle.jobs", "state", state.label()));
    }
    treadle
        .permits()
        .forEach((strategy, use) -> {
          if (use.all() != Integer.MAX_VALUE) {
            gauge(
                "How many attempts may run at once",
                treadle,
                it -> permits(it, strategy).all(),
                List.of("treadle.permits", "strategy", strategy.label()));
          }
          gauge(
              "How many permits are taken now",
              treadle,
              it -> permits(it, strategy).inUse(),
              List.of("treadle.permits.used", "strategy", strategy.label()));
        });
  }

  private static PermitUse permits(Treadle treadle, Strategy strategy) {
    return Objects.requireNonNull(treadle.permits().get(strategy));
  }

  private void gauge(
      String description, Treadle treadle, ToDoubleFunction<Treadle> value, List<String> which) {
    meter(
        of ->
            Gauge.builder(which.getFirst(), treadle, value)
                .description(description)
                .tags(of)
                .register(registry),
        which);
  }

  /// An attempt has ended. What its strategy could not measure is left out.
  void attempt(String task, String queue, Strategy strategy, Attempt attempt) {
    timer(
            "Attempts that have ended, by how long they ran",
            List.of(
                "treadle.attempts",
                "task",
                task,
                "queue",
                queue,
                "strategy",
                strategy.label(),
                "end",
                word(attempt)))
        .record(attempt.ran());
    timer(
            "How long jobs had been available before their attempts started",
            List.of("treadle.attempts.wait", "task", task, "queue", queue))
        .record(attempt.waited());
    attempt
        .cpu()
        .ifPresent(nanos ->
            timer(
                    "CPU time of attempts, of those where it is known",
                    List.of("treadle.attempts.cpu", "task", task, "queue", queue))
                .record(nanos, TimeUnit.NANOSECONDS));
    attempt.allocated().ifPresent(bytes -> allocated(task, queue).record(bytes));
  }

  private DistributionSummary allocated(String task, String queue) {
    return meter(
        of ->
            DistributionSummary.builder("treadle.attempts.allocated")
                .description("What attempts allocated, of those where it is known")
                .baseUnit(BaseUnits.BYTES)
                .tags(of)
                .register(registry),
        List.of("treadle.attempts.allocated", "task", task, "queue", queue));
  }

  /// The attempts of a task that run.
  LongTaskTimer active(String task) {
    return meter(
        of ->
            LongTaskTimer.builder("treadle.attempts.active")
                .description("Attempts that run now, and for how long")
                .tags(of)
                .register(registry),
        List.of("treadle.attempts.active", "task", task));
  }

  /// An attempt takes far longer than usual.
  void slow(String task) {
    counter(
            "Attempts that ran far longer than their task usually does",
            List.of("treadle.attempts.slow", "task", task))
        .increment();
  }

  /// A job has ended.
  void ended(String task, JobState state) {
    counter(
            "Jobs that have ended",
            List.of("treadle.jobs.ended", "task", task, "state", state.label()))
        .increment();
  }

  private Timer timer(String description, List<String> which) {
    return meter(
        of -> Timer.builder(which.getFirst()).description(description).tags(of).register(registry),
        which);
  }

  private Counter counter(String description, List<String> which) {
    return meter(
        of ->
            Counter.builder(which.getFirst()).description(description).tags(of).register(registry),
        which);
  }

  /// The meter of a name and tags, made if it is not there.
  ///
  /// @param which its name, then the names and values of its tags
  @SuppressWarnings("unchecked") // A name stands for one kind of meter.
  private <M extends Meter> M meter(Function<Tags, M> register, List<String> which) {
    Meter known = made.get(which);
    if (known != null) {
      return (M) known;
    }
    String[] own = which.subList(1, which.size()).toArray(String[]::new);
    M meter = register.apply(tags.and(own));
    made.put(which, meter);
    if (removed) { // On another thread, while this one made it.
      registry.remove(meter);
    }
    return meter;
  }

  /// Takes all of them out of the registry, for good.
  void remove() {
    removed = true;
    made.values().forEach(registry::remove);
  }

  private static String word(Attempt attempt) {
    return switch (attempt.end()) {
      case Attempt.End.Succeeded it -> "succeeded";
      case Attempt.End.Failed it -> "failed";
      case Attempt.End.TimedOut it -> "timed-out";
      case Attempt.End.Cancelled it -> "cancelled";
      case Attempt.End.Snoozed it -> "snoozed";
      case Attempt.End.Lost it -> "lost";
      case null ->
          throw new IllegalArgumentException("an attempt that has ended has no end: " + attempt);
    };
  }
}
