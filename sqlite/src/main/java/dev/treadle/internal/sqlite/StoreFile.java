package dev.treadle.internal.sqlite;

import dev.treadle.StoreException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/// The file of a store, owned by this process while it is open, and its connections.
final class StoreFile implements AutoCloseable {
  private static final int BUSY_MILLIS = 10_000;

  private final Path path;
  private final Owner owner;
  private final Connection writer;
  private final Statements statements;
  private final @Nullable Object key;

  private StoreFile(Path path, Owner owner, Connection writer) {
    this.path = path;
    this.owner = owner;
    this.writer = writer;
    this.statements = new Statements(writer);
    this.key = key(path);
  }

  /// Opens a file, creating it if it is not there, and makes this process its owner.
  ///
  /// @throws StoreException if another process owns it, or it cannot be opened
  static StoreFile open(Path file) {
    Path path = real(file.toAbsolutePath().normalize());
    Owner owner = Owner.of(path);
    boolean opened = false;
    Connection connection = null;
    try {
      create(path);
      connection = connect(path);
      try (Statement sql = connection.createStatement()) {
        sql.execute("PRAGMA cache_size = -65536");
        Schema.migrate(connection, path);
        sql.execute("PRAGMA synchronous = FULL");
        sql.execute("PRAGMA wal_autocheckpoint = 4000");
        sql.execute("PRAGMA temp_store = MEMORY");
      }
      StoreFile done = new StoreFile(path, owner, connection);
      opened = true;
      return done;
    } catch (SQLException e) {
      throw Trouble.opening(path, e);
    } catch (IOException e) {
      throw new StoreException(path + " cannot be created: " + e, e);
    } finally {
      if (!opened) {
        close(connection);
        owner.close();
      }
    }
  }

  /// The one name of a file that links may give many: who owns it is found by its name. Where it
  /// cannot be told, what opens the file next says why.
  static Path real(Path file) {
    try {
      Path folder = file.getParent();
      return Files.exists(file) || folder == null
          ? file.toRealPath()
          : folder.toRealPath().resolve(file.getFileName());
    } catch (IOException e) {
      return file;
    }
  }

  private static void create(Path path) throws IOException {
    if (Files.exists(path)) {
      return;
    }
    try {
      if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(path);
      }
    } catch (FileAlreadyExistsException e) {
      // Somebody else has just made it.
    }
  }

  static Connection connect(Path path) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    // Otherwise the driver asks for the last key after every insert: an eighth of the writer's
    // time.
    config.setGetGeneratedKeys(false);
    Connection connection = config.createConnection("jdbc:sqlite:" + path);
    try (Statement sql = connection.createStatement()) {
      sql.execute("PRAGMA busy_timeout = " + BUSY_MILLIS);
    }
    return connection;
  }

  /// A connection that only reads.
  Connection reader() {
    try {
      Connection connection = connect(path);
      try (Statement sql = connection.createStatement()) {
        sql.execute("PRAGMA query_only = 1");
        sql.execute("PRAGMA cache_size = -16384");
        sql.execute("PRAGMA mmap_size = 2147418112");
      }
      return connection;
    } catch (SQLException e) {
      throw Trouble.opening(path, e);
    }
  }

  Path path() {
    return path;
  }

  Connection writer() {
    return writer;
  }

  Statements statements() {
    return statements;
  }

  private static @Nullable Object key(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  /// Says, to those who want to own the file too, where its owner answers.
  void answersAt(@Nullable Path socket) {
    owner.say(
        "process "
            + ProcessHandle.current().pid()
            + (socket == null ? "" : ", which answers at " + socket));
  }

  /// What is wrong with the file, or null: it may have been deleted or replaced while it is open,
  /// and what is written to it then is lost when it is closed.
  @Nullable StoreException trouble() {
    if (key == null || key.equals(key(path))) {
      return null;
    }
    return new StoreException(
        path
            + " was deleted, moved or replaced while it was in use. Nothing more is taken, since it"
            + " would be lost; put the file back, or begin with a new one, and open it again",
        null);
  }

  /// Writes down whether the store was closed in order. By nobody but the writer's thread while
  /// that lives.
  void closedInOrder(boolean inOrder) {
    try {
      statements.run("UPDATE counter SET closed = ?", inOrder);
    } catch (SQLException e) {
      if (!inOrder) {
        throw Trouble.writing(path, e);
      }
      // It then looks like a crash at the next open, which harms nothing.
    }
  }

  private static void close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        // What was committed is on disk.
      }
    }
  }

  /// Another file stands in the place of this one, and SQLite would play this one's log into it.
  private void setLogAside() {
    try {
      Path log = path.resolveSibling(path.getFileName() + "-wal");
      if (Files.exists(log)) {
        Files.move(
            log,
            path.resolveSibling(path.getFileName() + "-wal-of-replaced"),
            StandardCopyOption.REPLACE_EXISTING);
      }
      Files.deleteIfExists(path.resolveSibling(path.getFileName() + "-shm"));
    } catch (IOException e) {
      throw new StoreException(
          "the log beside "
              + path
              + " is of the file that was there before, and cannot be set aside: "
              + e
              + ". Delete "
              + path
              + "-wal before anybody opens the file",
          e);
    }
  }

  @Override
  public void close() {
    try {
      statements.close();
    } catch (SQLException e) {
      // What was committed is on disk.
    }
    boolean replaced = trouble() != null && Files.exists(path);
    close(writer);
    if (replaced) {
      setLogAside();
    }
    owner.close();
  }
}
