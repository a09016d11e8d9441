package dev.treadle.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The least that a way to another JVM and back can cost: bytes over a Unix-domain socket, sent
/// back as they are.
final class SocketEcho implements AutoCloseable {
  private final Path folder = Files.createTempDirectory("treadle-bench");
  private final Process process;
  private final SocketChannel channel;
  private final ByteBuffer buffer;

  /// @param bytes of a message
  SocketEcho(int bytes) throws IOException {
    Path socket = folder.resolve("socket");
    this.buffer = ByteBuffer.allocateDirect(bytes);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      process =
          ChildJvm.of(
                  List.of("-XX:+UseSerialGC"),
                  SocketEcho.class,
                  socket.toString(),
                  String.valueOf(bytes))
              .start();
      channel = server.accept();
    }
  }

  /// The other side.
  public static void main(String[] args) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(Integer.parseInt(args[1]));
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(args[0]))) {
      while (read(channel, buffer)) {
        write(channel, buffer);
      }
    }
  }

  /// Microseconds for one way there and back.
  double micros(int times) throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      buffer.clear();
      write(channel, buffer);
      if (!read(channel, buffer)) {
        throw new IOException("the echo has ended");
      }
    }
    return (System.nanoTime() - start) / 1e3 / times;
  }

  private static boolean read(SocketChannel channel, ByteBuffer buffer) throws IOException {
    buffer.clear();
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        return false;
      }
    }
    buffer.flip();
    return true;
  }

  private static void write(SocketChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    process.destroy();
    Files.deleteIfExists(folder.resolve("socket"));
    Files.deleteIfExists(folder);
  }
}
