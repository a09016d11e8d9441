package dev.treadle.internal.monitor;

import dev.treadle.Isolation;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.stats.Advice;
import dev.treadle.stats.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What the figures of a task suggest. Says nothing on little evidence: a wrong advice costs more
/// trust than ten right ones earn.
final class Advisor {
  /// So many attempts tell how a task behaves.
  private static final long ENOUGH = 50;

  /// To a task that runs so shortly the strategy matters little.
  private static final Duration SHORT = Duration.ofMillis(1);

  private static final double BUSY = 0.8;
  private static final double LAZY = 0.2;

  /// What is sampled is right within a few percent from here on: that is a hundred samples.
  private static final double ENOUGH_SAMPLED_SECONDS = 1;

  /// One loss for want of memory is proof, two are a habit.
  private static final long LOSSES = 2;

  private Advisor() {}

  static List<Advice> of(
      Task.Settings<?> task, Figures figures, Optional<Starvation> starvation, long heap) {
    List<Advice> all = new ArrayList<>();
    strategy(task, figures, starvation, all);
    memory(task, figures, heap, all);
    timeout(task, figures, all);
    return all;
  }

  private static void strategy(
      Task.Settings<?> task, Figures figures, Optional<Starvation> starvation, List<Advice> all) {
    String name = task.name();
    long attempts = figures.ends().total();
    boolean known = figures.cpuShare().isPresent();
    double share = figures.cpuShare().orElse(0);
    switch (task.strategy()) {
      case IO, ASYNC -> {
        if (starvation.isPresent()) {
          all.add(starving(task, starvation.get(), attempts));
        } else if (figures.cpuSeconds().orElse(0) >= ENOUGH_SAMPLED_SECONDS
            && attempts >= ENOUGH
            && share >= BUSY
            && longEnough(figures)) {
          all.add(share(name, Advice.Kind.USE_CPU, share, Strategy.CPU, attempts));
        }
      }
      case CPU -> {
        if (known && attempts >= ENOUGH && share <= LAZY && longEnough(figures)) {
          all.add(share(name, Advice.Kind.USE_IO, share, Strategy.IO, attempts));
        }
      }
      // Who chose processes may have wanted their walls, however little is computed in them.
      case PROCESS -> {}
    }
  }

  private static Advice starving(Task.Settings<?> task, Starvation seen, long attempts) {
    // The innermost frame of a user tells more than that of the JDK it calls.
    String where =
        seen.where().stream()
            .filter(frame -> !frame.getClassName().startsWith("java."))
            .findFirst()
            .map(frame -> " at " + frame)
            .orElse("");
    return new Advice(
        task.name(),
        Advice.Kind.USE_CPU,
        "%s: computes on %s and kept others waiting %s, for %d ms in job %d%s; use cpu"
            .formatted(
                task.name(),
                task.strategy(),
                seen.times() == 1 ? "once" : seen.times() + " times",
                seen.longest().toMillis(),
                seen.job(),
                where),
        attempts);
  }

  private static Advice share(
      String name, Advice.Kind kind, double share, Strategy better, long attempts) {
    return new Advice(
        name,
        kind,
        "%s: %d %% of its time on CPU, use %s"
            .formatted(name, Math.round(100 * Math.min(1, share)), better),
        attempts);
  }

  private static boolean longEnough(Figures figures) {
    return figures.ran().p50().compareTo(SHORT) >= 0;
  }

  private static void memory(Task.Settings<?> task, Figures figures, long heap, List<Advice> all) {
    if (figures.outOfMemory() < LOSSES || !(task.isolation() instanceof Isolation.InWorker it)) {
      return;
    }
    String name = task.name();
    String times =
        "%s: lost %d times in a day for want of memory".formatted(name, figures.outOfMemory());
    all.add(
        new Advice(
            name,
            Advice.Kind.MORE_MEMORY,
            heap > it.memory()
                ? times + ", needs %s; start it with memory(\"%1$s\")".formatted(megabytes(heap))
                : times + " with %s; give it more".formatted(megabytes(it.memory())),
            figures.ends().total()));
  }

  private static String megabytes(long bytes) {
    return (bytes >> 20) + "m";
  }

  private static void timeout(Task.Settings<?> task, Figures figures, List<Advice> all) {
    Duration timeout = task.timeout();
    long timedOut = figures.ends().timedOut();
    if (timeout == null || timedOut == 0 || figures.ran().count() < ENOUGH) {
      return;
    }
    // Attempts that are stopped in time run as long as the timeout, not as long as they would.
    Duration p99 = figures.ran().p99();
    if (p99.compareTo(timeout) >= 0) {
      String name = task.name();
      long total = figures.ends().total();
      all.add(
          new Advice(
              name,
              Advice.Kind.LONGER_TIMEOUT,
              "%s: timeout %s is %s its p99 of %s, and ended %d of %d attempts"
                  .formatted(
                      name,
                      seconds(timeout),
                      p99.toMillis() * 100 > timeout.toMillis() * 105 ? "below" : "no more than",
                      seconds(p99),
                      timedOut,
                      total),
              total));
    }
  }

  private static String seconds(Duration duration) {
    double seconds = duration.toMillis() / 1e3;
    if (seconds == Math.rint(seconds)) {
      return Math.round(seconds) + "s";
    }
    return seconds < 0.1
        ? duration.toMillis() + "ms"
        : String.format(Locale.ROOT, "%.1fs", seconds);
  }
}
