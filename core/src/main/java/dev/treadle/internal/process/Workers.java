package dev.treadle.internal.process;

import dev.treadle.internal.process.wire.Bulk;
import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Wire;
import dev.treadle.internal.run.ThreadBuilders;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts workers, lets them connect, and keeps one in reserve. Thread-safe.
final class Workers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

  private static final long STANDBY_MILLIS = 30;

  private final Place place;
  private final Warden warden;
  private final Launch launch;
  private final ClassLoader classes;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Worker> expected = new ConcurrentHashMap<>();
  private final Set<Worker> all = ConcurrentHashMap.newKeySet();
  private final AtomicInteger started = new AtomicInteger();
  private final Door door = new Door();
  private final AtomicBoolean warned = new AtomicBoolean();
  private volatile String latestClass = "";
  private @Nullable Standby standby; // guarded by this
  private boolean closed; // guarded by this

  /// So many boot at once: more would be ready no sooner, and take the cores from those that work.
  private final Semaphore booting =
      new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()));

  /// One thread starts them all.
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(
          ThreadBuilders.platform().name("treadle-worker-starter").factory());

  /// @param classes where to find what a worker does not
  Workers(Place place, Warden warden, ClassLoader classes) throws IOException {
    this.place = place;
    this.warden = warden;
    this.classes = classes;
    this.launch = new Launch(place.folder());
    warden.run(place::removeLeftOvers);
    ThreadBuilders.platform().name("treadle-worker-door").start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = place.accept();
        Wire wire = new Wire(channel);
        door.admit(wire, warden);
        warden.run(() -> greet(wire));
      }
    } catch (IOException | RejectedExecutionException e) {
      // Closed: the end, also of a worker that has just come.
    }
  }

  private void greet(Wire wire) {
    try {
      if (wire.read(Door.HELLO_MAX) instanceof Frame.Hello hello) {
        @Nullable Worker worker = expected.remove(hello.token());
        if (worker != null) {
          door.leave(wire);
          worker.connected(wire);
          return;
        }
      }
      refused("it is no worker of this one", null);
    } catch (EOFException e) {
      LOG.debug("a worker ended before it said hello", e);
    } catch (IOException e) {
      refused("it was not understood", e);
    }
    door.leave(wire);
    try {
      wire.close();
    } catch (IOException e) {
      LOG.debug("a connection that was refused could not be closed", e);
    }
  }

  /// Warned of once: strangers may connect as often as they like.
  private void refused(String why, @Nullable IOException failure) {
    if (warned.compareAndSet(false, true)) {
      LOG.warn(
          "a process has connected and was refused: {}{}; later ones are logged at debug",
          why,
          failure == null ? "" : ": " + failure);
    } else {
      LOG.debug("a process has connected and was refused: {}", why, failure);
    }
  }

  /// A worker with such a heap: the one in reserve if it will do. Another is started then, to take
  /// its place, unless memory is short: then it is started when it is needed.
  ///
  /// @param owner the class of the code that it is to run; those in reserve look for it ahead of
  ///   time
  /// @throws IOException if none can be started
  Worker take(long heap, String owner) throws IOException, InterruptedException {
    latestClass = owner;
    Standby mine;
    @Nullable Standby other;
    @Nullable Standby next;
    synchronized (this) {
      Standby ready = standby;
      boolean fits = ready != null && ready.heap() == heap;
      mine = ready != null && fits ? ready : prepared(heap);
      other = fits ? null : ready;
      next = closed ? null : prepared(heap);
      standby = next;
    }
    starter.execute(mine); // does nothing if it was started
    startLater(next);
    if (other != null) {
      other.dismiss();
    }
    Worker worker = mine.get();
    return worker.alive() ? worker : start(heap);
  }

  private Standby prepared(long heap) {
    return new Standby(heap, () -> start(heap));
  }

  // Not at once: while a JVM boots, the attempt for which the last one was taken waits for a core.
  private void startLater(@Nullable Standby next) {
    if (next != null) {
      warden.later(
          STANDBY_MILLIS,
          () -> {
            if (!Proc.isMemoryLow(next.heap() + Launch.BEYOND_HEAP)) {
              starter.execute(next);
            }
          });
    }
  }

  /// Starts one.
  Worker start(long heap) throws IOException, InterruptedException {
    booting.acquire();
    try {
      Worker worker = startNow(heap);
      worker.onReadyOrDead(booting::release);
      return worker;
    } catch (Throwable thrown) {
      booting.release();
      throw thrown;
    }
  }

  private Worker startNow(long heap) throws IOException {
    synchronized (this) {
      if (closed) {
        throw new IOException("its parent closed");
      }
    }
    byte[] secret = new byte[16];
    random.nextBytes(secret);
    String token = HexFormat.of().formatHex(secret);
    int number = started.incrementAndGet();
    Path in = place.bulk(number, "in");
    Path out = place.bulk(number, "out");
    Path mark = place.bulk(number, "mark");
    Process process =
        launch.start(
            heap,
            List.of(place.address(), in.toString(), out.toString(), latestClass, mark.toString()));
    Worker worker;
    try {
      worker =
          new Worker(
              process, heap, classes, warden, new Bulk(in), new Bulk(out), mark, all::remove);
    } catch (RejectedExecutionException e) {
      process.destroyForcibly();
      throw new IOException("its parent closed", e);
    } catch (Throwable thrown) {
      process.destroyForcibly(); // No thread to read what it prints, for one.
      throw thrown;
    }
    all.add(worker);
    expected.put(token, worker); // before it is told the token, and so before it can say it
    worker.begin(token);
    boolean late;
    synchronized (this) {
      late = closed;
      if (number == 2 && !late) {
        starter.execute(() -> launch.prepare(warden)); // nobody waits for it now
      }
    }
    if (late) {
      worker.kill("its parent closed");
    }
    return worker;
  }

  /// Makes what later starts are faster with.
  void prepare() {
    launch.prepare(warden);
  }

  /// Ends all workers.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      standby = null;
    }
    starter.shutdown();
    all.forEach(worker -> worker.kill("its parent closed"));
  }
}
