package dev.treadle.internal.sqlite;

import dev.treadle.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/// The way of other packages to the file of a store: to look at it beside its owner, or to own it.
public final class FileAccess {
  /// Added to the number of a form if the value stands in the table of large ones.
  public static final int LARGE = Form.LARGE;

  /// The most bytes of a value that stand among the others.
  public static final int INLINE_MAX = Statements.INLINE_MAX;

  private static final int BUSY_MILLIS = 10_000;

  private FileAccess() {}

  /// A connection that changes nothing, whoever owns the file. Makes no file.
  ///
  /// @throws StoreException if it cannot be read, or is not a file of this version
  public static Connection look(Path file) {
    Path path = file.toAbsolutePath().normalize();
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS);
    try {
      NativeLibrary.load();
      Connection connection = config.createConnection(address(path));
      try {
        try (Statement sql = connection.createStatement()) {
          sql.execute("PRAGMA cache_size = -16384");
        }
        Schema.check(connection, path);
        return connection;
      } catch (SQLException | StoreException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw Trouble.opening(path, e);
    }
  }

  // Where nobody can write beside it, and nobody did, the file is read without the help of others.
  private static String address(Path path) throws SQLException {
    Path log = path.resolveSibling(path.getFileName() + "-wal");
    Path folder = path.getParent();
    try {
      boolean alone = !Files.exists(log) || Files.size(log) == 0;
      return alone && folder != null && !Files.isWritable(folder)
          ? StoreFile.address(path) + "?immutable=1"
          : StoreFile.address(path);
    } catch (IOException e) {
      throw new SQLException(log + " cannot be read: " + Trouble.words(e), e);
    }
  }

  /// The file of a store, which this process owns until it closes this.
  ///
  /// @param connection may read and write
  public record Owned(Connection connection, AutoCloseable file) implements AutoCloseable {
    @Override
    public void close() {
      try {
        file.close();
      } catch (Exception e) {
        throw new StoreException("closing the file failed: " + e.getMessage(), e);
      }
    }
  }

  /// Makes this process the owner of a file; it is made if it is not there.
  ///
  /// @throws StoreException if another process owns it, which the message names, or it cannot be
  ///   opened
  public static Owned own(Path file) {
    StoreFile owned = StoreFile.open(file);
    return new Owned(owned.writer(), owned);
  }

  /// What the owner of a file says of itself, or null if nobody owns it.
  public static @Nullable String owner(Path file) {
    try {
      return Owner.seen(StoreFile.real(file.toAbsolutePath().normalize()));
    } catch (IOException e) {
      return "somebody: " + Trouble.words(e);
    }
  }

  /// Where the owner of a file answers, if there is one and it does.
  public static Path answers(Path file) {
    return Answers.beside(StoreFile.real(file.toAbsolutePath().normalize()));
  }

  /// The version of the tables.
  public static int version() {
    return Schema.VERSION;
  }

  /// Rolls back after an error, to which what goes wrong here is added.
  public static void rollback(Statement sql, Throwable error) {
    Schema.rollback(sql, error);
  }

  /// What it means that reading failed.
  public static StoreException reading(Path file, SQLException e) {
    return Trouble.reading(file, e);
  }

  /// What it means that writing failed, when nothing of it is kept.
  public static StoreException writing(Path file, SQLException e) {
    return new StoreException(
        file + ": writing failed, and nothing was changed: " + Trouble.words(e), e);
  }
}
