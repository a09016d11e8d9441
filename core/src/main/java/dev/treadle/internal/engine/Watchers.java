package dev.treadle.internal.engine;

import dev.treadle.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Who wants to hear of the end of which job. A watcher that was added hears of it once, or is
/// removed by whoever added it; never both.
///
/// Invariant: a list in the map is never empty, and nobody touches it outside `compute`.
final class Watchers {
  private final ConcurrentHashMap<Long, List<Consumer<Outcome<?>>>> byJob =
      new ConcurrentHashMap<>();

  void add(long id, Consumer<Outcome<?>> watcher) {
    byJob.compute(
        id,
        (job, known) -> {
          if (known == null) {
            return List.of(watcher);
          }
          List<Consumer<Outcome<?>>> more = new ArrayList<>(known);
          more.add(watcher);
          return more;
        });
  }

  /// Whether the watcher was still there: if not, it has been told, or is being told.
  boolean remove(long id, Consumer<Outcome<?>> watcher) {
    boolean[] found = new boolean[1];
    byJob.computeIfPresent(
        id,
        (job, known) -> {
          List<Consumer<Outcome<?>>> rest = new ArrayList<>(known);
          found[0] = rest.remove(watcher);
          return rest.isEmpty() ? null : rest;
        });
    return found[0];
  }

  /// The watchers of a job that has ended, to be told; they are not here any more.
  List<Consumer<Outcome<?>>> take(long id) {
    // No short cut by isEmpty(): while others add and remove, it may say so of a map that is not.
    List<Consumer<Outcome<?>>> known = byJob.remove(id);
    return known == null ? List.of() : known;
  }
}
