package dev.treadle.internal.engine;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The watchers of jobs, by job. A watcher that was added is taken once, to be notified, or is
/// removed by the caller that added it; never both.
///
/// Invariant: a value in the map is one watcher, or a set that is not empty and touched inside
/// `compute` only. Most jobs have one watcher: it costs no set.
final class Watchers {
  private final ConcurrentHashMap<Long, Object> byJob = new ConcurrentHashMap<>();

  void add(long id, Watcher watcher) {
    byJob.merge(
        id,
        watcher,
        (known, added) -> {
          Set<Watcher> more = set(known);
          more.add(watcher);
          return more;
        });
  }

  @SuppressWarnings("unchecked") // The map holds watchers and sets of them.
  private static Set<Watcher> set(Object known) {
    if (known instanceof Watcher one) {
      Set<Watcher> set = new LinkedHashSet<>();
      set.add(one);
      return set;
    }
    return (Set<Watcher>) known;
  }

  /// Removes a watcher, and returns whether it was still there: if not, it has been notified, or is
  /// being notified.
  boolean remove(long id, Watcher watcher) {
    boolean[] found = new boolean[1];
    byJob.computeIfPresent(
        id,
        (job, known) -> {
          if (known instanceof Watcher) {
            found[0] = known == watcher;
            return found[0] ? null : known;
          }
          Set<Watcher> rest = set(known);
          found[0] = rest.remove(watcher);
          return rest.isEmpty() ? null : rest;
        });
    return found[0];
  }

  /// Removes and returns the watchers of a job that has ended, in the order in which they came.
  List<Watcher> take(long id) {
    // No short cut by isEmpty(): while others add and remove, it may say so of a map that is not.
    @Nullable Object known = byJob.remove(id);
    return switch (known) {
      case null -> List.of();
      case Watcher one -> List.of(one);
      default -> List.copyOf(set(known));
    };
  }

  /// Returns the jobs that have watchers.
  List<Long> jobs() {
    return List.copyOf(byJob.keySet());
  }
}
