package dev.treadle.internal.sqlite;

import dev.treadle.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// That this process owns a store: a lock on the file of the store, and one on a file beside it
/// that says who the owner is, for others to read. The operating system releases both when the
/// process ends, however it does.
///
/// The lock on the store follows its inode ([InodeLock]): no other name of the file, such as a hard
/// link, leads around it. Where there are no such locks only the file beside it is locked.
///
/// The file beside it is private (mode 0600), so that nobody else can lock it, and never a link.
final class Owner implements AutoCloseable {
  static final String SUFFIX = "-owner";
  private static final int WORDS_MAX = 4_096;

  /// How often a lock is tried for that is only looked at by another process.
  private static final int TRIES = 20;

  private static final long BETWEEN_MILLIS = 5;
  private static final Pattern PROCESS = Pattern.compile("^process (\\d+)\\b");
  private static final Set<OpenOption> OPEN =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private static final Set<String> REMOTE = Set.of("nfs", "cifs", "smb", "afs", "ceph", "lustre");

  /// What this process owns. Asked first: to close a second channel to a locked file would let the
  /// lock of the first go.
  private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

  private final Path store;
  private final Path path;
  private final FileChannel channel;
  private final @Nullable InodeLock beside;
  private final boolean made;
  private @Nullable InodeLock file;

  private Owner(
      Path store, Path path, FileChannel channel, @Nullable InodeLock beside, boolean made) {
    this.made = made;
    this.store = store;
    this.path = path;
    this.channel = channel;
    this.beside = beside;
  }

  /// Makes this process the owner of a store, which need not be there yet.
  ///
  /// @throws StoreException if it has one, which the message names
  static Owner of(Path store) {
    Path path = beside(store);
    if (!OWNED.add(path)) {
      throw inUse(store, "this process");
    }
    FileChannel channel = null;
    InodeLock lock = null;
    boolean owned = false;
    try {
      checkPlain(path);
      boolean made = !Files.exists(path);
      channel = create(path);
      if (channel.tryLock(WORDS_MAX, 1, false) == null) {
        throw inUse(store, words(channel));
      }
      if (InodeLock.supported()) {
        lock = lock(path);
        if (lock == null) {
          throw inUse(store, words(channel));
        }
      }
      Owner owner = new Owner(store, path, channel, lock, made);
      owner.say("process " + ProcessHandle.current().pid());
      owned = true;
      return owner;
    } catch (IOException e) {
      throw new StoreException(
          store
              + " cannot be opened: "
              + Trouble.words(e)
              + ". Does the folder exist, and may this user write in"
              + " it?",
          e);
    } finally {
      if (!owned) {
        OWNED.remove(path);
        close(lock);
        close(channel);
      }
    }
  }

  /// Gives the ownership of a file up that turned out to be no store: nothing is left beside it.
  void giveUp() {
    if (made) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        // It stays, which is no more than untidy; the caller has an error to report.
      }
    }
    close();
  }

  /// Refuses what would lead elsewhere: its words would be written over another file.
  private static void checkPlain(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || StoreFile.links(path) > 1) {
      throw new StoreException(
          path
              + " says who owns the file, and is a link or no file at all; delete it, unless a"
              + " program has the file open",
          null);
    }
    if (isPosix(path)) {
      Set<PosixFilePermission> all = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
      Set<PosixFilePermission> ours = PosixFilePermissions.fromString("rw-------");
      if (!ours.containsAll(all)) {
        Files.setPosixFilePermissions(path, ours);
      }
    }
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static FileChannel create(Path path) throws IOException {
    Set<OpenOption> options = new HashSet<>(OPEN);
    options.add(StandardOpenOption.CREATE);
    FileAttribute<?>[] attributes =
        isPosix(path)
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    return FileChannel.open(path, options, attributes);
  }

  /// Locks a file; null if somebody else has it. Others that only look whether it is locked hold it
  /// for a moment.
  private static @Nullable InodeLock lock(Path path) throws IOException {
    InodeLock lock = InodeLock.tryLock(path);
    for (int i = 0; lock == null && i < TRIES; i++) {
      try {
        Thread.sleep(BETWEEN_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
      lock = InodeLock.tryLock(path);
    }
    return lock;
  }

  /// Locks the file of the store itself, which is there by now.
  ///
  /// @throws StoreException if it has an owner under another name
  void lockFile() throws IOException {
    if (!InodeLock.supported() || isRemote(Files.getFileStore(store).type())) {
      return;
    }
    file = lock(store);
    if (file == null) {
      throw inUse(store, "another program, which has locked it under this or another name");
    }
  }

  /// Returns whether a file system makes POSIX locks of locks of inodes, which SQLite would wait
  /// for.
  private static boolean isRemote(String fileSystem) {
    return REMOTE.stream().anyMatch(fileSystem.toLowerCase(Locale.ROOT)::contains);
  }

  /// The lock on the file of the store; null where there is none.
  @Nullable InodeLock file() {
    return file;
  }

  private static StoreException inUse(Path store, String whom) {
    return new StoreException(
        store
            + " is in use by "
            + whom
            + ". Only one process can own it, and opens it once: end"
            + " that one, or use another file",
        null);
  }

  private static Path beside(Path store) {
    return store.resolveSibling(store.getFileName() + SUFFIX);
  }

  /// What is seen of the owner of a store by those who do not want to be it: what it says of
  /// itself, or null if there is none.
  static @Nullable String seen(Path store) throws IOException {
    Path path = beside(store);
    if (OWNED.contains(path)) {
      return "process " + ProcessHandle.current().pid();
    }
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    // A shared lock needs no right to write.
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      boolean locked = InodeLock.supported() && InodeLock.isLocked(path);
      return locked || channel.tryLock(WORDS_MAX, 1, true) == null ? words(channel) : null;
    }
  }

  /// Says who the owner is.
  void say(String words) {
    try {
      byte[] bytes = words.getBytes(StandardCharsets.UTF_8);
      // In this order: whoever reads meanwhile finds words at any moment.
      channel.write(ByteBuffer.wrap(bytes), 0);
      channel.truncate(bytes.length);
    } catch (IOException e) {
      // Others learn less then, and are refused all the same.
    }
  }

  private static String words(FileChannel channel) throws IOException {
    ByteBuffer words = ByteBuffer.allocate(WORDS_MAX);
    channel.read(words, 0);
    String text = new String(words.array(), 0, words.position(), StandardCharsets.UTF_8);
    Matcher process = PROCESS.matcher(text);
    boolean lives =
        process.find()
            && process.group(1).length() < 18
            && ProcessHandle.of(Long.parseLong(process.group(1))).isPresent();
    return lives ? text : "another process";
  }

  private static void close(@Nullable AutoCloseable lock) {
    if (lock != null) {
      try {
        lock.close();
      } catch (Exception e) {
        // The lock goes with the process at the latest.
      }
    }
  }

  @Override
  public void close() {
    close(file);
    close(beside);
    close(channel);
    OWNED.remove(path);
  }
}
