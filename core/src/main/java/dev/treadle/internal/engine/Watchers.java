package dev.treadle.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// Who wants to hear of the end of which job. A watcher that was added hears of it once, or is
/// removed by whoever added it; never both.
///
/// Invariant: a list in the map is never empty, and nobody touches it outside `compute`.
final class Watchers {
  private final ConcurrentHashMap<Long, List<Watcher>> byJob = new ConcurrentHashMap<>();

  void add(long id, Watcher watcher) {
    byJob.compute(
        id,
        (job, known) -> {
          if (known == null) {
            return List.of(watcher);
          }
          List<Watcher> more = new ArrayList<>(known);
          more.add(watcher);
          return more;
        });
  }

  /// Whether the watcher was still there: if not, it has been told, or is being told.
  boolean remove(long id, Watcher watcher) {
    boolean[] found = new boolean[1];
    byJob.computeIfPresent(
        id,
        (job, known) -> {
          List<Watcher> rest = new ArrayList<>(known);
          found[0] = rest.remove(watcher);
          return rest.isEmpty() ? null : rest;
        });
    return found[0];
  }

  /// The watchers of a job that has ended, to be told; they are not here any more.
  List<Watcher> take(long id) {
    // No short cut by isEmpty(): while others add and remove, it may say so of a map that is not.
    List<Watcher> known = byJob.remove(id);
    return known == null ? List.of() : known;
  }

  /// The jobs somebody watches.
  List<Long> jobs() {
    return List.copyOf(byJob.keySet());
  }
}
