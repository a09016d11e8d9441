package dev.treadle.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A bare log on disk, the limit that no store passes: frames of length, CRC32C, id and payload.
///
/// One thread writes. What was appended while it wrote is its next group, and each group is one
/// write and one `fdatasync` into a file that is filled with zeros ahead of it, so that no sync has
/// to wait for the file's length to be written.
///
/// @param <E> what it stores
final class DurableLog<E extends DurableLog.Entry> implements AutoCloseable {
  /// What is to be on disk.
  interface Entry {
    /// Not 0.
    long id();

    byte[] payload();
  }

  /// Is told of each group, by the thread that writes.
  interface Listener<E extends Entry> {
    /// These are on disk, or, with a failure, will never be. The list is good until this returns.
    void stored(List<E> group, @Nullable IOException failure);
  }

  private static final int HEADER = 2 * Integer.BYTES + Long.BYTES;
  private static final int GROUP_BYTES = 8 << 20;

  private final FileChannel channel;
  private final Zeros zeros;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition appended = lock.newCondition();
  private final Condition taken = lock.newCondition();
  private final CRC32C crc = new CRC32C();
  private final Thread writer;
  private final Listener<E> listener;
  private Group<E> open = new Group<>();
  private boolean closing;
  private @Nullable IOException failure;

  /// What the next write takes along.
  private static final class Group<E> {
    final ByteBuffer bytes = ByteBuffer.allocateDirect(GROUP_BYTES);
    final List<E> entries = new ArrayList<>();
  }

  /// Begins an empty log.
  DurableLog(Path file, Listener<E> listener) throws IOException {
    this.listener = listener;
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    zeros = new Zeros(channel);
    writer = Thread.ofPlatform().daemon().name("bench-log").start(this::write);
  }

  /// Hands over entries, in one group as far as they fit, and does not wait.
  void append(List<E> entries) throws IOException {
    lock.lock();
    try {
      for (E entry : entries) {
        byte[] payload = entry.payload();
        while (failure == null && open.bytes.remaining() < HEADER + payload.length) {
          appended.signal();
          taken.awaitUninterruptibly();
        }
        if (failure != null) {
          throw failure;
        }
        frame(open.bytes, entry.id(), payload);
        open.entries.add(entry);
      }
      appended.signal();
    } finally {
      lock.unlock();
    }
  }

  private void frame(ByteBuffer into, long id, byte[] payload) {
    int start = into.position();
    into.putInt(payload.length).putInt(0).putLong(id).put(payload);
    into.putInt(start + Integer.BYTES, checksum(crc, into, start));
  }

  /// Of the id and the payload of the frame that lies between `start` and the position.
  private static int checksum(CRC32C crc, ByteBuffer frames, int start) {
    int from = start + 2 * Integer.BYTES;
    crc.reset();
    crc.update(frames.slice(from, frames.position() - from));
    return (int) crc.getValue();
  }

  private void write() {
    Group<E> idle = new Group<>();
    long position = 0;
    while (true) {
      lock.lock();
      Group<E> group = open;
      try {
        while (group.entries.isEmpty() && !closing) {
          appended.awaitUninterruptibly();
        }
        if (group.entries.isEmpty()) {
          return;
        }
        open = idle;
        taken.signalAll();
      } finally {
        lock.unlock();
      }
      @Nullable IOException failed = null;
      try {
        position = store(group.bytes.flip(), position);
      } catch (IOException e) {
        failed = fail(e);
      }
      listener.stored(group.entries, failed);
      group.entries.clear();
      group.bytes.clear();
      idle = group;
    }
  }

  private long store(ByteBuffer bytes, long position) throws IOException {
    long end = position + bytes.remaining();
    zeros.await(end);
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
    channel.force(false);
    zeros.used(end);
    return end;
  }

  private IOException fail(IOException e) {
    lock.lock();
    try {
      failure = e;
      taken.signalAll();
      return e;
    } finally {
      lock.unlock();
    }
  }

  /// How many whole frames a log has; its first damaged or empty one is its end.
  static long frames(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    long frames = 0;
    long position = 0;
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(GROUP_BYTES);
      while (channel.read(bytes.clear(), position) > 0) {
        bytes.flip();
        int before = bytes.position();
        while (whole(bytes, crc)) {
          frames++;
        }
        if (bytes.position() == before) {
          return frames;
        }
        position += bytes.position();
      }
    }
    return frames;
  }

  /// Goes to the end of the next frame, if there is one.
  private static boolean whole(ByteBuffer bytes, CRC32C crc) {
    int start = bytes.position();
    if (bytes.remaining() < HEADER || bytes.getLong(start + 2 * Integer.BYTES) == 0) {
      return false;
    }
    int end = start + HEADER + bytes.getInt(start);
    if (end > bytes.limit()) {
      return false;
    }
    bytes.position(end);
    if (checksum(crc, bytes, start) == bytes.getInt(start + Integer.BYTES)) {
      return true;
    }
    bytes.position(start);
    return false;
  }

  /// Writes what was appended, and ends.
  @Override
  public void close() throws IOException, InterruptedException {
    lock.lock();
    try {
      closing = true;
      appended.signal();
    } finally {
      lock.unlock();
    }
    writer.join();
    zeros.close();
    channel.close();
  }
}
