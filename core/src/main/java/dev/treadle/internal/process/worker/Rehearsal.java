package dev.treadle.internal.process.worker;

import dev.treadle.Code;
import dev.treadle.internal.process.wire.Bulk;
import dev.treadle.internal.process.wire.Codec;
import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// A worker and its parent in one JVM, for as long as three attempts: so that all classes that a
/// worker needs are loaded, and can be kept for workers to come.
final class Rehearsal {
  private Rehearsal() {}

  /// An input and a result.
  public record Line(String text, int number, double share) {
    /// What the attempts run.
    public static Line of(Line line) {
      return new Line(line.text() + "!", line.number() + 1, line.share());
    }
  }

  static void run() throws IOException {
    Path folder = Files.createTempDirectory("treadle");
    Path socket = folder.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Wire worker = new Wire(WorkerMain.connect("unix:" + socket));
      worker.beside(new Bulk(folder.resolve("a")), new Bulk(folder.resolve("b")));
      Wire parent = new Wire(server.accept());
      Thread.ofPlatform().daemon().start(() -> work(worker));
      parent.write(new Frame.Hello("x", 1));
      Code code =
          new Code(
              Line.class.getName(),
              "of",
              Line.class.descriptorString().transform(d -> "(" + d + ")" + d));
      for (int id = 1; id <= 3; id++) {
        parent.write(
            new Frame.Run(
                id, true, 1, 1, Long.MAX_VALUE, code, Codec.encode(new Line("a", id, 0.5), "")));
        Frame end = parent.read();
        if (end instanceof Frame.Returned returned) {
          Object unused = Codec.decode(returned.value(), Line.class, "");
        }
      }
      parent.close();
      worker.close();
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(folder);
    }
  }

  private static void work(Wire wire) {
    try {
      Frame unused = wire.read();
      new Attempts(wire, new ParentLoader(wire), lack -> {}).runAll();
    } catch (EOFException e) {
      // The end.
    } catch (IOException e) {
      System.err.println(e);
    }
  }
}
