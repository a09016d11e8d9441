package dev.treadle.internal.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A watch on the files of a store while it is open: whether they are still those that were opened,
/// and whether nobody else has written to them. Used by the thread that writes, and at the end.
///
/// The file itself changes only when this process moves the log into it, and only grows; so does
/// the change counter in its header. In between its time stamp stays as it is, or if that was
/// touched, its size and its first pages do: they have the roots of all tables, one of which
/// changes with every commit.
final class FileWatch {
  /// What is wrong with the files.
  enum Fault {
    /// Another file stands in the place of the store, or none.
    REPLACED("was deleted, moved or replaced while it was in use"),
    /// Somebody wrote into the file of the store itself.
    OVERWRITTEN("was overwritten by another program, such as cp, while it was in use"),
    /// One of the files beside it is gone.
    BESIDE_GONE("was deleted or replaced while it was in use");

    final String words;

    Fault(String words) {
      this.words = words;
    }
  }

  /// A fault, and the file that has it.
  record Finding(Fault fault, Path file) {}

  private static final int HEADER = 100;
  private static final int FIRST_PAGES = 64 * 8_192;
  private static final int COUNTER_AT = 24;

  private final Path file;
  private final @Nullable InodeLock lock;
  private final @Nullable Object key;

  /// The files beside it.
  private final List<Beside> besides = new ArrayList<>();

  private long size;
  private @Nullable FileTime modified;
  private Head head = Head.UNKNOWN;
  private @Nullable Finding finding;

  /// The first pages of the file: its change counter, and a checksum.
  private record Head(int counter, long checksum) {
    static final Head UNKNOWN = new Head(0, 0);

    static Head of(byte[] pages) {
      CRC32C checksum = new CRC32C();
      checksum.update(pages);
      int counter = pages.length < HEADER ? 0 : ByteBuffer.wrap(pages).getInt(COUNTER_AT);
      return new Head(counter, checksum.getValue());
    }
  }

  /// A file beside that of the store, with what tells it from another of its name once it was seen.
  private static final class Beside {
    final Path path;
    @Nullable Object key;

    Beside(Path path) {
      this.path = path;
    }
  }

  /// @param lock on the file, by which its header is read; null if there are none here
  FileWatch(Path file, @Nullable InodeLock lock) {
    this.file = file;
    this.lock = lock;
    BasicFileAttributes now = attributes(file);
    this.key = now == null ? null : now.fileKey();
    for (String suffix : new String[] {"-wal", "-shm", Owner.SUFFIX}) {
      besides.add(new Beside(file.resolveSibling(file.getFileName() + suffix)));
    }
    if (now != null) {
      remember(now);
    }
  }

  private static @Nullable BasicFileAttributes attributes(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return null;
    }
  }

  private void remember(BasicFileAttributes now) {
    size = now.size();
    modified = now.lastModifiedTime();
    head = head();
  }

  private Head head() {
    try {
      return lock == null ? Head.UNKNOWN : Head.of(lock.head(FIRST_PAGES));
    } catch (IOException e) {
      return Head.UNKNOWN;
    }
  }

  /// What is wrong before something is written; null if nothing is. Once something is, it stays.
  @Nullable Finding before() {
    return look(true);
  }

  /// What is wrong with the file itself after something was written here; null if nothing is.
  @Nullable Finding after() {
    return look(false);
  }

  /// What was found so far; null if nothing was.
  @Nullable Finding found() {
    return finding;
  }

  /// Returns whether another file stands in the place of the store, or none.
  boolean replaced() {
    BasicFileAttributes now = attributes(file);
    return key != null && (now == null || !key.equals(now.fileKey()));
  }

  private @Nullable Finding look(boolean unchanged) {
    if (finding == null && key != null) {
      finding = fault(key, unchanged);
    }
    return finding;
  }

  private @Nullable Finding fault(Object opened, boolean unchanged) {
    BasicFileAttributes now = attributes(file);
    if (now == null || !opened.equals(now.fileKey())) {
      return new Finding(Fault.REPLACED, file);
    }
    if (now.size() < size) {
      return new Finding(Fault.OVERWRITTEN, file);
    }
    if (!now.lastModifiedTime().equals(modified) || now.size() != size) {
      Head read = head();
      boolean foreign =
          unchanged
              ? now.size() != size || !read.equals(head)
              : read.counter() - head.counter() < 0;
      if (foreign) {
        return new Finding(Fault.OVERWRITTEN, file);
      }
      size = now.size();
      modified = now.lastModifiedTime();
      head = read;
    }
    return unchanged ? beside() : null;
  }

  private @Nullable Finding beside() {
    for (Beside beside : besides) {
      BasicFileAttributes there = attributes(beside.path);
      Object found = there == null ? null : there.fileKey();
      if (beside.key == null) {
        beside.key = found; // SQLite makes its own when it first needs them.
      } else if (!beside.key.equals(found)) {
        return new Finding(Fault.BESIDE_GONE, beside.path);
      }
    }
    return null;
  }
}
