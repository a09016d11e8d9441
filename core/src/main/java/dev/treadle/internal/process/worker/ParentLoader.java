package dev.treadle.internal.process.worker;

import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Wire;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// Finds classes that are not on the class path of the worker with its parent: those of a source
/// file that is run as it is, or from inside of another jar.
final class ParentLoader extends ClassLoader {
  private final Wire wire;

  /// Frames that came while a class was awaited.
  private final Queue<Frame> early = new ArrayDeque<>();

  private @Nullable Thread reader;

  ParentLoader(Wire wire) {
    super(ParentLoader.class.getClassLoader());
    this.wire = wire;
  }

  /// The next frame for who runs attempts. Only that thread reads, and only it can wait for classes.
  Frame next() throws IOException {
    reader = Thread.currentThread();
    Frame frame = early.poll();
    return frame != null ? frame : wire.read();
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (Thread.currentThread() != reader) {
      throw new ClassNotFoundException(
          name + ": a class that only the parent has must be used by the attempt's own thread first");
    }
    byte @Nullable [] bytes = ask(name);
    if (bytes == null) {
      throw new ClassNotFoundException(name + ": neither the worker nor its parent has it");
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte @Nullable [] ask(String name) throws ClassNotFoundException {
    try {
      wire.write(new Frame.ClassWanted(name.replace('.', '/') + ".class"));
      while (true) {
        Frame frame = wire.read();
        if (frame instanceof Frame.ClassFound found) {
          return found.bytes();
        }
        early.add(frame);
      }
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
