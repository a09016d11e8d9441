package dev.treadle.internal.sqlite;

import dev.treadle.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// That this process owns a store: a lock on a file beside it, which the operating system lets go
/// when the process ends, however it does. The file says who the owner is, for others to read.
final class Owner implements AutoCloseable {
  private static final String SUFFIX = "-owner";
  private static final int WORDS_MAX = 4_096;

  /// What this process owns. Asked first: to close a second channel to a locked file would let the
  /// lock go.
  private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel channel;

  private Owner(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /// Makes this process the owner of a store.
  ///
  /// @throws StoreException if it has one, which the message names
  static Owner of(Path store) {
    Path path = beside(store);
    if (!OWNED.add(path)) {
      throw inUse(store, "this process");
    }
    FileChannel channel = null;
    boolean owned = false;
    try {
      channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock(WORDS_MAX, 1, false);
      if (lock == null) {
        throw inUse(store, words(channel));
      }
      Owner owner = new Owner(path, channel);
      owner.say("process " + ProcessHandle.current().pid());
      owned = true;
      return owner;
    } catch (IOException e) {
      throw new StoreException(
          store
              + " cannot be opened: "
              + e
              + ". Does the folder exist, and may this user write in"
              + " it?",
          e);
    } finally {
      if (!owned) {
        OWNED.remove(path);
        if (channel != null) {
          close(channel);
        }
      }
    }
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
    if (!Files.exists(path)) {
      return null;
    }
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.tryLock(WORDS_MAX, 1, true) == null ? words(channel) : null;
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
    return text.isBlank() ? "another process" : text;
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // The lock goes with the process at the latest.
    }
  }

  @Override
  public void close() {
    close(channel);
    OWNED.remove(path);
  }
}
