package dev.treadle.internal.process;

import dev.treadle.Code;
import dev.treadle.Isolation;
import dev.treadle.JobContext;
import dev.treadle.Snooze;
import dev.treadle.Stack;
import dev.treadle.internal.codec.Codec;
import dev.treadle.internal.codec.Payload;
import dev.treadle.internal.process.wire.Bulk;
import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Mark;
import dev.treadle.internal.process.wire.Wire;
import dev.treadle.internal.run.LogContext;
import dev.treadle.internal.run.Order;
import dev.treadle.internal.run.Remote;
import dev.treadle.internal.run.Run;
import dev.treadle.internal.thrown.Remembered;
import dev.treadle.spi.Finish;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One worker JVM, as its parent sees it. It runs one attempt at a time, in the order in which they
/// were sent; one thread sends them and receives their ends; any may ask and kill.
final class Worker {
  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final Duration GONE_MAX = Duration.ofSeconds(2);
  private static final long AGE_MAX_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long STOPPED_MAX_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long ANSWER_MAX_MILLIS = 1_000;
  private static final long LOOK_MILLIS = 1_000;
  private static final long LOOK_WITHOUT_LIMIT_MILLIS = 50;

  private static final long BYTES_AHEAD_MAX = 64 * 1024;

  private final long heap;
  private final ClassLoader classes;
  private final Warden warden;
  private final Bulk toWorker;
  private final Bulk fromWorker;
  private final Path mark;
  private final Process process;
  private final long born = System.nanoTime();
  private final CompletableFuture<Wire> wire = new CompletableFuture<>();
  private final Said said = new Said();
  private final Future<?> watch;
  private final ArrayDeque<Sent> sent = new ArrayDeque<>();
  private volatile Death.@Nullable Killed killed;
  private volatile long stoppedSince;
  private volatile boolean grown;
  private volatile int running; // the id of the attempt that runs
  private final Object asking = new Object();
  private @Nullable Question question; // guarded by asking
  private final Set<Code> loaded = new HashSet<>(); // by the thread that sends alone
  private int attempts;
  private long bytesAhead;
  private Finish.Cost cost = Finish.Cost.UNKNOWN;

  /// A worker that was started and has not yet said hello.
  ///
  /// @param heap at most, in bytes
  /// @param classes where to find what it does not
  /// @param mark where it notes which attempt it has begun
  /// @param gone is told of its end
  Worker(
      Process process,
      long heap,
      ClassLoader classes,
      Warden warden,
      Bulk toWorker,
      Bulk fromWorker,
      Path mark,
      Consumer<Worker> gone) {
    this.mark = mark;
    this.process = process;
    this.heap = heap;
    this.classes = classes;
    this.warden = warden;
    this.toWorker = toWorker;
    this.fromWorker = fromWorker;
    warden.guard(process);
    warden.run(() -> said.read(process.getInputStream()));
    watch =
        warden.every(Wrapper.limitsMemory() ? LOOK_MILLIS : LOOK_WITHOUT_LIMIT_MILLIS, this::look);
    process.onExit().thenAccept(ended -> ended(gone));
  }

  private void ended(Consumer<Worker> gone) {
    watch.cancel(false);
    answered(null);
    warden.ended(process);
    gone.accept(this);
    if (!wire.completeExceptionally(new IOException("it has ended"))) {
      closeQuietly(wire.getNow(null));
    }
  }

  private void look() {
    Proc.Use use = Proc.of(process.pid());
    if (use.residentBytes() > heap + Launch.BEYOND_HEAP) {
      kill(
          new Death.Killed(
              "it had %,d MiB of memory resident, more than the %,d MiB for a heap of %,d MiB"
                  .formatted(
                      use.residentBytes() >> 20, (heap + Launch.BEYOND_HEAP) >> 20, heap >> 20),
              true));
    }
    grown = use.residentBytes() > heap + Launch.BEYOND_HEAP / 4 * 3;
    if (!use.stopped()) {
      stoppedSince = 0;
    } else if (stoppedSince == 0) {
      stoppedSince = System.nanoTime();
    } else if (System.nanoTime() - stoppedSince > STOPPED_MAX_NANOS) {
      kill("it was stopped (SIGSTOP) and did not go on");
    }
  }

