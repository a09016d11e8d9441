package dev.treadle.internal.rows;

import dev.treadle.Outcome;
import dev.treadle.spi.Finish;
import dev.treadle.spi.NewJob;
import org.jspecify.annotations.Nullable;

/// Hears of every change of a row that has to outlive this JVM, in the order in which they come.
/// Called under the lock of the store: it notes down, and writes later.
public interface Journal {
  /// A job was taken. If this says true the row waits until [Rows#activate].
  boolean inserted(Row row, NewJob job);

  /// An attempt of the job began.
  void started(Row row);

  /// An attempt ended, and not its job.
  void tried(Row row, Finish attempt);

  /// A job waits anew, is held, or was asked to cancel: what it carries along has changed.
  void changed(Row row);

  /// A job ended, with its last attempt if it did not end while it waited.
  void ended(Row row, Outcome<?> outcome, @Nullable Finish last);

  /// A group was opened, or closed; or cannot be completed any more.
  void changed(RowGroup group);

  /// A job became a member of a group that was there before.
  void joined(RowGroup group, Row member, int index);
}
