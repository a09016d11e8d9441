package dev.treadle.internal.process;

import dev.treadle.Code;
import dev.treadle.Isolation;
import java.util.concurrent.ConcurrentHashMap;

/// How much memory tasks turned out to need. Thread-safe.
final class Memories {
  private final ConcurrentHashMap<Code, Long> needed = new ConcurrentHashMap<>();

  /// The heap of a worker for such a task, in bytes.
  long heap(Isolation.InWorker isolation) {
    Long learned = needed.get(isolation.code());
    return learned == null || learned < isolation.memory()
        ? isolation.memory()
        : Math.min(learned, Math.max(isolation.growTo(), isolation.memory()));
  }

  /// The loss of a worker, as its attempt is told it: if it lacked memory and may have more, that
  /// is remembered for all that come, and the attempt is not charged for it.
  ///
  /// @param had the heap of the worker, in bytes
  WorkerDied grown(WorkerDied died, Isolation.InWorker isolation, long had) {
    if (!died.outOfMemory() || had >= isolation.growTo()) {
      return died;
    }
    long more = Math.min(2 * had, isolation.growTo());
    needed.merge(isolation.code(), more, Math::max);
    return WorkerDied.blameless(
        died.getMessage() + "; it is tried again with %,d MiB".formatted(more >> 20));
  }
}
