package dev.treadle.sqlite;

import dev.treadle.Progress;
import dev.treadle.StoreException;
import dev.treadle.internal.sqlite.FileAccess;
import dev.treadle.internal.sqlite.FileScan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Makes a file from lines, in one transaction: it has all of them or none.
final class Importer {
  private static final int TELL_EVERY = 256;

  private final Path file;
  private final Consumer<Progress> progress;
  private long number;

  Importer(Path file, Consumer<Progress> progress) {
    this.file = file;
    this.progress = progress;
  }

  long read(InputStream lines) {
    boolean isNew = isNew();
    boolean done = false;
    boolean owns = false;
    try {
      long jobs;
      try (FileAccess.Owned owned = FileAccess.own(file)) {
        owns = true;
        jobs = load(owned.connection(), new LineSource(lines));
      }
      done = true;
      return jobs;
    } finally {
      if (isNew && owns && !done) {
        remove();
      }
    }
  }

  private boolean isNew() {
    if (!Files.exists(file)) {
      return true;
    }
    if (Files.isRegularFile(file) && size() == 0) {
      return false; // Somebody made it for us.
    }
    JobsFile unused = JobsFile.at(file);
    try (Connection look = FileAccess.look(file);
        Statement sql = look.createStatement()) {
      checkEmpty(sql);
    } catch (SQLException e) {
      throw FileAccess.reading(file, e);
    }
    return false;
  }

  private long size() {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new StoreException(file + " cannot be read: " + e, e);
    }
  }

  private void checkEmpty(Statement sql) throws SQLException {
    try (ResultSet row = sql.executeQuery("SELECT last_job FROM counter WHERE last_job > 0")) {
      if (row.next()) {
        throw new StoreException(
            file
                + " has had jobs already, and nothing was changed in it: import into a new file"
                + " (its last job is "
                + row.getLong(1)
                + ")",
            null);
      }
    }
  }

  private void remove() {
    for (String suffix : new String[] {"-wal", "-shm", "", "-owner"}) {
      try {
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
      } catch (IOException e) {
        // What is left is an empty file of jobs.
      }
    }
  }

  private long load(Connection connection, LineSource lines) {
    try (Statement sql = connection.createStatement()) {
      sql.execute("BEGIN IMMEDIATE");
      try (Inserts inserts = new Inserts(connection)) {
        checkEmpty(sql);
        long jobs = rows(inserts, lines);
        inserts.end();
        checkRows(connection, inserts);
        checkWhole(sql);
        sql.execute("COMMIT");
        progress.accept(new Progress(jobs, jobs, 0));
        return jobs;
      } catch (Throwable e) {
        FileAccess.rollback(sql, e);
        throw e;
      }
    } catch (BadLineException | IllegalArgumentException | ArithmeticException e) {
      throw new StoreException(
          "line "
              + number
              + " "
              + (e instanceof BadLineException ? "" : "is wrong: ")
              + e.getMessage()
              + ". Nothing was kept",
          e);
    } catch (SQLException e) {
      throw isDouble(e)
          ? new StoreException(
              "line "
                  + number
                  + " does not fit those before it: "
                  + e.getMessage()
                  + ". Nothing was kept",
              e)
          : FileAccess.writing(file, e);
    } catch (IOException e) {
      throw new StoreException(
          "reading after line " + number + " failed: " + e.getMessage() + ". Nothing was kept", e);
    }
  }

  private static boolean isDouble(SQLException e) {
    return e instanceof SQLiteException it
        && (it.getResultCode().code & 0xff) == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
  }

  private long rows(Inserts inserts, LineSource lines) throws IOException, SQLException {
    LineObject first = first(lines);
    if (first == null || !Lines.FORMAT.equals(first.textOrNull("format"))) {
      number = Math.max(1, number);
      throw new BadLineException(
          "is not the first line of an export: it begins with {\"format\":\""
              + Lines.FORMAT
              + "\"");
    }
    long version = first.number("version");
    if (version != Lines.VERSION) {
      throw new BadLineException(
          "is of version " + version + ", and this Treadle reads version " + Lines.VERSION);
    }
    if (first.has("selection")) {
      throw new BadLineException(
          "is of an export of some jobs (--states, --task): only one of all can be imported");
    }
    inserts.header(first);
    long jobs = 0;
    for (LineObject line = next(lines); line != null; line = next(lines)) {
      if (line.has("jobs")) {
        checkLast(line, jobs, lines);
        return jobs;
      }
      if (line.has("group")) {
        inserts.at(number);
        inserts.group(line);
      } else {
        inserts.at(number);
        inserts.job(line);
        if (++jobs % TELL_EVERY == 0) {
          progress.accept(new Progress(jobs, -1, 0));
        }
      }
    }
    throw new BadLineException(
        "is the last one, and says not how many jobs there are: the export was cut short");
  }

  private @Nullable LineObject first(LineSource lines) throws IOException {
    try {
      return next(lines);
    } catch (BadLineException e) {
      return null; // Another kind of file.
    }
  }

  private void checkLast(LineObject line, long jobs, LineSource lines) throws IOException {
    long expected = line.number("jobs");
    line.end();
    if (expected != jobs) {
      throw new BadLineException(
          "says that there are " + expected + " jobs, but " + jobs + " stand before it");
    }
    if (next(lines) != null) {
      throw new BadLineException("comes after the last line of the export");
    }
  }

  /// The next line that is not blank; null at the end.
  private @Nullable LineObject next(LineSource lines) throws IOException {
    for (byte[] line = lines.next(); line != null; line = lines.next()) {
      number++;
      if (!new String(line, StandardCharsets.ISO_8859_1).isBlank()) {
        return LineObject.parse(line);
      }
    }
    return null;
  }

  /// Reads what was put in as a program does that opens the file.
  private void checkRows(Connection connection, Inserts inserts) throws SQLException {
    long[] job = new long[1];
    String[] words = new String[1];
    FileScan.of(
        file,
        connection,
        (id, what) -> {
          if (words[0] == null) {
            job[0] = id;
            words[0] = what;
          }
        });
    if (words[0] != null) {
      number = inserts.lineOf(job[0]);
      throw new BadLineException(
          "cannot be used: " + (job[0] == 0 ? "" : "job " + job[0] + ": ") + words[0]);
    }
  }

  // Lines that are right one by one may name each other wrongly.
  private void checkWhole(Statement sql) throws SQLException {
    for (Rule rule : Rule.ALL) {
      try (ResultSet row = sql.executeQuery(rule.query())) {
        if (row.next()) {
          throw new StoreException(
              "the lines do not fit together: "
                  + rule.what()
                  + ", such as "
                  + row.getLong(1)
                  + ". Nothing was kept",
              null);
        }
      }
    }
  }
}
