package dev.treadle.internal.sqlite;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A lock of the whole file that belongs to its inode (`flock`): it holds whatever names lead to
/// the file, and closing another descriptor of it, as code that reads the file does, does not
/// release it. The kernel releases it when the process ends.
///
/// POSIX locks, which [java.nio.channels.FileLock] and SQLite use, are dropped when any descriptor
/// of the process on that file is closed. So this class never opens a file but to lock it, and the
/// descriptor is closed after those of SQLite.
final class InodeLock implements AutoCloseable {
  private static final int LOCK_SHARED = 1;
  private static final int LOCK_EXCLUSIVE = 2;
  private static final int LOCK_NOW = 4;
  private static final int INTERRUPTED = 4;
  private static final int WOULD_BLOCK = 11;
  private static final int OPEN_NONBLOCK = 0x800;
  private static final int OPEN_CLOSE_ON_EXEC = 0x80000;

  /// `O_NOFOLLOW` is not the same number on all processors.
  private static final int OPEN_NOFOLLOW =
      Set.of("aarch64", "arm", "ppc64", "ppc64le").contains(System.getProperty("os.arch"))
          ? 0x8000
          : 0x20000;

  private static final @Nullable Calls CALLS = Calls.find();

  private final int descriptor;
  private boolean closed;

  private InodeLock(int descriptor) {
    this.descriptor = descriptor;
  }

  /// Returns whether there are such locks: on Linux, unless the JVM forbids native access.
  static boolean supported() {
    return CALLS != null;
  }

  /// Locks a file; null if another descriptor, of whatever process, has it locked. Links are not
  /// followed.
  ///
  /// @throws IOException if it cannot be opened or locked
  static @Nullable InodeLock tryLock(Path file) throws IOException {
    return tryLock(file, LOCK_EXCLUSIVE);
  }

  /// Returns whether somebody has a file locked, taking a lock that others may share meanwhile.
  static boolean isLocked(Path file) throws IOException {
    InodeLock probe = tryLock(file, LOCK_SHARED);
    if (probe == null) {
      return true;
    }
    probe.close();
    return false;
  }

  private static @Nullable InodeLock tryLock(Path file, int kind) throws IOException {
    Calls calls = calls();
    int descriptor = calls.open(file, OPEN_NONBLOCK | OPEN_CLOSE_ON_EXEC | OPEN_NOFOLLOW);
    boolean locked = false;
    try {
      locked = calls.lock(descriptor, kind | LOCK_NOW);
      return locked ? new InodeLock(descriptor) : null;
    } finally {
      if (!locked) {
        calls.close(descriptor);
      }
    }
  }

  private static Calls calls() {
    if (CALLS == null) {
      throw new IllegalStateException("there are no locks of inodes here");
    }
    return CALLS;
  }

  /// Reads the first bytes of the locked file; fewer if it is shorter.
  byte[] head(int length) throws IOException {
    return calls().read(descriptor, length);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      calls().close(descriptor);
    }
  }

  /// The calls of the C library.
  private record Calls(
      MethodHandle open,
      MethodHandle flock,
      MethodHandle pread,
      MethodHandle close,
      MethodHandle strerror) {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    static @Nullable Calls find() {
      if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
        return null; // Elsewhere these locks and those of SQLite are in each other's way.
      }
      try {
        Linker.Option errno = Linker.Option.captureCallState("errno");
        return new Calls(
            handle(
                "open",
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                errno,
                Linker.Option.firstVariadicArg(2)),
            handle(
                "flock",
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                errno),
            handle(
                "pread",
                FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG),
                errno),
            handle(
                "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), errno),
            handle("strerror", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT)));
      } catch (RuntimeException | LinkageError e) {
        return null; // Native access is forbidden, or there is no such library.
      }
    }

    private static MethodHandle handle(
        String name, FunctionDescriptor types, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), types, options);
    }

    int open(Path file, int flags) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        MemorySegment name = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes(file));
        while (true) {
          int descriptor = (int) open.invokeExact(state, name, flags);
          if (descriptor >= 0) {
            return descriptor;
          }
          if (errno(state) != INTERRUPTED) {
            throw failed(file.toString(), state);
          }
        }
      } catch (Throwable e) {
        throw thrown(e);
      }
    }

    boolean lock(int descriptor, int how) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        while (true) {
          if ((int) flock.invokeExact(state, descriptor, how) == 0) {
            return true;
          }
          int errno = errno(state);
          if (errno == WOULD_BLOCK) {
            return false;
          }
          if (errno != INTERRUPTED) {
            throw failed("it cannot be locked", state);
          }
        }
      } catch (Throwable e) {
        throw thrown(e);
      }
    }

    byte[] read(int descriptor, int length) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        MemorySegment buffer = arena.allocate(length);
        long count = (long) pread.invokeExact(state, descriptor, buffer, (long) length, 0L);
        if (count < 0) {
          throw failed("it cannot be read", state);
        }
        return buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
      } catch (Throwable e) {
        throw thrown(e);
      }
    }

    void close(int descriptor) {
      try (Arena arena = Arena.ofConfined()) {
        int unused = (int) close.invokeExact(arena.allocate(STATE), descriptor);
      } catch (Throwable e) {
        throw new AssertionError("closing a descriptor does not throw", e);
      }
    }

    private static int errno(MemorySegment state) {
      return (int) ERRNO.get(state, 0L);
    }

    private IOException failed(String what, MemorySegment state) throws Throwable {
      MemorySegment words = (MemorySegment) strerror.invokeExact(errno(state));
      return new IOException(what + ": " + words.reinterpret(1_024).getString(0));
    }

    private static IOException thrown(Throwable e) {
      return e instanceof IOException it ? it : new IOException(e);
    }

    /// The name as the system knows it, whatever the encoding of this JVM, with a zero at its end.
    private static byte[] bytes(Path file) {
      String name = file.toUri().getRawPath();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(name.length() + 1);
      for (int i = 0; i < name.length(); i++) {
        char c = name.charAt(i);
        if (c == '%') {
          bytes.write(Integer.parseInt(name, i + 1, i + 3, 16));
          i += 2;
        } else {
          bytes.write(c);
        }
      }
      bytes.write(0);
      return bytes.toByteArray();
    }
  }
}
