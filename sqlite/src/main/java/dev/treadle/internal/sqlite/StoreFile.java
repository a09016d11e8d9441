package dev.treadle.internal.sqlite;

import dev.treadle.StoreException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/// The file of a store, owned by this process while it is open, and its connections.
final class StoreFile implements AutoCloseable, Writer.Guard {
  private static final int BUSY_MILLIS = 10_000;

  private final Path path;
  private final Owner owner;
  private final Connection writer;
  private final Statements statements;
  private final FileWatch watch;

  private StoreFile(Path path, Owner owner, Connection writer) {
    this.path = path;
    this.owner = owner;
    this.writer = writer;
    this.statements = new Statements(writer);
    this.watch = new FileWatch(path, owner.file());
  }

  /// Opens a file, creating it if it is not there, and makes this process its owner.
  ///
  /// @throws StoreException if another process owns it, or it cannot be opened
  static StoreFile open(Path file) {
    Path path = real(file.toAbsolutePath().normalize());
    checkPlain(path);
    Owner owner = Owner.of(path);
    boolean opened = false;
    Connection connection = null;
    try {
      create(path);
      owner.lockFile();
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
      throw new StoreException(path + " cannot be created: " + Trouble.words(e), e);
    } finally {
      if (!opened) {
        close(connection);
        owner.giveUp();
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

  /// Refuses what is no file, and a file with other names: who opens it by one of these has a log
  /// and an owner of its own.
  private static void checkPlain(Path path) {
    if (Files.isSymbolicLink(path)) {
      throw new StoreException(
          path + " is a link to what is not there: make the file it leads to, or delete the link",
          null);
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new StoreException(path + " is a folder, or no plain file: name another file", null);
    }
    if (links(path) > 1) {
      throw new StoreException(
          path
              + " has other names (hard links), and a program that opens it by one of them would"
              + " take its jobs too: copy it, and open the copy, or delete the other names",
          null);
    }
  }

  /// Returns how many names a file has, as far as that is known here.
  static int links(Path path) {
    try {
      return path.getFileSystem().supportedFileAttributeViews().contains("unix")
              && Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
                  instanceof Integer count
          ? count
          : 1;
    } catch (IOException e) {
      return 1; // It is not there, or what opens it next says why not.
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

  /// The address of a file for the driver. A name is a path and nothing else: in an address of this
  /// kind no character of it is taken for a parameter.
  static String address(Path path) {
    return "jdbc:sqlite:" + path.toUri().toString().replaceFirst("^file:/+", "file:/");
  }

  static Connection connect(Path path) throws SQLException {
    return connect(path, new SQLiteConfig());
  }

  private static Connection connect(Path path, SQLiteConfig config) throws SQLException {
    config.resetOpenMode(SQLiteOpenMode.CREATE); // It is there, and private.
    // Otherwise the driver asks for the last key after every insert: an eighth of the writer's
    // time.
    config.setGetGeneratedKeys(false);
    NativeLibrary.load();
    Connection connection = config.createConnection(address(path));
    try (Statement sql = connection.createStatement()) {
      sql.execute("PRAGMA busy_timeout = " + BUSY_MILLIS);
    }
    return connection;
  }

  /// A connection that only reads. Without a memory map: where somebody else cuts the file, reading
  /// one ends the JVM.
  Connection reader() {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    return reader(config);
  }

  /// A connection that only reads, of a file that may be closed: it leaves no log behind.
  Connection readerAfterClose() {
    return reader(new SQLiteConfig());
  }

  private Connection reader(SQLiteConfig config) {
    try {
      Connection connection = connect(path, config);
      try (Statement sql = connection.createStatement()) {
        sql.execute("PRAGMA query_only = 1");
        sql.execute("PRAGMA cache_size = -16384");
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

  /// Says, to those who want to own the file too, where its owner answers.
  void answersAt(@Nullable Path socket) {
    owner.say(
        "process "
            + ProcessHandle.current().pid()
            + (socket == null ? "" : ", which answers at " + socket));
  }

  /// Returns what is wrong with the file before something is written to it, or null.
  @Override
  public @Nullable StoreException trouble() {
    return failure(watch.before());
  }

  /// Returns what is wrong with the file after something was written to it, or null. Only what was
  /// written to a file that is still there was kept.
  @Override
  public @Nullable StoreException troubleAfter() {
    return failure(watch.after());
  }

  private static @Nullable StoreException failure(FileWatch.@Nullable Finding finding) {
    return finding == null
        ? null
        : new StoreException(
            finding.file()
                + " "
                + finding.fault().words
                + ". Nothing more is taken, since it would be lost; close the treadle, put the file"
                + " back or begin with a new one, and open it again",
            null);
  }

  /// Returns whether another has written into the file: what is in the log must not be moved into
  /// it.
  boolean overwritten() {
    FileWatch.Finding finding = watch.found();
    return finding != null && finding.fault() == FileWatch.Fault.OVERWRITTEN;
  }

  /// Writes down whether the store was closed in order. By nobody but the writer's thread while
  /// that lives.
  void closedInOrder(boolean inOrder) {
    try {
      statements.run("UPDATE counter SET closed = ?", inOrder);
      FileWatch.Finding unused = watch.after();
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
              + Trouble.words(e)
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
    // Where only a file beside it is gone, what is in the log is moved into the file as always.
    boolean asideLog = (overwritten() || watch.replaced()) && Files.exists(path);
    close(writer);
    try {
      if (asideLog) {
        setLogAside();
      }
    } finally {
      owner.close();
    }
  }

  /// Closes the connection that writes, before those that read: the last one to close would move
  /// the log into the file, and one that only reads cannot.
  void closeWriterFirst() {
    try {
      statements.close();
    } catch (SQLException e) {
      // What was committed is on disk.
    }
    close(writer);
  }
}
