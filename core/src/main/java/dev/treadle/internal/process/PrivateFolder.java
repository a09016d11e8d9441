package dev.treadle.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Folders of this JVM alone, which only its user may enter, with a file in each that is locked as
/// long as this JVM lives.
///
/// The lock tells a folder in use from one that was left behind, also where a process id means
/// another process, as among containers that share a folder.
final class PrivateFolder {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateFolder.class);
  private static final String PREFIX = "treadle-";
  private static final String LOCK = "lock";

  /// A younger folder may not have its lock yet.
  private static final Duration YOUNG = Duration.ofMinutes(1);

  /// The locked file of each folder.
  private static final Map<Path, FileChannel> LOCKED = new ConcurrentHashMap<>();

  private PrivateFolder() {}

  private static String own() {
    return PREFIX + ProcessHandle.current().pid() + "-";
  }

  /// Makes one.
  ///
  /// @param in the folder to make it in, or null for that of temporary files
  static Path create(@Nullable Path in) throws IOException {
    Path folder = // 0700, as the JDK makes them
        in == null ? Files.createTempDirectory(own()) : Files.createTempDirectory(in, own());
    FileChannel file =
        FileChannel.open(
            folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    FileLock unused = file.lock();
    LOCKED.put(folder, file);
    return folder;
  }

  /// Deletes one with all that is in it.
  static void delete(Path folder) throws IOException {
    FileChannel file = LOCKED.remove(folder);
    if (file != null) {
      file.close();
    }
    try (Stream<Path> within = Files.walk(folder)) {
      for (Path path : within.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      if (Files.exists(folder)) {
        throw new IOException(e);
      }
    }
  }

  /// Deletes those beside a folder that belong to no living JVM.
  static void removeLeftOvers(Path folder) {
    List<Path> others;
    try (Stream<Path> all = Files.list(Objects.requireNonNull(folder.getParent()))) {
      others = all.filter(it -> isCandidate(it, folder)).toList();
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("folders left behind beside {} cannot be looked for", folder, e);
      return;
    }
    for (Path each : others) {
      try {
        if (isLeftBehind(each)) {
          delete(each);
        }
      } catch (IOException e) {
        LOG.debug("{} is left behind and cannot be deleted", each, e);
      }
    }
  }

  /// Never one of this JVM: to open its lock and close it again would drop that lock.
  private static boolean isCandidate(Path path, Path mine) {
    String name = path.getFileName().toString();
    try {
      return name.matches(PREFIX + "\\d+-\\d+")
          && !name.startsWith(own())
          && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(mine));
    } catch (IOException e) {
      return false; // It has just been deleted.
    }
  }

  private static boolean isLeftBehind(Path folder) throws IOException {
    Instant made = Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS).toInstant();
    if (made.plus(YOUNG).isAfter(Instant.now())) {
      return false;
    }
    Path lock = folder.resolve(LOCK);
    if (!Files.exists(lock, LinkOption.NOFOLLOW_LINKS)) {
      return true; // Its JVM was killed while it made it.
    }
    try (FileChannel file =
        FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      FileLock gained = file.tryLock();
      return gained != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }
}
