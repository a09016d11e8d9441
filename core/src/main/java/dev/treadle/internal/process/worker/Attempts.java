package dev.treadle.internal.process.worker;

import dev.treadle.JobContext;
import dev.treadle.Snooze;
import dev.treadle.internal.codec.Codec;
import dev.treadle.internal.codec.Payload;
import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Mark;
import dev.treadle.internal.process.wire.Wire;
import dev.treadle.internal.run.LogContext;
import dev.treadle.internal.run.ThreadState;
import dev.treadle.internal.thrown.Frames;
import dev.treadle.internal.thrown.Thrown;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs attempts, one after another, on the main thread of a worker.
///
/// The ends of attempts that take next to no time may go together, a moment later; whatever takes
/// longer has its end on its way before the next begins. Which one has begun is noted where the
/// parent finds it if that one ends the worker.
final class Attempts {
  /// The longest that an end waits for others, while attempts follow each other.
  private static final long TOGETHER_NANOS = 50_000;

  private final Wire wire;
  private final Mark mark;
  private final ParentLoader loader;
  private final CodeTable table;
  private final Outbox outbox;
  private final Consumer<OutOfMemoryError> outOfMemory;
  private final Meter meter = new Meter();
  private final CountDownLatch begun = new CountDownLatch(1);
  private Runnable printed = () -> {};

  // Guarded by this.
  private @Nullable RemoteContext current;
  private int latest;
  private final Set<Integer> unwanted = new HashSet<>();

  /// @param mark where it is noted which one has begun
  /// @param outOfMemory ends the worker
  Attempts(Wire wire, Mark mark, ParentLoader loader, Consumer<OutOfMemoryError> outOfMemory) {
    this.wire = wire;
    this.mark = mark;
    this.loader = loader;
    this.table = new CodeTable(loader);
    this.outbox = new Outbox(wire);
    this.outOfMemory = outOfMemory;
  }

  /// What is to be called at the end of each attempt, so that nothing it printed stays behind.
  void atEnd(Runnable action) {
    printed = action;
  }

  /// Opens with the first attempt.
  CountDownLatch begun() {
    return begun;
  }

  /// Runs what comes, until the parent ends the connection.
  void runAll() throws IOException {
    Thread.currentThread().setContextClassLoader(loader);
    long flushed = System.nanoTime();
    while (true) {
      switch (loader.next()) {
        case Frame.Run run -> {
          begun.countDown();
          boolean noted = !run.alone() && mark.set(run.id());
          Frame end = run(run);
          outbox.flush();
          put(run, end);
          long now = System.nanoTime();
          if (!noted || !wire.hasMore() || now - flushed > TOGETHER_NANOS) {
            wire.flush();
            flushed = now;
          }
        }
        case Frame unexpected ->
            throw new IOException("not for a worker: " + unexpected.getClass().getSimpleName());
      }
    }
  }

  private void put(Frame.Run run, Frame end) throws IOException {
    try {
      int unused = wire.put(end);
    } catch (ProtocolException e) {
      Throwable unfit =
          new Codec.Unfit("the result is too large for a worker process: " + e.getMessage(), e);
      wire.write(new Frame.Threw(run.id(), dev.treadle.spi.Finish.Cost.UNKNOWN, Thrown.of(unfit)));
    }
  }

  private Frame run(Frame.Run run) {
    CodeTable.Entry code = table.entry(run.code());
    RemoteContext context = new RemoteContext(outbox, run, Thread.currentThread());
    boolean wanted;
    synchronized (this) {
      latest = run.id();
      wanted = !unwanted.remove(run.id());
      current = context;
    }
    LogContext log =
        run.task() == null
            ? null
            : LogContext.enter(run.job(), run.task(), run.attempt(), run.traceparent());
    ThreadState before = ThreadState.ofCurrent();
    meter.start(code.habit);
    Frame end;
    try {
      if (!wanted) {
        throw new CancellationException("asked to end before it began");
      }
      Payload value = call(run, code, context);
      end = new Frame.Returned(run.id(), run.alone(), meter.stop(code.habit), value);
    } catch (Snooze snooze) {
      end = new Frame.Snoozed(run.id(), meter.stop(code.habit), snooze.duration().toNanos());
    } catch (OutOfMemoryError lack) {
      outOfMemory.accept(lack);
      throw lack;
    } catch (Throwable thrown) {
      end = new Frame.Threw(run.id(), meter.stop(code.habit), Thrown.of(thrown));
    }
    if (log != null) {
      log.leave();
    }
    before.restore();
    printed.run();
    synchronized (this) {
      current = null;
      boolean unused = Thread.interrupted(); // a stop that came too late is not for the next
    }
    return end;
  }

  private Payload call(Frame.Run run, CodeTable.Entry code, RemoteContext context)
      throws Throwable {
    boolean first = !code.isFound();
    code.find(loader);
    @Nullable Object input = Codec.decode(run.input(), code.input(), "the input");
    if (first) {
      Codec.prepare(code.output());
      outbox.answer(new Frame.Begun(run.id())); // What was loaded until here is not its time.
      outbox.flush();
      if (context.cancelled()) {
        Thread.currentThread().interrupt(); // Waiting for the outbox may have cleared it.
      }
    }
    @Nullable Object value =
        ScopedValue.where(JobContext.Scope.CURRENT, context).call(() -> metered(code, input));
    return Codec.encode(value, code.output(), "the result");
  }

  private @Nullable Object metered(CodeTable.Entry code, @Nullable Object input) throws Throwable {
    meter.enters();
    try {
      return code.call(input);
    } finally {
      meter.leaves();
    }
  }

  /// Asks an attempt to end: the one that runs, or one to come.
  synchronized void stop(int id) {
    if (current != null && current.id() == id) {
      current.stop();
    } else if (id > latest) {
      unwanted.add(id);
    }
  }

  /// Tells where an attempt is, or that it does not run. Not called by the thread that runs it.
  void where(int id) {
    RemoteContext context;
    synchronized (this) {
      context = current;
    }
    List<StackTraceElement> frames = List.of();
    String thread = "";
    if (context != null && context.id() == id) {
      frames = Frames.ofCode(context.thread().getStackTrace());
      thread = context.thread().getName();
      synchronized (this) {
        if (current != context) {
          frames = List.of(); // It has ended meanwhile, and these may be those of the next.
        }
      }
    }
    outbox.answer(new Frame.Where(id, thread, frames));
  }

  /// Adds a printed line to the log of the attempt that runs; between attempts nobody wants it.
  void log(String line) {
    @Nullable RemoteContext context;
    synchronized (this) {
      context = current;
    }
    if (context != null) {
      context.log(line);
    }
  }
}
