package dev.treadle.sqlite;

import dev.treadle.sqlite.Selection.State;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which jobs of a file to list: those that match every part, the newest first.
///
/// @param states in one of these states; empty for any
/// @param task of this task; null for any
/// @param queue in this queue; null for any
/// @param key with this key; null for any
/// @param before only jobs with a smaller id, to read on where a list ended; 0 for all
/// @param limit at most so many, 1 to 10,000
public record JobFilter(
    Set<State> states,
    @Nullable String task,
    @Nullable String queue,
    @Nullable String key,
    long before,
    int limit) {
  /// Checks the bounds.
  public JobFilter {
    states = Set.copyOf(states);
    if (limit < 1 || limit > StoredJob.READ_MAX) {
      throw new IllegalArgumentException("a list has 1 to 10,000 jobs, not " + limit);
    }
  }
}
