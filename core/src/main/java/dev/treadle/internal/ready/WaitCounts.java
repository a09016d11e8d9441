package dev.treadle.internal.ready;

import dev.treadle.JobState;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How many jobs of each task wait in one lane, by the state they wait in. Counted as they move.
///
/// Most lanes know one task, and many of them, those of a key, one state: that costs them one small
/// object and no look into a table.
final class WaitCounts {
  private static final int STATES = JobState.values().length;

  /// The first task.
  private @Nullable String task;

  /// The only state in which its jobs wait, and how many do, while [#jobs] is null.
  private @Nullable JobState only;

  private int count;

  /// The jobs of the first task by state, once they wait in two states, or those of two tasks wait.
  private int @Nullable [] jobs;

  private @Nullable Map<String, int[]> more;

  void add(String of, JobState state, int change) {
    if (jobs == null && (count == 0 || state == only && of.equals(task))) {
      task = of;
      only = state;
      count += change;
    } else {
      countsOf(of)[state.ordinal()] += change;
    }
  }

  private int[] countsOf(String of) {
    int[] first = jobs;
    if (first == null) {
      first = new int[STATES];
      if (only != null) {
        first[only.ordinal()] = count;
      }
      jobs = first;
    }
    return of.equals(task) ? first : more().computeIfAbsent(of, it -> new int[STATES]);
  }

  private Map<String, int[]> more() {
    Map<String, int[]> all = more;
    if (all == null) {
      all = new HashMap<>();
      more = all;
    }
    return all;
  }

  void forEach(Lane.WaitVisitor visitor) {
    if (task != null && jobs != null) {
      visit(task, jobs, visitor);
    } else if (task != null && only != null && count != 0) {
      visitor.visit(task, only, count);
    }
    if (more != null) {
      more.forEach((of, counts) -> visit(of, counts, visitor));
    }
  }

  private static void visit(String task, int[] counts, Lane.WaitVisitor visitor) {
    for (JobState state : JobState.values()) {
      if (counts[state.ordinal()] != 0) {
        visitor.visit(task, state, counts[state.ordinal()]);
      }
    }
  }
}
