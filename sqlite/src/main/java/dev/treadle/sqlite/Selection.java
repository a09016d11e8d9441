package dev.treadle.sqlite;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// Which jobs of a file.
///
/// @param states in one of these states; empty for any
/// @param tasks of one of these tasks; empty for any
public record Selection(Set<State> states, Set<String> tasks) {
  /// All jobs.
  public static final Selection ALL = new Selection(Set.of(), Set.of());

  /// A copy of the sets.
  public Selection {
    states = states.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(states));
    tasks = Set.copyOf(tasks);
  }

  /// Whether these are all.
  public boolean isAll() {
    return states.isEmpty() && tasks.isEmpty();
  }

  /// The state of a job as far as a file knows it.
  public enum State {
    /// Has not ended, and does not run: its time, a slot, or other jobs are awaited.
    WAITING,
    /// An attempt ran when the file was last written to.
    RUNNING,
    /// Parked.
    HELD,
    /// Ended with a result.
    SUCCEEDED,
    /// Ended with a cause.
    FAILED,
    /// Ended because it was asked for.
    CANCELLED;

    /// The name used in records, in lower case.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
      return label();
    }
  }
}
