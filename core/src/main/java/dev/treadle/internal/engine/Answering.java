package dev.treadle.internal.engine;

import dev.treadle.JobInfo;
import dev.treadle.internal.answers.Answer;
import dev.treadle.stats.Figures;
import dev.treadle.stats.Snapshot;
import dev.treadle.stats.Stats;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Answers what other processes ask of a store's owner, and only the engine knows: see [Answer].
///
/// An answer has a bound, however many tasks there are and however deep a stack is.
final class Answering {
  /// So many tasks, and so many queues, are told of: those with the most attempts.
  private static final int PLACES_MAX = 1_000;

  private static final int ADVICE_MAX = 200;
  private static final int STACK_CHARS_MAX = 200_000;

  private final Engine engine;

  Answering(Engine engine) {
    this.engine = engine;
  }

  /// The answer, or nothing if the question is unknown.
  ///
  /// @throws IllegalArgumentException if it names no job
  Optional<String> of(String question) {
    String[] words = question.strip().split(" ", -1);
    if (words.length == 1) {
      return switch (words[0]) {
        case "stats" -> Optional.of(json(measured()));
        case "top" -> Optional.of(json(snapshot()));
        default -> Optional.empty();
      };
    }
    if (words.length == 2) {
      return switch (words[0]) {
        case "why" -> Optional.of(json(explained(Long.parseLong(words[1]))));
        case "stack" -> Optional.of(json(stack(Long.parseLong(words[1]))));
        default -> Optional.empty();
      };
    }
    return Optional.empty();
  }

  private static String json(@Nullable Object answer) {
    return Answer.JSON.writeValueAsString(answer);
  }

  private Answer.Measured measured() {
    Stats all = engine.stats();
    Stats told =
        new Stats(
            all.node(),
            all.since(),
            all.at(),
            all.total(),
            most(all.tasks()),
            most(all.queues()),
            all.advice().stream().limit(ADVICE_MAX).toList());
    return new Answer.Measured(told, engine.permits());
  }

  private static Map<String, Figures> most(Map<String, Figures> all) {
    if (all.size() <= PLACES_MAX) {
      return all;
    }
    Map<String, Figures> most = new TreeMap<>();
    all.entrySet().stream()
        .sorted(Comparator.comparingLong(it -> -it.getValue().ends().total()))
        .limit(PLACES_MAX)
        .forEach(it -> most.put(it.getKey(), it.getValue()));
    return most;
  }

  private Snapshot snapshot() {
    Stats stats = engine.stats();
    Collection<AttemptRun> running = engine.running();
    return new Snapshot(
        stats.node(),
        stats.at(),
        engine.store.counts(),
        engine.permits(),
        stats.total().throughput(),
        running.stream()
            .map(Answering::running)
            .sorted(Comparator.comparing(Snapshot.Running::ran).reversed())
            .limit(Snapshot.RUNNING_MAX)
            .toList(),
        running.size(),
        stats.advice().stream().limit(ADVICE_MAX).toList());
  }

  private static Snapshot.Running running(AttemptRun run) {
    return new Snapshot.Running(
        run.claimed.id(),
        run.claimed.task(),
        run.claimed.attempt(),
        Duration.ofNanos(Math.max(0, run.ranNanos())),
        run.slow(),
        run.slot.lent());
  }

  private Answer.@Nullable Explained explained(long id) {
    JobInfo job = engine.store.find(id).orElse(null);
    return job == null ? null : new Answer.Explained(id, job.task(), job.state(), engine.why(id));
  }

  private @Nullable String stack(long id) {
    String text = engine.stack(id).map(Object::toString).orElse(null);
    return text == null || text.length() <= STACK_CHARS_MAX
        ? text
        : text.substring(0, STACK_CHARS_MAX) + "\n  ... and more";
  }
}
