package dev.treadle.internal.process;

import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts workers, lets them connect, and keeps one in reserve. Thread-safe.
final class Workers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

  private final Path folder;
  private final ServerSocketChannel server;
  private final Launch launch;
  private final ClassLoader classes;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Worker> expected = new ConcurrentHashMap<>();
  private final List<Worker> all = new ArrayList<>(); // guarded by itself
  private @Nullable Future<Worker> standby; // guarded by this
  private long standbyMemory; // guarded by this
  private boolean closed; // guarded by this

  /// All workers are started by one thread that lives as long as they may: where the kernel kills
  /// them with their parent, it takes the thread that started them for that.
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("treadle-worker-starter").factory());

  /// @param classes where to find what a worker does not
  Workers(ClassLoader classes) {
    this.classes = classes;
    try {
      this.folder = Files.createTempDirectory("treadle"); // 0700, as the JDK makes them
      Path socket = folder.resolve("socket");
      this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket), 256);
      this.launch = new Launch(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("no socket for worker processes can be made", e);
    }
    Thread.ofPlatform().daemon().name("treadle-worker-door").start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = server.accept();
        Thread.ofVirtual().name("treadle-worker-hello").start(() -> greet(channel));
      }
    } catch (IOException e) {
      // Closed: the end.
    }
  }

  private void greet(SocketChannel channel) {
    Wire wire = new Wire(channel);
    try {
      if (wire.read() instanceof Frame.Hello hello) {
        @Nullable Worker worker = expected.remove(hello.token());
        if (worker != null) {
          worker.connected(wire);
          return;
        }
      }
      LOG.warn("a process that is no worker of this one has connected, and was refused");
      wire.close();
    } catch (IOException e) {
      LOG.warn("a worker that connected could not be understood: {}", e.toString());
    }
  }

  /// A worker with such a heap: the one in reserve if it will do, and then another is started to
  /// take its place.
  Worker take(long memory) throws IOException, InterruptedException {
    Future<Worker> next;
    synchronized (this) {
      next = standby != null && standbyMemory == memory ? standby : null;
      if (next == null) {
        next = starter.submit(() -> start(memory));
      }
      standby = closed ? null : starter.submit(() -> start(memory));
      standbyMemory = memory;
    }
    try {
      return next.get();
    } catch (ExecutionException e) {
      throw new IOException("no worker process can be started: " + e.getCause(), e.getCause());
    }
  }

  private Worker start(long memory) throws IOException {
    byte[] secret = new byte[16];
    random.nextBytes(secret);
    String token = HexFormat.of().formatHex(secret);
    Process process = launch.start(memory);
    Worker worker = new Worker(process, memory, classes, launch.groups());
    expected.put(token, worker); // before it is told the token, and so before it can say it
    worker.begin(token);
    synchronized (all) {
      all.removeIf(old -> !old.alive());
      all.add(worker);
    }
    boolean late;
    synchronized (this) {
      late = closed;
    }
    if (late) {
      worker.kill("its parent closed");
    }
    return worker;
  }

  /// Ends all workers.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      standby = null;
    }
    starter.shutdown();
    synchronized (all) {
      all.forEach(worker -> worker.kill("its parent closed"));
    }
    try {
      server.close();
      Files.deleteIfExists(folder.resolve("socket"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.warn("the folder {} of the workers' socket is left behind: {}", folder, e.toString());
    }
  }
}
