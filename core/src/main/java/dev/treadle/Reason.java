package dev.treadle;

/// Why a job stands where it stands: one kind and one sentence.
///
/// @param kind what it waits for, or that it runs or has ended
/// @param text the reason in a sentence, with names and numbers
public record Reason(Kind kind, String text) {
  /// What a job waits for.
  public enum Kind {
    /// For its time.
    TIME,
    /// For other jobs: its inputs, or the job it replaces.
    JOBS,
    /// For a limit or a rate that is used up.
    LIMIT,
    /// Because its queue is paused.
    PAUSED,
    /// For a permit of its queue.
    QUEUE,
    /// For a free slot of its strategy, behind jobs of better rank.
    WORKER,
    /// Because its strategy has stopped: too many abandoned attempts.
    STRATEGY_STOPPED,
    /// Because it is held.
    HELD,
    /// It runs.
    RUNNING,
    /// It has ended.
    ENDED
  }

  @Override
  public String toString() {
    return text;
  }
}
