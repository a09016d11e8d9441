package dev.treadle.cli.records;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A file that is written under another name and appears, whole, in its place at the end, or not at
/// all. Used by one thread.
///
/// It is written in the nearest folder that is there already, so that a failure leaves no folders
/// behind either. Until it is there only its owner may read it.
public final class NewFile implements AutoCloseable {
  private static final String PREFIX = ".treadle-";
  private static final String SUFFIX = ".tmp";

  private static final FileAttribute<?>[] PRIVATE =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
          ? new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
          }
          : new FileAttribute<?>[0];

  private final Path target;
  private final Path hidden;
  private final FileChannel channel;

  /// Which files that are there already are in order.
  public enum Replace {
    /// None.
    NOTHING,
    /// One with the very bytes of the result: a run that was killed has left it.
    THE_SAME,
    /// Any: it is replaced.
    ANYTHING
  }

  private NewFile(Path target, Path hidden, FileChannel channel) {
    this.target = target;
    this.hidden = hidden;
    this.channel = channel;
  }

  /// Whether a name is that of such a file before its end, which only a killed process leaves.
  public static boolean isOne(String name) {
    return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
  }

  /// Begins a file that will be at this path.
  public static NewFile at(Path target) throws IOException {
    Path folder = existing(target.toAbsolutePath().getParent());
    for (int tries = 0; ; tries++) {
      String name = PREFIX + Long.toHexString(ThreadLocalRandom.current().nextLong()) + SUFFIX;
      Path hidden = folder.resolve(name);
      try {
        return new NewFile(
            target,
            hidden,
            FileChannel.open(
                hidden,
                Set.of(
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE),
                PRIVATE));
      } catch (FileAlreadyExistsException e) {
        if (tries == 10) {
          throw e;
        }
      }
    }
  }

  private static Path existing(@Nullable Path folder) throws IOException {
    Path at = folder;
    while (at != null && !Files.exists(at)) {
      at = at.getParent();
    }
    if (at == null) {
      throw new FileSystemException(String.valueOf(folder), null, "is in no folder that is there");
    }
    return at;
  }

  /// Returns what its bytes are written to.
  public FileChannel channel() {
    return channel;
  }

  /// Gives it the owner and the group of the file that it will replace, if there is one.
  ///
  /// @throws FileSystemException if this user may not do that
  public void takeOwner() throws IOException {
    @Nullable PosixFileAttributeView from =
        Files.getFileAttributeView(target, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    @Nullable PosixFileAttributeView to =
        Files.getFileAttributeView(hidden, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (from == null || to == null || !Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    PosixFileAttributes old = from.readAttributes();
    PosixFileAttributes now = to.readAttributes();
    try {
      if (!old.owner().equals(now.owner())) {
        to.setOwner(old.owner());
      }
      if (!old.group().equals(now.group())) {
        to.setGroup(old.group());
      }
    } catch (FileSystemException e) {
      throw new FileSystemException(
          target.toString(),
          null,
          "belongs to %s:%s, which a file of this user that replaces it cannot; write elsewhere"
              .formatted(old.owner().getName(), old.group().getName()));
    }
  }

  /// Gives it the permissions and times of its source.
  public void resemble(Path source) throws IOException {
    @Nullable PosixFileAttributeView from =
        Files.getFileAttributeView(source, PosixFileAttributeView.class);
    @Nullable PosixFileAttributeView to =
        Files.getFileAttributeView(hidden, PosixFileAttributeView.class);
    if (from != null && to != null) {
      to.setPermissions(from.readAttributes().permissions());
    }
    BasicFileAttributes times = Files.readAttributes(source, BasicFileAttributes.class);
    Files.getFileAttributeView(hidden, BasicFileAttributeView.class)
        .setTimes(times.lastModifiedTime(), times.lastAccessTime(), null);
  }

  /// Puts it in its place.
  ///
  /// @param replace what may be there already
  /// @throws FileSystemException if there is another file
  public void appear(Replace replace) throws IOException {
    channel.close();
    if (replace == Replace.THE_SAME
        && Files.isRegularFile(target)
        && Files.mismatch(hidden, target) < 0) {
      return;
    }
    @Nullable Path folder = target.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    if (replace == Replace.ANYTHING || !link()) {
      Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  // A move replaces without a word what another process may have put there a moment ago; a second
  // link to the file does not.
  private boolean link() throws IOException {
    try {
      Files.createLink(target, hidden);
      return true;
    } catch (UnsupportedOperationException | FileSystemException e) {
      checkFree(target);
      return false; // a file system without links
    }
  }

  /// Refuses a target that is there, if only as a link that leads nowhere.
  public static void checkFree(Path target) throws FileSystemException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileSystemException(
          target.toString(), null, "is there already; --force replaces it");
    }
  }

  /// Takes away what did not appear.
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(hidden);
  }
}
