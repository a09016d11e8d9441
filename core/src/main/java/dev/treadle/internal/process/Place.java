package dev.treadle.internal.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where this JVM and its workers meet: a socket, and a folder for large values. Only their user
/// may enter the folders.
final class Place implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Place.class);
  private static final Path MEMORY = Path.of("/dev/shm");

  private final Path folder;
  private final Path bulk;
  private final ServerSocketChannel server;
  private final String address;

  /// @param unix whether to try for a socket in the folder; otherwise it is one of TCP, on loopback
  Place(boolean unix) throws IOException {
    this.folder = PrivateFolder.create(null);
    this.bulk = bulk(folder);
    Path socket = folder.resolve("socket");
    ServerSocketChannel made = null;
    String where = "";
    if (unix) {
      try {
        made = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        made.bind(UnixDomainSocketAddress.of(socket), 256);
        where = "unix:" + socket;
      } catch (IOException | UnsupportedOperationException e) {
        LOG.debug("no Unix-domain socket at {}", socket, e); // too long a path, or no such thing
        made = null;
      }
    }
    if (made == null) {
      made = ServerSocketChannel.open();
      made.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
      where = "tcp:" + ((InetSocketAddress) made.getLocalAddress()).getPort();
    }
    this.server = made;
    this.address = where;
  }

  private static Path bulk(Path otherwise) {
    if (Files.isWritable(MEMORY)) {
      try {
        return PrivateFolder.create(MEMORY);
      } catch (IOException e) {
        LOG.debug("large values go through {}", otherwise, e);
      }
    }
    return otherwise;
  }

  /// A folder on disk.
  Path folder() {
    return folder;
  }

  /// Deletes the folders of JVMs that were killed together with their guard. Slow: for a thread
  /// that nobody waits for.
  void removeLeftOvers() {
    for (Path each : folders()) {
      PrivateFolder.removeLeftOvers(each);
    }
  }

  /// All folders.
  List<Path> folders() {
    return folder.equals(bulk) ? List.of(folder) : List.of(folder, bulk);
  }

  /// Where workers connect, as they are told.
  String address() {
    return address;
  }

  /// A file for large values.
  Path bulk(int worker, String direction) {
    return bulk.resolve(worker + "." + direction);
  }

  /// The next connection.
  SocketChannel accept() throws IOException {
    SocketChannel channel = server.accept();
    if (address.startsWith("tcp:")) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    return channel;
  }

  /// Deletes all, as far as the guard has not done so.
  @Override
  public void close() {
    try {
      server.close();
      for (Path each : folders()) {
        PrivateFolder.delete(each);
      }
    } catch (IOException e) {
      LOG.warn("the folders {} of worker processes are left behind: {}", folders(), e.toString());
    }
  }
}
