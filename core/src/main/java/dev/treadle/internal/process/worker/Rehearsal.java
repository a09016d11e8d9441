package dev.treadle.internal.process.worker;

import dev.treadle.Code;
import dev.treadle.internal.process.wire.Codec;
import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Payload;
import dev.treadle.internal.process.wire.Wire;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A worker and its parent in one JVM, for as long as three attempts: so that all classes that a
/// worker needs are loaded, and can be kept for workers to come.
final class Rehearsal {
  private static final long IDLE_MILLIS = 50;

  private Rehearsal() {}

  /// An input and a result.
  public record Line(String text, int number, double share) {
    /// What the attempts run.
    public static Line of(Line line) {
      return new Line(line.text() + "!", line.number() + 1, line.share());
    }
  }

  /// Loads what attempts need first, in a worker that stands in reserve: who has an attempt at once
  /// loads what that needs, and no more.
  static void warmUp(CountDownLatch begun) {
    try {
      if (begun.await(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      return;
    }
    Payload line = Codec.encode(new Line("a", 1, 0.5), "the input");
    Object unused = Codec.decode(line, Line.class, "the input");
    new Meter().start(new Meter.Habit());
  }

  static void run() throws IOException {
    Path folder = Files.createTempDirectory("treadle");
    Path socket = folder.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofPlatform().daemon().start(() -> order(server));
      PipedOutputStream lifeLine = new PipedOutputStream();
      PipedInputStream in = new PipedInputStream(lifeLine);
      lifeLine.write("token\n".getBytes(StandardCharsets.US_ASCII));
      String[] args = {
        "unix:" + socket, folder.resolve("a").toString(), folder.resolve("b").toString()
      };
      int unused = WorkerMain.work(in, args);
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(folder);
    }
  }

  private static void order(ServerSocketChannel server) {
    try (Wire parent = new Wire(server.accept())) {
      Frame unused = parent.read();
      String type = Line.class.descriptorString();
      Code code = new Code(Line.class.getName(), "of", "(" + type + ")" + type);
      for (int id = 1; id <= 3; id++) {
        Payload input = Codec.encode(new Line("a", id, 0.5), "the input");
        parent.write(new Frame.Run(id, true, 1, 1, Long.MAX_VALUE, code, input));
        unused = parent.read();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
