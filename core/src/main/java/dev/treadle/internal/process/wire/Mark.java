package dev.treadle.internal.process.wire;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Which attempt a worker has begun last, and whether it exits by itself: two numbers in a file in
/// memory, which outlives the worker and costs next to nothing to write. Used by one thread.
public final class Mark {
  private static final int EXITS = 1;

  private final Path path;
  private @Nullable MappedByteBuffer number;
  private boolean failed;

  /// The file is made by the first number.
  public Mark(Path path) {
    this.path = path;
  }

  /// Notes a number. Returns false if that cannot be done.
  public boolean set(int id) {
    MappedByteBuffer mapped = number;
    if (mapped == null) {
      mapped = failed ? null : map();
    }
    if (mapped == null) {
      failed = true;
      return false;
    }
    mapped.putInt(0, id);
    return true;
  }

  private @Nullable MappedByteBuffer map() {
    try (FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      int unused = file.write(ByteBuffer.allocate(Integer.BYTES), 0);
      number = file.map(FileChannel.MapMode.READ_WRITE, 0, Integer.BYTES);
      return number;
    } catch (IOException e) {
      return null; // no such file can be had
    }
  }

  /// Notes that this worker exits because its code called [System#exit] or its main thread ended,
  /// and not because of a signal: an exit code above 128 looks like one.
  public static void exits(Path path) {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      int unused =
          file.write(ByteBuffer.allocate(Integer.BYTES).putInt(EXITS).flip(), Integer.BYTES);
    } catch (IOException e) {
      // Then its parent takes such an exit code for a signal.
    }
  }

  /// Returns whether a worker has noted that it exits by itself.
  public static boolean exited(Path path) {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(path))) {
      in.readInt();
      return in.readInt() == EXITS;
    } catch (IOException e) {
      return false;
    }
  }

  /// The number that a worker has noted there last; 0 if it has noted none.
  public static int latest(Path path) {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(path))) {
      return in.readInt();
    } catch (IOException e) {
      return 0;
    }
  }
}
