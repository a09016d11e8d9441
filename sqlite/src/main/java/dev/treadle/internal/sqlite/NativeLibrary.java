package dev.treadle.internal.sqlite;

import com.sun.security.auth.module.UnixSystem;
import dev.treadle.internal.process.CacheFolder;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/// The native library of SQLite, in one copy for all JVMs of a user.
///
/// The driver alone extracts a copy for each JVM into the folder for temporary files, and each JVM
/// that is killed leaves its own behind. Here one copy for each version of the driver is kept in a
/// folder that only the user may enter, and compared with the one in the jar before it is loaded.
/// Where that is not possible, or the program has told the driver where to look, the driver does as
/// it always did.
final class NativeLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);
  private static final String PATH = "org.sqlite.lib.path";

  /// Set once a class loader of this JVM has loaded the copy: the JVM refuses it to any other.
  private static final String TAKEN = "dev.treadle.sqlite.library";

  private static final int KEPT_MAX = 4;

  private NativeLibrary() {}

  /// Loads the library on first use, and so once.
  private static final class Once {
    static {
      try {
        loadCopy();
      } catch (Exception | LinkageError e) {
        LOG.debug("the driver extracts its library itself", e);
      }
    }

    static void loaded() {
      // By the initializer.
    }
  }

  /// Loads the library, if that has not been done.
  static void load() {
    Once.loaded();
  }

  private static void loadCopy() throws Exception {
    if (Stream.of(PATH, "org.sqlite.lib.name", "org.sqlite.tmpdir")
        .anyMatch(name -> System.getProperty(name) != null)) {
      return;
    }
    Path folder = copied();
    if (folder == null || System.getProperties().putIfAbsent(TAKEN, folder.toString()) != null) {
      return;
    }
    System.setProperty(PATH, folder.toString());
    try {
      boolean unused = SQLiteJDBCLoader.initialize();
    } finally {
      System.clearProperty(PATH); // Other class loaders need copies of their own.
    }
  }

  /// Returns the folder of the copy; null if there is no library for this system.
  private static @Nullable Path copied() throws IOException {
    String place = LibraryLoaderUtil.getNativeLibResourcePath();
    String name = LibraryLoaderUtil.getNativeLibName();
    if (!LibraryLoaderUtil.hasNativeLib(place, name)) {
      return null;
    }
    String system = place.substring(place.indexOf("/native/") + "/native/".length());
    Path all = CacheFolder.path().resolve("sqlite");
    Path folder = all.resolve(SQLiteJDBCLoader.getVersion() + "-" + system.replace('/', '-'));
    makePrivate(folder);
    Path copy = folder.resolve(name);
    if (!isSame(copy, place + "/" + name)) {
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        if (lock == null) {
          return null; // Another JVM writes it at this moment.
        }
        Path draft = folder.resolve("draft");
        try (InputStream in = resource(place + "/" + name)) {
          Files.copy(in, draft, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(draft, copy, StandardCopyOption.ATOMIC_MOVE);
      }
      removeOld(all);
    }
    return folder;
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException(name + " is not in the jar of the driver");
    }
    return new BufferedInputStream(in, 1 << 16);
  }

  private static boolean isSame(Path copy, String name) throws IOException {
    if (!Files.isRegularFile(copy, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (InputStream in = resource(name)) {
      return Arrays.equals(Files.readAllBytes(copy), in.readAllBytes());
    }
  }

  private static void makePrivate(Path folder) throws IOException {
    if (!folder.isAbsolute()) {
      throw new IOException("no home folder: " + folder);
    }
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      Files.createDirectories(folder); // In the profile of the user, which is private.
      return;
    }
    FileAttribute<?> own =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(folder, own);
    for (Path each : new Path[] {folder, folder.resolve("..").normalize()}) {
      Object uid = Files.getAttribute(each, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      Object mode = Files.getAttribute(each, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      if (!Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)
          || ((Number) uid).longValue() != new UnixSystem().getUid()
          || (((Number) mode).intValue() & 022) != 0) {
        throw new IOException(each + " is not a folder of this user alone");
      }
    }
  }

  /// Removes the copies of older versions, but for the latest few. A JVM that has loaded one keeps
  /// it until it ends.
  private static void removeOld(Path all) throws IOException {
    record Dated(Path folder, long millis) {}
    List<Dated> latestFirst = new ArrayList<>();
    try (Stream<Path> folders = Files.list(all)) {
      for (Path each : folders.toList()) {
        latestFirst.add(new Dated(each, Files.getLastModifiedTime(each).toMillis()));
      }
    }
    latestFirst.sort(Comparator.comparingLong(Dated::millis).reversed());
    for (Dated old :
        latestFirst.subList(Math.min(KEPT_MAX, latestFirst.size()), latestFirst.size())) {
      try (Stream<Path> files = Files.list(old.folder())) {
        for (Path file : files.toList()) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(old.folder());
    }
  }
}
