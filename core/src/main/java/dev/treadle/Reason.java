package dev.treadle;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why a job stands where it stands: one kind and one sentence, and the parts of the sentence.
///
/// @param kind what it waits for, or that it runs or has ended
/// @param text the reason in a sentence, with names and numbers
/// @param name the limit, with its key, or the queue it waits for; null if it waits for none
/// @param jobs the jobs it waits for: those that hold the limit or run in the queue, its inputs,
///   the job it replaces, or those it waits for while it runs; the longest first, at most
///   [#JOBS_NAMED]
/// @param jobsInAll how many these are in all
/// @param since when it started if it runs, when it ended if it has; null otherwise
/// @param until when it is due, or when the rate it waits for opens; null if nobody knows
public record Reason(
    Kind kind,
    String text,
    @Nullable String name,
    List<Long> jobs,
    int jobsInAll,
    @Nullable Instant since,
    @Nullable Instant until) {
  /// So many jobs at most are named.
  public static final int JOBS_NAMED = 5;

  /// Copies the list.
  public Reason {
    jobs = List.copyOf(jobs);
  }

  /// A reason that takes no more than its sentence.
  public Reason(Kind kind, String text) {
    this(kind, text, null, List.of(), 0, null, null);
  }

  /// The same, with more at the end of its sentence.
  public Reason plus(String more) {
    return new Reason(kind, text + more, name, jobs, jobsInAll, since, until);
  }

  /// What a job waits for.
  public enum Kind {
    /// For its time.
    TIME,
    /// For other jobs: its inputs, or the job it replaces. For a moment after its submit also for
    /// the store, until it is kept for good.
    JOBS,
    /// For a limit or a rate that is used up.
    LIMIT,
    /// Because its queue is paused.
    PAUSED,
    /// For a permit of its queue.
    QUEUE,
    /// For a free slot of its strategy, behind jobs of better rank: a claim can take it now.
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
