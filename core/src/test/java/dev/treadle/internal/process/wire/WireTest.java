package dev.treadle.internal.process.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Code;
import dev.treadle.internal.codec.Codec;
import dev.treadle.internal.codec.Payload;
import dev.treadle.internal.thrown.Thrown;
import dev.treadle.spi.Finish;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames over a real socket.
class WireTest {
  @TempDir Path folder;
  private SocketChannel raw;
  private Wire writer;
  private Wire reader;

  @BeforeEach
  void connect() throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      raw = SocketChannel.open(address);
      writer = new Wire(raw);
      reader = new Wire(server.accept());
    }
  }

  @AfterEach
  void close() throws IOException {
    writer.close();
    reader.close();
  }

  private static Payload text(String text) {
    return Codec.encode(text, "the value");
  }

  private static String text(Payload payload) {
    return String.valueOf(Codec.decode(payload, String.class, "the value"));
  }

  private static Frame.Run run(int id, boolean alone, String input) {
    return new Frame.Run(
        id, alone, 7, "task", 2, "trace", 99, new Code("A", "b", "()V"), text(input));
  }

  @Test
  void framesComeAsTheyWent() throws IOException {
    List<StackTraceElement> frames =
        List.of(
            new StackTraceElement("a.B", "c", "B.java", 7),
            new StackTraceElement("a.B", "d", null, -2));
    Thrown cause = new Thrown("a.Cause", null, List.of(), null, List.of());
    Thrown thrown = new Thrown("a.Böse", "böse", frames, cause, List.of(cause, cause));
    Finish.Cost cost = new Finish.Cost(1, 2, 3);
    List<Frame> all =
        List.of(
            new Frame.Hello("token", 4),
            new Frame.Threw(1, cost, thrown),
            new Frame.Snoozed(2, cost, 5),
            new Frame.Progressed(3, 6, 7),
            new Frame.Logged(4, "a line"),
            new Frame.Where(5, "main", frames),
            new Frame.ClassWanted("a/B.class"),
            new Frame.ClassFound(null));
    for (Frame frame : all) {
      int unused = writer.put(frame);
    }
    writer.flush();
    for (Frame frame : all) {
      assertThat(reader.read()).isEqualTo(frame);
    }
  }

  @Test
  void valuesOfAllSizesComeInOrder() throws Exception {
    writer.beside(new Bulk(folder.resolve("there")), new Bulk(folder.resolve("back")));
    reader.beside(new Bulk(folder.resolve("back")), new Bulk(folder.resolve("there")));
    Random random = new Random(3);
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int size = random.nextInt(10) == 0 ? random.nextInt(3_000_000) : random.nextInt(2_000);
      sent.add(String.valueOf((char) ('a' + i % 26)).repeat(size));
    }
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < sent.size(); i++) {
                try {
                  writer.write(run(i, false, sent.get(i)));
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              }
            });
    for (int i = 0; i < sent.size(); i++) {
      Frame.Run got = (Frame.Run) reader.read();
      assertThat(got.id()).isEqualTo(i);
      assertThat(text(got.input())).isEqualTo(sent.get(i));
    }
    thread.join();
  }

  @Test
  void largeValuesGoBesideTheFramesOneAfterAnother() throws IOException {
    writer.beside(new Bulk(folder.resolve("there")), new Bulk(folder.resolve("back")));
    reader.beside(new Bulk(folder.resolve("back")), new Bulk(folder.resolve("there")));
    for (int size : new int[] {Bulk.MIN, 5_000_000, Bulk.MIN + 1, 90_000_000, 10}) {
      writer.write(run(1, true, "x".repeat(size))); // more than the socket holds, and nobody reads
      assertThat(text(((Frame.Run) reader.read()).input())).hasSize(size);
    }
    assertThat(Files.size(folder.resolve("there"))).isGreaterThanOrEqualTo(90_000_000);
  }

  @Test
  void withoutRoomBesideTheyGoThroughTheSocket() throws Exception {
    // A link, since who closes deletes.
    Path full = Files.createSymbolicLink(folder.resolve("full"), Path.of("/dev/full"));
    writer.beside(new Bulk(full), new Bulk(folder.resolve("back")));
    reader.beside(new Bulk(folder.resolve("back")), new Bulk(full));
    Frame.Run sent = run(1, true, "x".repeat(1_000_000));
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                writer.write(sent);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(text(((Frame.Run) reader.read()).input())).hasSize(1_000_000);
    thread.join();
  }

  @Test
  void whatIsTooLargeIsRefusedAndTheNextGoes() throws IOException {
    assertThatThrownBy(() -> writer.write(run(1, true, "x".repeat(Wire.FRAME_MAX))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("at most 67,108,864 bytes fit");
    writer.write(run(2, true, "small"));
    assertThat(((Frame.Run) reader.read()).id()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Wire.FRAME_MAX + 1, Integer.MAX_VALUE})
  void lengthsThatCannotBeAreRefused(int length) throws IOException {
    raw.write(ByteBuffer.allocate(4).putInt(0, length));
    assertThatThrownBy(reader::read).isInstanceOf(ProtocolException.class);
  }

  @Test
  void halfAFrameIsAnEnd() throws IOException {
    raw.write(ByteBuffer.allocate(10).putInt(0, 100));
    raw.close();
    assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
  }

  @Test
  void garbageIsRefusedAndNeverRead() throws IOException {
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      byte[] garbage = new byte[1 + random.nextInt(60)];
      random.nextBytes(garbage);
      garbage[0] = (byte) random.nextInt(11);
      ByteBuffer frame = ByteBuffer.allocate(4 + garbage.length);
      raw.write(frame.putInt(garbage.length).put(garbage).flip());
      try {
        Frame unused = reader.read(); // by chance it may be one
      } catch (ProtocolException e) {
        close();
        Files.delete(folder.resolve("socket"));
        connect();
      }
    }
  }
}