  /// Tells it the secret by which its parent knows it.
  void begin(String token) {
    try {
      tell(token);
    } catch (IOException e) {
      kill("its life line broke: " + e.getMessage());
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
    connection.beside(toWorker, fromWorker);
    if (!wire.complete(connection)) {
      closeQuietly(connection);
    }
  }

  /// Has somebody told when it has said hello, or has died before.
  void onReadyOrDead(Runnable told) {
    wire.whenComplete((connection, thrown) -> told.run());
  }

  /// Returns when it has said hello.
  void awaitReady() throws WorkerDied, InterruptedException {
    Wire unused = ready();
  }

  /// Whether it can be given an attempt, as far as is known.
  boolean alive() {
    return killed == null && process.isAlive() && !wire.isCompletedExceptionally();
  }

  /// Whether it may run one more attempt of such a task, that needs so large a heap.
  boolean suits(Isolation.InWorker isolation, long needed) {
    return heap == needed
        && attempts < isolation.recycle()
        && !grown
        && System.nanoTime() - born < AGE_MAX_NANOS
        && alive();
  }

  /// How large its heap may be, in bytes.
  long heap() {
    return heap;
  }

  /// What the attempt cost whose end was received last.
  Finish.Cost cost() {
    return cost;
  }

  // --- attempts ---

  /// An attempt that was sent and has not ended.
  private static final class Sent {
    final int id;
    final Order order;
    final Run run;
    final int bytes;
    private boolean begun;

    Sent(int id, Order order, Run run, int bytes) {
      this.id = id;
      this.order = order;
      this.run = run;
      this.bytes = bytes;
    }

    Code code() {
      if (order.isolation() instanceof Isolation.InWorker isolation) {
        return isolation.code();
      }
      throw new IllegalStateException("not for a worker: " + order);
    }

    /// Starts its time, unless that was done.
    void starts() {
      synchronized (this) {
        if (begun) {
          return;
        }
        begun = true;
      }
      run.starts();
    }

    synchronized boolean begun() {
      return begun;
    }
  }

  /// Attempts that were sent and have not ended.
  int sent() {
    return sent.size();
  }

  /// Hands it an attempt, with the next [#flush()].
  ///
  /// @throws Exception if it cannot be handed over; the worker is as it was
  void send(Order order, Run run) throws Exception {
    Payload input = Codec.encode(order.input(), order.inputType(), "the input");
    Codec.prepare(order.output());
    Wire connection = ready();
    Sent handed = put(connection, order, run, input, true);
    begins(handed);
  }

  /// Hands it an attempt, with the next [#flush()], that runs when those before it have ended.
  /// Returns false if there is no room for it.
  ///
  /// There must be room in the connection itself: while this side waits to write, it does not read,
  /// and the other side may wait to write, too.
  ///
  /// @throws Exception if it cannot be handed over; the worker is as it was
  boolean sendAhead(Order order, Run run) throws Exception {
    Payload input = Codec.encode(order.input(), order.inputType(), "the input");
    if (bytesAhead + input.bytes().length > BYTES_AHEAD_MAX) {
      return false;
    }
    Sent handed = put(ready(), order, run, input, false);
    bytesAhead += handed.bytes;
    return true;
  }

  private Sent put(Wire connection, Order order, Run run, Payload input, boolean alone)
      throws IOException {
    if (!(order.isolation() instanceof Isolation.InWorker isolation)) {
      throw new IllegalArgumentException("not for a worker: " + order);
    }
    int id = attempts + 1;
    run.becomes(remote(id));
    int bytes;
    try {
      bytes =
          connection.put(
              new Frame.Run(
                  id,
                  alone,
                  order.job(),
                  LogContext.isKnown() ? order.task() : null,
                  order.attempt(),
                  order.traceparent(),
                  order.deadline(),
                  isolation.code(),
                  input));
    } catch (ProtocolException e) {
      throw new Codec.Unfit("the input is too large for a worker process: " + e.getMessage(), e);
    }
    attempts = id;
    Sent handed = new Sent(id, order, run, bytes);
    sent.add(handed);
    return handed;
  }

  /// An attempt is the next of the worker. To load its code is the worker's time: if the worker has
  /// not run that code before, it says when the attempt begins.
  private void begins(Sent next) {
    running = next.id;
    if (loaded.add(next.code())) {
      warden.later(
          START_MAX.toMillis(),
          () -> {
            if (running == next.id && !next.begun()) {
              kill("its code was not loaded within " + START_MAX.toSeconds() + " s");
            }
          });
    } else {
      next.starts();
    }
  }

  /// Lets the attempts go that were handed to it.
  void flush() {
    try {
      ready().flush();
    } catch (IOException | WorkerDied | InterruptedException e) {
      // Whoever receives hears of it.
    }
  }

  private Wire ready() throws WorkerDied, InterruptedException {
    Wire connection = wire.getNow(null);
    if (connection != null) {
      return connection;
    }
    try {
      return wire.get(START_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw WorkerDied.of(death());
    } catch (TimeoutException e) {
      kill("it did not start within " + START_MAX.toSeconds() + " s");
      throw WorkerDied.of(death());
    }
  }

  /// How an attempt ended.
  ///
  /// @param thrown what it threw, or null if it returned
  record Ended(Run run, @Nullable Object value, @Nullable Throwable thrown) {}

  /// Waits for the end of the attempt that runs. The next one runs then.
  ///
  /// @throws WorkerDied if the worker ended before it
  Ended receive() throws WorkerDied, InterruptedException {
    Sent first = sent.getFirst();
    cost = Finish.Cost.UNKNOWN;
    said.to(first.run.context());
    Ended ended;
    try {
      ended = result(ready(), first);
    } catch (ProtocolException e) {
      String why = "it broke the protocol: " + e.getMessage();
      kill(why);
      if (first.id > 1) {
        // Code of an attempt before may have written it, and only in a new worker is it clear whose
        // code that is.
        throw WorkerDied.blameless("its worker was ended, and had run others before: " + why);
      }
      throw WorkerDied.of(death());
    } catch (IOException e) {
      if (killed != null) {
        throw WorkerDied.of(Death.of(killed)); // the rest of its end is nobody's concern
      }
      // The connection of a process that ends is gone a moment before the process is.
      if (!process.waitFor(GONE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        kill("it lost its connection: " + e.getMessage());
      }
      throw WorkerDied.of(death());
    }
    said.to(null);
    answered(null);
    sent.removeFirst();
    Sent next = sent.peekFirst();
    if (next != null) {
      bytesAhead -= next.bytes;
      begins(next);
    }
    return ended;
  }

  /// What a dead worker leaves behind.
  ///
  /// @param running the attempt that ran when it died; null if none had begun
  /// @param others those that have not begun, or whose end was lost with it
  record Left(@Nullable Run running, List<Run> others) {}

  /// The attempts that were sent and whose ends have not come.
  Left left() {
    int begun = Math.max(running, sent.size() > 1 ? Mark.latest(mark) : 0);
    Run last = null;
    List<Run> others = new ArrayList<>();
    for (Sent each : sent) {
      if (each.id == begun) {
        last = each.run;
      } else {
        others.add(each.run);
      }
    }
    sent.clear();
    deleteMark();
    return new Left(last, others);
  }

  private void deleteMark() {
    try {
      Files.deleteIfExists(mark);
    } catch (IOException e) {
      // It goes with its folder.
    }
  }

  private Ended result(Wire connection, Sent first) throws IOException {
    JobContext context = first.run.context();
    int id = first.id;
    while (true) {
      switch (connection.read()) {
        case Frame.Begun it when it.id() == id -> first.starts();
        case Frame.Begun late -> {}
        case Frame.Returned it when it.id() == id -> {
          first.starts(); // Its code may not have been found, or not have said that it begins.
          cost = it.cost();
          return decoded(first, it.value());
        }
        case Frame.Threw it when it.id() == id -> {
          first.starts();
          cost = it.cost();
          return new Ended(first.run, null, Remembered.of(it.thrown()));
        }
        case Frame.Snoozed it when it.id() == id -> {
          first.starts();
          cost = it.cost();
          return new Ended(first.run, null, Snooze.of(Duration.ofNanos(it.nanos())));
        }
        case Frame.Progressed it when it.id() == id -> context.progress(it.done(), it.total());
        case Frame.Logged it when it.id() == id -> context.log(it.line());
        case Frame.Where it -> answered(it);
        case Frame.Progressed late -> {} // of an attempt that has ended: a thread it left behind
        case Frame.Logged late -> {}
        case Frame.ClassWanted it ->
            connection.write(new Frame.ClassFound(classBytes(it.resource())));
        case Frame unexpected ->
            throw new ProtocolException(
                "a " + unexpected.getClass().getSimpleName() + " frame out of turn");
      }
    }
  }

  private static Ended decoded(Sent first, Payload value) {
    try {
      return new Ended(first.run, Codec.decode(value, first.order.output(), "the result"), null);
    } catch (Codec.Unfit e) {
      return new Ended(first.run, null, e);
    }
  }

  private byte @Nullable [] classBytes(String resource) throws IOException {
    try (InputStream in = classes.getResourceAsStream(resource)) {
      return in == null ? null : in.readAllBytes();
    }
  }

  private Remote remote(int id) {
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
      public @Nullable Stack stack() {
        return running == id ? Worker.this.stack(id) : null;
      }

      @Override
      public void kill(String why) {
        if (running == id) {
          Worker.this.kill(why);
        } else {
          ask(); // it will not begin then, and others need not die for it
        }
      }
    };
  }

  // --- where it is ---

  /// A question where an attempt is, which has not been answered. There is one at a time, whoever
  /// asks: a worker that does not answer is not to be flooded.
  private record Question(int id, CompletableFuture<Frame.Where> answer) {}

  private @Nullable Stack stack(int id) {
    Question asked;
    boolean first;
    synchronized (asking) {
      first = question == null || question.id != id;
      asked = first || question == null ? new Question(id, new CompletableFuture<>()) : question;
      question = asked;
    }
    try {
      if (first) {
        tell("?" + id);
      }
      Frame.Where it = asked.answer.get(ANSWER_MAX_MILLIS, TimeUnit.MILLISECONDS);
      return it.id() != id || it.frames().isEmpty()
          ? null
          : new Stack(it.thread(), it.frames(), "worker JVM, pid " + process.pid());
    } catch (IOException | ExecutionException | TimeoutException | CancellationException e) {
      return null; // It is dead or dying, or stopped, or done with the attempt.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /// @param where null if the attempt has ended, and there will be no answer
  private void answered(Frame.@Nullable Where where) {
    Question asked;
    synchronized (asking) {
      asked = question;
      if (asked == null || where != null && where.id() != asked.id) {
        return; // Late.
      }
      question = null;
    }
    if (where == null) {
      asked.answer.cancel(false);
    } else {
      asked.answer.complete(where);
    }
  }

  // --- its end ---

  /// Ends the process, and all that it started. Does not wait.
  void kill(String why) {
    kill(new Death.Killed(why, false));
  }

  private void kill(Death.Killed why) {
    synchronized (this) {
      if (killed == null) {
        killed = why;
      }
    }
    warden.kill(process);
  }

  /// Returns when its process has ended.
  void awaitEnd() throws InterruptedException {
    int unused = process.waitFor();
  }

  private Death death() throws InterruptedException {
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      return new Death("its process does not end, though it was killed", false);
    }
    return Death.of(process.exitValue(), Mark.exited(mark), killed, heap, said.latest());
  }

  private static void closeQuietly(@Nullable Wire wire) {
    try {
      if (wire != null) {
        wire.close();
      }
    } catch (IOException e) {
      // It was of no use.
    }
  }
}
