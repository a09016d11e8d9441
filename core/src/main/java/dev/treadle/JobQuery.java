package dev.treadle;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which jobs to list: all that match every part, by ascending id.
///
/// Page with the last id seen: `query.after(page.getLast().id())`.
///
/// @param states the states to list; empty for all
/// @param task the name of the task, or null for all
/// @param queue the queue, or null for all
/// @param key the key, or null for all
/// @param parent only children of this job; 0 for all
/// @param after only jobs with a larger id: the cursor
/// @param createdFrom only jobs submitted at this instant or later; null for all
/// @param createdBefore only jobs submitted before this instant; null for all
/// @param endedFrom only jobs that ended at this instant or later; null for all
/// @param endedBefore only jobs that ended before this instant; null for all
/// @param limit at most so many, 1 to 10,000
public record JobQuery(
    Set<JobState> states,
    @Nullable String task,
    @Nullable String queue,
    @Nullable String key,
    long parent,
    long after,
    @Nullable Instant createdFrom,
    @Nullable Instant createdBefore,
    @Nullable Instant endedFrom,
    @Nullable Instant endedBefore,
    int limit) {

  /// All jobs, a hundred at a time.
  public static final JobQuery ALL =
      new JobQuery(Set.of(), null, null, null, 0, 0, null, null, null, null, 100);

  /// Checks the bounds.
  public JobQuery {
    states = Set.copyOf(states);
    if (limit < 1 || limit > 10_000) {
      throw new IllegalArgumentException("a page holds 1 to 10,000 jobs, not " + limit);
    }
  }

  /// The same for these states only.
  public JobQuery states(JobState first, JobState... more) {
    return new JobQuery(
        EnumSet.of(first, more),
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }

  /// The same for one task only.
  public JobQuery task(String task) {
    return new JobQuery(
        states,
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }

  /// The same for one queue only.
  public JobQuery queue(String queue) {
    return new JobQuery(
        states,
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }

  /// The same for one key only.
  public JobQuery key(String key) {
    return new JobQuery(
        states,
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }

  /// The same for the children of one job only.
  public JobQuery parent(long parent) {
    return new JobQuery(
        states,
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }

  /// The same, from the job after this id on.
  public JobQuery after(long after) {
    return new JobQuery(
        states,
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }

  /// The same for jobs that were submitted at this instant or later only.
  public JobQuery createdFrom(Instant createdFrom) {
    return new JobQuery(
        states,
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }

  /// The same for jobs that were submitted before this instant only.
  public JobQuery createdBefore(Instant createdBefore) {
    return new JobQuery(
        states,
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }

  /// The same for jobs that ended at this instant or later only.
  public JobQuery endedFrom(Instant endedFrom) {
    return new JobQuery(
        states,
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }

  /// The same for jobs that ended before this instant only.
  public JobQuery endedBefore(Instant endedBefore) {
    return new JobQuery(
        states,
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }

  /// The same with pages of another size.
  public JobQuery limit(int limit) {
    return new JobQuery(
        states,
        task,
        queue,
        key,
        parent,
        after,
        createdFrom,
        createdBefore,
        endedFrom,
        endedBefore,
        limit);
  }
}
