package dev.treadle.internal.process.worker;

import dev.treadle.Code;
import dev.treadle.internal.codec.Codec;
import dev.treadle.internal.codec.Payload;
import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Mark;
import dev.treadle.internal.process.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A worker and its parent in one JVM, for as long as three attempts: so that all classes that a
/// worker needs are loaded, and can be kept for workers to come.
final class Rehearsal {
  private static final long IDLE_MILLIS = 50;
  private static final int ATTEMPTS = 8;

  private Rehearsal() {}

  /// An input and a result.
  public record Line(String text, int number, double share) {
    /// What the attempts run.
    public static Line of(Line line) {
      return new Line(line.text() + "!", line.number() + 1, line.share());
    }
  }

  /// Runs attempts of its own in a worker that stands in reserve, so that the first real one finds
  /// all classes there. A worker that is given an attempt at once does without.
  ///
  /// @param owner a class to look for; it need not be there
  static void warmUp(CountDownLatch begun, String owner) {
    try {
      if (!begun.await(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
        lookFor(owner);
        Tape tape = new Tape();
        order(new Wire(tape));
        Wire wire = new Wire(tape);
        new Attempts(wire, new Mark(Path.of("/dev/null")), new ParentLoader(wire), lack -> {})
            .runAll();
      }
    } catch (EOFException e) {
      // The end of the tape.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // Whether it is there or not, all jars up to it are open then.
  private static void lookFor(String owner) {
    try {
      var unused =
          Class.forName(owner, false, ClassLoader.getSystemClassLoader()).getDeclaredMethods();
    } catch (ClassNotFoundException | LinkageError e) {
      // The parent may have it, or the attempt will say so.
    }
  }

  /// A channel that gives back what was written first, and then only listens.
  private static final class Tape implements ByteChannel {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private @Nullable ByteBuffer played;

    @Override
    public int write(ByteBuffer from) {
      byte[] bytes = new byte[from.remaining()];
      from.get(bytes);
      if (played == null) {
        written.writeBytes(bytes);
      }
      return bytes.length;
    }

    @Override
    public int read(ByteBuffer into) {
      ByteBuffer from = played == null ? ByteBuffer.wrap(written.toByteArray()) : played;
      played = from;
      int length = Math.min(from.remaining(), into.remaining());
      into.put(from.slice(from.position(), length));
      from.position(from.position() + length);
      return length == 0 ? -1 : length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static void order(Wire worker) throws IOException {
    String type = Line.class.descriptorString();
    Code code = new Code(Line.class.getName(), "of", "(" + type + ")" + type);
    for (int id = 1; id <= ATTEMPTS; id++) {
      Payload input = Codec.encode(new Line("a", id, 0.5), "the input");
      worker.write(new Frame.Run(id, false, 1, null, 1, null, Long.MAX_VALUE, code, input));
    }
  }

  static void run() throws IOException {
    Path folder = Files.createTempDirectory("treadle");
    Path socket = folder.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofPlatform().daemon().start(() -> parent(server));
      PipedOutputStream lifeLine = new PipedOutputStream();
      PipedInputStream in = new PipedInputStream(lifeLine);
      lifeLine.write("token\n".getBytes(StandardCharsets.US_ASCII));
      String[] args = {
        "unix:" + socket,
        folder.resolve("a").toString(),
        folder.resolve("b").toString(),
        "",
        "/dev/null"
      };
      int unused = WorkerMain.work(in, args);
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(folder);
    }
  }

  private static void parent(ServerSocketChannel server) {
    try (Wire parent = new Wire(server.accept())) {
      Frame unused = parent.read();
      order(parent);
      for (int id = 1; id <= ATTEMPTS; id++) {
        if (parent.read() instanceof Frame.Returned returned) {
          Object unusedLine = Codec.decode(returned.value(), Line.class, "the result");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
