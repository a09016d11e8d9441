package dev.treadle.spi;

import dev.treadle.Outcome;
import dev.treadle.StoreException;
import dev.treadle.Strategy;
import java.util.Optional;

/// What a store tells the engine, after it has happened and never while it holds a lock.
///
/// Called on the thread of the call that caused it, or on one of the store's own.
public interface StoreEvents {
  /// A job of this strategy may be claimable now. May come more often than that is so.
  void available(Strategy strategy);

  /// A job has ended, durably if the store is durable. Comes once a job.
  void ended(long id, String task, Outcome<?> outcome);

  /// The ends of jobs that came about together have all been told: [Store#idle] says yes only after
  /// that, so that who waits for it finds all told.
  default void told() {}

  /// A running job was asked to cancel.
  void cancelRequested(long id, int fence);

  /// The instant at which [Store#tick] has something to do may have become earlier.
  void sooner();

  /// A queue that was full has room again.
  void room();

  /// The store has failed, and every call fails from now on. Comes once at most.
  default void failed(StoreException why) {}

  /// Asks what another process wants to know of the owner of the store, and the store does not.
  ///
  /// @param question a line, which may be anything
  /// @return the answer, a line of JSON; empty if the question is unknown
  /// @throws IllegalArgumentException if the question is not as it must be
  default Optional<String> answer(String question) {
    return Optional.empty();
  }
}
