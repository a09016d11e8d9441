package dev.treadle.sqlite;

import dev.treadle.StoreException;
import dev.treadle.internal.answers.Answer;
import dev.treadle.internal.monitor.Monitor;
import dev.treadle.internal.sqlite.FileAccess;
import dev.treadle.internal.sqlite.FileReasons;
import dev.treadle.spi.Micros;
import dev.treadle.stats.Snapshot;
import dev.treadle.stats.Stats;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What can be asked of a file while jobs run: of its owner if there is one that answers, otherwise
/// of the file.
final class Asking {
  private static final String NOBODY = "another process";

  private final Path file;

  Asking(Path file) {
    this.file = file;
  }

  Optional<JobReason> why(long id) {
    Optional<Answer.Explained> live =
        OwnerLine.ask(
            file,
            "why " + id,
            answer -> Optional.ofNullable(Answer.JSON.readValue(answer, Answer.Explained.class)));
    FileStats.Owner owner = owner(live != null);
    return (live != null ? live : FileReasons.of(file, id))
        .map(it -> new JobReason(it.id(), it.task(), it.state(), it.reason(), owner));
  }

  Optional<String> stack(long id) {
    Optional<String> live =
        OwnerLine.ask(
            file,
            "stack " + id,
            answer -> Optional.ofNullable(Answer.JSON.readValue(answer, String.class)));
    if (live == null) {
      String owner = FileAccess.owner(file);
      throw new StoreException(
          owner == null
              ? "nobody runs " + file + " now: only code that runs has a stack"
              : file + " is in use by " + owner + ", which does not answer: only it knows",
          null);
    }
    return live;
  }

  Measured measured() {
    Answer.Measured live =
        OwnerLine.ask(
            file, "stats", answer -> Answer.JSON.readValue(answer, Answer.Measured.class));
    FileStats.Owner owner = owner(live != null);
    return live != null
        ? new Measured(file.toString(), owner, live.stats(), live.permits())
        : new Measured(file.toString(), owner, kept(), null);
  }

  Optional<Snapshot> snapshot() {
    return Optional.ofNullable(
        OwnerLine.ask(file, "top", answer -> Answer.JSON.readValue(answer, Snapshot.class)));
  }

  private FileStats.@Nullable Owner owner(boolean answers) {
    String words = FileAccess.owner(file);
    return words == null && !answers
        ? null
        : new FileStats.Owner(words == null ? NOBODY : words, answers);
  }

  private @Nullable Stats kept() {
    try (Connection connection = FileAccess.look(file);
        Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery("SELECT data FROM kept WHERE name = '" + Monitor.KEPT + "'")) {
      return row.next()
          ? Monitor.kept(row.getBytes(1), file.toString(), Micros.of(Instant.now()))
          : null;
    } catch (SQLException e) {
      throw FileAccess.reading(file, e);
    } catch (IOException e) {
      throw new StoreException(
          file
              + ": the figures kept in it cannot be read: "
              + e.getMessage()
              + ". They begin anew when it is opened",
          e);
    }
  }
}
