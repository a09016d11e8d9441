package dev.treadle.internal.process.worker;

import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Wire;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// Finds classes and other files that are not on the class path of the worker with its parent:
/// those of a source file that is run as it is, or from inside of another jar.
///
/// It is also the one that reads what the parent says. Whoever waits for something reads, unless
/// another does already; what is meant for others is left for them. Thread-safe.
final class ParentLoader extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private final Wire wire;

  /// Held by who asks, until he has the answer: the parent answers one after another.
  private final Object asking = new Object();

  // Guarded by this.
  private final Queue<Frame> orders = new ArrayDeque<>();
  private Frame.@Nullable ClassFound answer;
  private boolean reading;

  ParentLoader(Wire wire) {
    super(ParentLoader.class.getClassLoader());
    this.wire = wire;
  }

  /// The next frame for who runs attempts.
  Frame next() throws IOException {
    while (true) {
      synchronized (this) {
        Frame known = orders.poll();
        if (known != null) {
          return known;
        }
        if (!mayRead()) {
          continue;
        }
      }
      read();
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte @Nullable [] bytes;
    try {
      bytes = ask(name.replace('.', '/') + ".class");
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
    if (bytes == null) {
      throw new ClassNotFoundException(name + ": neither the worker nor its parent has it");
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  @Override
  public @Nullable InputStream getResourceAsStream(String name) {
    InputStream own = super.getResourceAsStream(name);
    try {
      byte @Nullable [] bytes = own == null ? ask(name) : null;
      return bytes == null ? own : new ByteArrayInputStream(bytes);
    } catch (IOException e) {
      return null;
    }
  }

  private byte @Nullable [] ask(String resource) throws IOException {
    synchronized (asking) {
      wire.write(new Frame.ClassWanted(resource));
      while (true) {
        synchronized (this) {
          if (answer != null) {
            byte @Nullable [] bytes = answer.bytes();
            answer = null;
            return bytes;
          }
          if (!mayRead()) {
            continue;
          }
        }
        read();
      }
    }
  }

  /// Takes the part of the reader; if another has it, waits until he has read something.
  private boolean mayRead() {
    if (!reading) {
      reading = true;
      return true;
    }
    boolean interrupted = false;
    try {
      wait();
    } catch (InterruptedException e) {
      interrupted = true; // what is waited for comes, or the worker ends
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private void read() throws IOException {
    Frame frame = null;
    try {
      frame = wire.read();
    } finally {
      synchronized (this) {
        reading = false;
        switch (frame) {
          case null -> {}
          case Frame.ClassFound found -> answer = found;
          case Frame order -> orders.add(order);
        }
        notifyAll();
      }
    }
  }
}
