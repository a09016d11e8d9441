package dev.treadle.internal.process.wire;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// A file, in memory where the system has such, through which one side hands large values to the
/// other: one at a time, the next when the last has been read.
///
/// It is mapped by both and used again and again, so that a value is copied once in and once out.
/// Used by one thread on each side.
public final class Bulk implements Closeable {
  /// Values from this size on are worth it, in bytes.
  static final int MIN = 256 * 1024;

  private static final int STEP = 1 << 20;

  private final Path path;
  private @Nullable FileChannel channel;
  private @Nullable MappedByteBuffer mapped;

  /// The file is made by the first large value.
  public Bulk(Path path) {
    this.path = path;
  }

  /// Puts a value in. Returns false if there is no room for it, or no such file can be had.
  boolean write(byte[] value) {
    try {
      MappedByteBuffer room = mapped;
      if (room == null || room.capacity() < value.length) {
        room = grown(value.length);
      }
      room.put(0, value);
      return true;
    } catch (IOException e) {
      return false; // the caller has another way, slower and narrower
    }
  }

  // Written and not only mapped: a file system without room says so now, and not by a signal later.
  private MappedByteBuffer grown(long size) throws IOException {
    FileChannel file = open();
    long was = file.size();
    ByteBuffer zeros = ByteBuffer.allocateDirect(STEP);
    try {
      for (long at = was; at < size; at = file.size()) {
        int unused = file.write(zeros.clear(), at);
      }
    } catch (IOException e) {
      file.truncate(was);
      throw e;
    }
    return map(file);
  }

  /// Takes a value out.
  byte[] read(int length) throws IOException {
    MappedByteBuffer room = mapped;
    if (room == null || room.capacity() < length) {
      room = map(open());
    }
    if (room.capacity() < length) {
      throw new IOException("a large value is not where it should be");
    }
    byte[] value = new byte[length];
    room.get(0, value);
    return value;
  }

  private FileChannel open() throws IOException {
    FileChannel file = channel;
    if (file == null) {
      file =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel = file;
    }
    return file;
  }

  private MappedByteBuffer map(FileChannel file) throws IOException {
    MappedByteBuffer room = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size());
    mapped = room;
    return room;
  }

  /// Deletes the file.
  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
    Files.deleteIfExists(path);
  }
}
