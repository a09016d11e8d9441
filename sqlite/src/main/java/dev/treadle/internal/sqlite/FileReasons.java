package dev.treadle.internal.sqlite;

import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Reason;
import dev.treadle.internal.answers.Answer;
import dev.treadle.internal.rows.Changes;
import dev.treadle.internal.rows.Row;
import dev.treadle.internal.rows.Rows;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Words;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Why a job stands where it stands, by what its file says alone: the rows are made as an open
/// would make them, by the same rules, and nothing is changed.
///
/// A job that has ended is looked up; for any other all that waits is read, a second for a million
/// jobs.
public final class FileReasons {
  private final Kinds kinds = new Kinds();
  private final Disk disk;
  private final DiskTable table;
  private final Rows rows;
  private final Restore restore;

  private FileReasons(Path file, Connection connection) {
    this.disk = new Disk(file, connection, kinds);
    this.table = new DiskTable(disk, Disk.Id::new);
    Notes notes = new Notes(kinds, table, () -> {}, () -> false); // Nobody writes what is noted.
    this.rows = new Rows(table, notes);
    this.restore = new Restore(kinds, table, notes, rows, disk);
    table.of(rows.ready());
    notes.of(rows);
  }

  /// Looks at a file, whoever owns it; empty if it has no such job.
  ///
  /// @throws dev.treadle.StoreException if it cannot be read, or is not a file of this version
  public static Optional<Answer.Explained> of(Path file, long id) {
    try (Connection connection = FileAccess.look(file);
        Statement sql = connection.createStatement()) {
      sql.execute("BEGIN"); // All of it as it stood at one moment.
      return Optional.ofNullable(new FileReasons(file, connection).explained(id));
    } catch (SQLException e) {
      throw Trouble.reading(file, e);
    }
  }

  private Answer.@Nullable Explained explained(long id) {
    if (!disk.read("SELECT 1 FROM job WHERE id = ?", List.of(id), row -> row.next())) {
      return null;
    }
    restore.names();
    long now = Micros.of(Instant.now());
    Row ended = disk.ended(id);
    if (ended != null) {
      return new Answer.Explained(id, ended.task(), ended.state(), whole(ended, now));
    }
    Changes changes = new Changes();
    restore.all(now, changes);
    Row row = table.get(id);
    if (row == null) {
      return null;
    }
    rows.settle(changes, now);
    return row.ended()
        ? new Answer.Explained(id, row.task(), JobState.BLOCKED, ends(row.outcome()))
        : new Answer.Explained(id, row.task(), row.state(), told(whole(row, now)));
  }

  private Reason whole(Row row, long now) {
    Throwable error = Rows.errorTold(row);
    Reason reason = rows.reason(row, now);
    return error == null ? reason : reason.plus(Words.of(error));
  }

  private static Reason told(Reason reason) {
    return reason.kind() == Reason.Kind.RUNNING
        ? new Reason(
            Reason.Kind.RUNNING,
            "ran when its process ended, since "
                + reason.since()
                + ": when the file is opened again this attempt counts as lost",
            null,
            List.of(),
            0,
            reason.since(),
            null)
        : reason;
  }

  /// What it waits for will never be: whoever opens the file ends it, as has been done here.
  private static Reason ends(@Nullable Outcome<?> outcome) {
    return new Reason(
        Reason.Kind.JOBS,
        "waits for what will never be, and ends cancelled when the file is opened again"
            + (outcome instanceof Outcome.Cancelled<?> it ? ": " + it.cause() : ""));
  }
}
