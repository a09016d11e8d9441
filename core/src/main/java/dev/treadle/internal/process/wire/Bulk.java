package dev.treadle.internal.process.wire;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
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

  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

  private final Path path;
  private @Nullable FileChannel channel;
  private MemorySegment mapped = MemorySegment.NULL;

  /// The file is made by the first large value.
  public Bulk(Path path) {
    this.path = path;
  }

  /// Puts a value in. Returns false if there is no room for it, or no such file can be had.
  boolean write(byte[] value) {
    try {
      if (mapped.byteSize() < value.length) {
        grow(value.length);
      }
      MemorySegment.copy(value, 0, mapped, ValueLayout.JAVA_BYTE, 0, value.length);
      return true;
    } catch (IOException e) {
      return false; // the caller has another way, slower and narrower
    }
  }

  // Written and not only mapped: a file system without room says so now, and not by a signal later.
  private void grow(long size) throws IOException {
    FileChannel file = open();
    long was = file.size();
    try {
      for (long at = was; at < size; at += ZEROS.capacity()) {
        ByteBuffer zeros = ZEROS.duplicate();
        while (zeros.hasRemaining()) {
          file.write(zeros, at + zeros.position());
        }
      }
    } catch (IOException e) {
      file.truncate(was);
      throw e;
    }
    map(file);
  }

  /// Takes a value out.
  byte[] read(int length) throws IOException {
    if (mapped.byteSize() < length) {
      map(open());
    }
    if (mapped.byteSize() < length) {
      throw new IOException("a large value is not where it should be");
    }
    return mapped.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
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

  private void map(FileChannel file) throws IOException {
    mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size(), Arena.ofAuto());
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
