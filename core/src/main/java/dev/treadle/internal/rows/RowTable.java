package dev.treadle.internal.rows;

import dev.treadle.JobState;
import dev.treadle.spi.Receipt;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Rows by id: those that live, in memory or fetched when somebody asks. Guarded by the lock of the
/// store.
///
/// A row that has been given out, and has not been removed, stays the one row of its job.
public interface RowTable {
  /// Adds a row.
  void put(Row row);

  /// The row of a job, or null if it is not here: it never was, or is ended and let go.
  @Nullable Row get(long id);

  /// The row of a job that was polled from a lane, the next jobs of which are likely asked for
  /// soon.
  @Nullable Row polled(long id);

  /// A row waits and is not needed at present: it may be let go and fetched again.
  void waits(Row row);

  /// The receipt of a row.
  Receipt receipt(Row row);

  /// The row behind a receipt, that of an ended job included.
  ///
  /// @throws dev.treadle.RefusedException if nothing is known of it any more
  Row row(Receipt receipt);

  /// Lets a row go.
  void remove(long id);

  /// Whether the wait of this ticket still goes on, in this state.
  boolean stands(long ticket, JobState state);

  /// Whether the job is here and has not ended.
  boolean unended(long id);

  /// The ended job that holds a key, if it is not among the rows.
  @Nullable Row endedWithKey(String task, String key);

  /// Shows every row in these states after an id, by ascending id, until the visitor says false.
  void forEachAfter(long id, Set<JobState> states, Predicate<Row> visitor);
}
