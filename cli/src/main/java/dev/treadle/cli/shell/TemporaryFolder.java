package dev.treadle.cli.shell;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A folder for files that nobody needs after the run, open to nobody else.
///
/// While its process lives it holds a lock in the folder, which ends with it however it ends. So
/// the next run knows what a dead one has left, and removes it.
final class TemporaryFolder implements Closeable {
  private static final String PREFIX = "treadle-map";
  private static final String LOCK = "lock";
  private static final String NEW_LOCK = "lock.new"; // until it is locked
  private static final int TRIES_MAX = 10;

  // A folder without a lock is being made, or its process died while it made it.
  private static final Duration MAKING_MAX = Duration.ofHours(1);

  // Not even looked at by this process: to close a file of it would end its lock.
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private TemporaryFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /// Returns where temporary files go: the value of TMPDIR, or else where Java puts them.
  static Path place(Map<String, String> environment) {
    String named = environment.getOrDefault("TMPDIR", "");
    return Path.of(named.isEmpty() ? System.getProperty("java.io.tmpdir") : named);
  }

  /// A new one.
  ///
  /// @param place where to make it
  static TemporaryFolder create(Path place) throws IOException {
    Path folder = Files.createTempDirectory(place, PREFIX).toRealPath();
    OWN.add(folder);
    FileChannel lock = null;
    try {
      Path file = folder.resolve(NEW_LOCK);
      lock = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      FileLock unused = lock.lock();
      // Whoever sees it under its name sees it locked.
      Path unusedPath = Files.move(file, folder.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
      return new TemporaryFolder(folder, lock);
    } catch (IOException e) {
      if (lock != null) {
        lock.close();
      }
      empty(folder);
      Files.delete(folder);
      OWN.remove(folder);
      throw e;
    }
  }

  /// Returns where it is.
  Path path() {
    return path;
  }

  /// Removes the folders there of runs that were killed, if they are the user's own.
  static void removeLeft(Path place) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(place, PREFIX + "*")) {
      for (Path folder : folders) {
        removeIfLeft(folder);
      }
    } catch (IOException e) {
      // It may not be listed: then others see to it.
    }
  }

  private static void removeIfLeft(Path folder) {
    try {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          || OWN.contains(folder.toRealPath())
          || !isMine(folder)) {
        return;
      }
      @Nullable FileChannel lock = lockOfDead(folder);
      if (lock != null) {
        try (lock) {
          empty(folder);
        }
        Files.deleteIfExists(folder);
      } else if (isOld(folder) && !Files.exists(folder.resolve(LOCK), LinkOption.NOFOLLOW_LINKS)) {
        empty(folder);
        Files.deleteIfExists(folder);
      }
    } catch (IOException | OverlappingFileLockException e) {
      // Another run removes it, or it holds what no run has put there.
    }
  }

  private static boolean isMine(Path folder) throws IOException {
    Path home = Path.of("/proc/self");
    return !Files.exists(home) || Files.getOwner(folder).equals(Files.getOwner(home));
  }

  private static boolean isOld(Path folder) throws IOException {
    Instant changed = Files.getLastModifiedTime(folder).toInstant();
    return changed.isBefore(Instant.now().minus(MAKING_MAX));
  }

  // Null if its process lives, or it has none.
  private static @Nullable FileChannel lockOfDead(Path folder) throws IOException {
    Path file = folder.resolve(LOCK);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    boolean dead = false;
    try {
      dead = channel.tryLock() != null;
    } finally {
      if (!dead) {
        channel.close();
      }
    }
    return dead ? channel : null;
  }

  // Its files only: a run makes no folders in it.
  private static void empty(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// Deletes it, with what a run that was interrupted has left in it.
  @Override
  public void close() throws IOException {
    for (int tries = TRIES_MAX; tries > 0 && Files.exists(path); tries--) {
      empty(path);
      try {
        Files.delete(path);
      } catch (DirectoryNotEmptyException e) {
        // An attempt that was beginning when it was cancelled has made its files just now.
      }
    }
    lock.close();
    OWN.remove(path);
  }
}
