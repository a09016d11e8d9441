package dev.treadle.internal.process;

import dev.treadle.Snooze;
import dev.treadle.internal.process.wire.Codec;
import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Wire;
import dev.treadle.internal.run.Order;
import dev.treadle.internal.run.Remote;
import dev.treadle.JobContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One worker JVM, as its parent sees it: one attempt at a time, by one thread; to be asked and
/// killed by any.
final class Worker {
  private static final int SAID_LINES_MAX = 20;
  private static final int SAID_CHARS_MAX = 500;
  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final Duration GONE_MAX = Duration.ofSeconds(2);

  private final long memory;
  private final ClassLoader classes;
  private final boolean group;
  private final Process process;
  private final CompletableFuture<Wire> wire = new CompletableFuture<>();
  private final Deque<String> said = new ArrayDeque<>();
  private volatile @Nullable String killed;
  private volatile @Nullable JobContext current;
  private int attempts;
  private Frame.Cost cost = Frame.Cost.UNKNOWN;

  /// A worker that was started and has not yet said hello.
  ///
  /// @param memory the largest heap it is allowed, in bytes
  /// @param classes where to find what it does not
  /// @param group whether it leads a process group of its own
  Worker(Process process, long memory, ClassLoader classes, boolean group) {
    this.group = group;
    this.process = process;
    this.memory = memory;
    this.classes = classes;
    drain(process.getInputStream());
    drain(process.getErrorStream());
    process.onExit().thenAccept(ended -> wire.completeExceptionally(new WorkerDied(death())));
  }

  /// Tells it the secret by which its parent knows it.
  void begin(String token) {
    try {
      tell(token);
    } catch (IOException e) {
      kill("its life line broke: " + e.getMessage());
    }
  }

  // Always read, so that nobody who prints has to wait; what is not printed by Java comes here.
  private void drain(InputStream stream) {
    Thread.ofVirtual()
        .name("worker-" + process.pid() + "-output")
        .start(() -> {
          try (BufferedReader lines =
              new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            char[] buffer = new char[4_096];
            StringBuilder line = new StringBuilder();
            for (int n = lines.read(buffer); n >= 0; n = lines.read(buffer)) {
              for (int i = 0; i < n; i++) {
                if (buffer[i] == '\n' || line.length() == buffer.length) {
                  printed(line.toString());
                  line.setLength(0);
                }
                if (buffer[i] != '\n') {
                  line.append(buffer[i]);
                }
              }
            }
            if (!line.isEmpty()) {
              printed(line.toString());
            }
          } catch (IOException e) {
            // It is dead, and its pipe with it.
          }
        });
  }

  private void printed(String line) {
    synchronized (said) {
      if (said.size() == SAID_LINES_MAX) {
        said.removeFirst();
      }
      said.add(line.length() <= SAID_CHARS_MAX ? line : line.substring(0, SAID_CHARS_MAX) + "…");
    }
    JobContext attempt = current;
    if (attempt != null) {
      attempt.log(line);
    }
  }

  private void tell(String line) throws IOException {
    synchronized (process) {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
    }
  }

  /// It has said hello, over this connection.
  void connected(Wire connection) {
    if (!wire.complete(connection)) {
      closeQuietly(connection);
    }
  }

  /// Whether it can be given an attempt, as far as is known.
  boolean alive() {
    return killed == null && process.isAlive() && !wire.isCompletedExceptionally();
  }

  /// Attempts that it has begun.
  int attempts() {
    return attempts;
  }

  /// What the last attempt cost.
  Frame.Cost cost() {
    return cost;
  }

  /// Runs an attempt and returns its value.
  ///
  /// @throws WorkerDied if the worker ended before the attempt did
  /// @throws Exception what the attempt threw
  @Nullable Object call(Order order, JobContext context) throws Throwable {
    Wire connection = ready();
    int id = ++attempts;
    cost = Frame.Cost.UNKNOWN;
    Frame.Run run =
        new Frame.Run(
            id,
            order.job(),
            order.attempt(),
            order.deadline(),
            order.isolation().code(),
            Codec.encode(order.input(), "the input"));
    current = context;
    try {
      connection.write(run);
      return result(connection, id, order, context);
    } catch (ProtocolException e) {
      kill("it broke the protocol: " + e.getMessage());
      throw new WorkerDied(awaitDeath());
    } catch (IOException e) {
      // The connection of a process that ends is gone a moment before the process is.
      if (!process.waitFor(GONE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        kill("it lost its connection: " + e.getMessage());
      }
      throw new WorkerDied(awaitDeath());
    } finally {
      current = null;
    }
  }

  private Wire ready() throws WorkerDied, InterruptedException {
    try {
      return wire.get(START_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof WorkerDied died ? died : new WorkerDied(e.toString());
    } catch (TimeoutException e) {
      kill("it did not start within " + START_MAX.toSeconds() + " s");
      throw new WorkerDied(death());
    }
  }

  private @Nullable Object result(Wire connection, int id, Order order, JobContext context)
      throws Throwable {
    while (true) {
      switch (connection.read()) {
        case Frame.Returned it when it.id() == id -> {
          cost = it.cost();
          return Codec.decode(it.value(), order.output(), "the result");
        }
        case Frame.Threw it when it.id() == id -> {
          cost = it.cost();
          throw Remembered.of(it.thrown());
        }
        case Frame.Snoozed it when it.id() == id -> {
          cost = it.cost();
          throw Snooze.of(Duration.ofNanos(it.nanos()));
        }
        case Frame.Progressed it when it.id() == id -> context.progress(it.done(), it.total());
        case Frame.Logged it when it.id() == id -> context.log(it.line());
        case Frame.ClassWanted it ->
            connection.write(new Frame.ClassFound(classBytes(it.resource())));
        case Frame unexpected ->
            throw new ProtocolException(
                "a " + unexpected.getClass().getSimpleName() + " frame out of turn");
      }
    }
  }

  private byte @Nullable [] classBytes(String resource) throws IOException {
    try (InputStream in = classes.getResourceAsStream(resource)) {
      return in == null ? null : in.readAllBytes();
    }
  }

  /// Whether its heap is so large.
  boolean has(long heap) {
    return memory == heap;
  }

  /// What somebody who wants the next attempt to end acts on.
  Remote remote() {
    int id = attempts + 1;
    return new Remote() {
      @Override
      public void ask() {
        try {
          tell(String.valueOf(id));
        } catch (IOException e) {
          // It is dead or dying, and whoever runs the attempt hears of that.
        }
      }

      @Override
      public void kill(String why) {
        Worker.this.kill(why);
      }
    };
  }

  /// Ends the process, and all that it started. Does not wait.
  void kill(String why) {
    synchronized (this) {
      if (killed == null) {
        killed = why;
      }
    }
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
    sweep();
  }

  // What it started and is no child of it any more is still in its group.
  private void sweep() {
    if (!group) {
      return;
    }
    try {
      Process unused =
          new ProcessBuilder("kill", "-KILL", "--", "-" + process.pid())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      // Without that tool, the descendants must do.
    }
  }

  private String awaitDeath() throws InterruptedException {
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      return "its process does not end, though it was killed: " + killed;
    }
    if (killed == null) {
      sweep(); // it ended by itself, and may have left others behind
    }
    return death();
  }

  private String death() {
    synchronized (said) {
      return Death.of(process.exitValue(), killed, memory, List.copyOf(said));
    }
  }

  private static void closeQuietly(Wire wire) {
    try {
      wire.close();
    } catch (IOException e) {
      // It was of no use.
    }
  }
}
