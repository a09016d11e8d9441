package dev.treadle.internal.engine;

import dev.treadle.JobInfo;
import dev.treadle.Progress;
import dev.treadle.Reason;
import dev.treadle.Stack;
import dev.treadle.Strategy;
import dev.treadle.internal.thrown.Frames;
import dev.treadle.spi.Words;
import dev.treadle.stats.Spread;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Adds to what a store says of a job what only the engine knows: that a strategy has stopped, and
/// of a job that runs how long that usually takes and how far it is.
final class Explaining {
  /// So many attempts tell what is usual.
  private static final long ENOUGH = 5;

  private final Engine engine;

  Explaining(Engine engine) {
    this.engine = engine;
  }

  Reason of(long id) {
    return of(id, true);
  }

  /// @param follows whether to say, too, why a job of another engine has not ended for which this
  ///   one waits; not of that one in turn, which may wait for one of this engine
  private Reason of(long id, boolean follows) {
    Reason reason =
        engine
            .store
            .explain(id)
            .orElseGet(() -> new Reason(Reason.Kind.ENDED, "ended and is no longer kept"));
    return switch (reason.kind()) {
      case WORKER -> stopped(id, reason);
      case RUNNING -> reason.plus(running(id, follows));
      case LIMIT, QUEUE -> reason.plus(usually(reason.jobs()));
      case TIME, JOBS, PAUSED, STRATEGY_STOPPED, HELD, ENDED -> reason;
    };
  }

  private Reason stopped(long id, Reason reason) {
    Strategy strategy = engine.store.find(id).map(JobInfo::strategy).orElse(null);
    return strategy == null || !engine.abandoned.stopped(strategy)
        ? reason
        : new Reason(
            Reason.Kind.STRATEGY_STOPPED,
            "waits because "
                + strategy
                + " has stopped: "
                + engine.abandoned.max()
                + " abandoned attempts ignore their timeouts and still run");
  }

  /// How long such jobs as hold what a job waits for usually run.
  private String usually(List<Long> holders) {
    StringBuilder text = new StringBuilder();
    holders.stream()
        .flatMap(id -> engine.store.find(id).stream())
        .map(JobInfo::task)
        .distinct()
        .forEach(task -> {
          Spread usual = engine.monitor.run(task, engine.time.micros());
          if (usual.count() >= ENOUGH) {
            text.append(text.isEmpty() ? "; usually " : ", ")
                .append(task)
                .append(" runs ")
                .append(text(usual.p50()));
          }
        });
    return text.toString();
  }

  /// What follows in the sentence on a job that runs.
  private String running(long id, boolean follows) {
    AttemptRun run = engine.running(id);
    JobInfo job = engine.store.find(id).orElse(null);
    if (run == null || job == null) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    Duration ran = Duration.ofNanos(run.ranNanos());
    Spread usual = engine.monitor.run(job.task(), engine.time.micros());
    text.append(", for ").append(text(ran));
    if (usual.count() >= ENOUGH) {
      text.append(", usual ").append(text(usual.p50()));
    }
    if (run.slow()) {
      text.append("; slow: ")
          .append(
              String.format(
                  Locale.ROOT, "%.1f", (double) ran.toNanos() / Math.max(1, usual.p99().toNanos())))
          .append(" times its p99 of ")
          .append(text(usual.p99()));
    }
    JobHandle<?> awaited = run.slot.elsewhere();
    if (awaited == null || engine.delegates) {
      at(run.stack(), text);
    }
    progress(job.progress(), text);
    lastLine(job.log(), text);
    if (awaited != null && !engine.delegates) {
      text.append("; waits for ").append(awaited).append(" of another treadle");
      if (follows) {
        text.append(", which ").append(awaited.engine.explaining.of(awaited.id(), false).text());
      }
    }
    return text.toString();
  }

  private static void at(@Nullable Stack stack, StringBuilder text) {
    if (stack != null) {
      // A command has no frames.
      text.append(
          stack.frames().isEmpty()
              ? "; in " + stack.where()
              : "; at " + Frames.telling(stack.frames()));
    }
  }

  private static void progress(@Nullable Progress progress, StringBuilder text) {
    if (progress == null || progress.done() <= 0) {
      return;
    }
    text.append("; ").append(progress.done());
    if (progress.total() > 0) {
      text.append(" of ").append(progress.total());
    }
    text.append(" done");
  }

  private static void lastLine(List<String> log, StringBuilder text) {
    if (!log.isEmpty()) {
      text.append("; last said: ").append(Words.shortened(log.getLast()));
    }
  }

  /// A duration as users read it: `3 min 12 s`, `4.2 s`, `12 ms`, `85 us`.
  static String text(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos < 1_000_000) {
      return nanos / 1_000 + " us";
    }
    if (nanos < 1_000_000_000L) {
      return nanos / 1_000_000 + " ms";
    }
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }
    return seconds < 3_600
        ? seconds / 60 + " min " + seconds % 60 + " s"
        : seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
  }
}
