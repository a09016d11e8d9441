package dev.treadle.internal.process.worker;

import dev.treadle.JobContext;
import dev.treadle.Snooze;
import dev.treadle.internal.process.wire.Codec;
import dev.treadle.internal.process.wire.Frame;
import dev.treadle.internal.process.wire.Payload;
import dev.treadle.internal.process.wire.Thrown;
import dev.treadle.internal.process.wire.Wire;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Runs attempts, one after another, on the main thread of a worker.
final class Attempts {
  private final Wire wire;
  private final ParentLoader loader;
  private final CodeTable table;
  private final Outbox outbox;
  private final Meter meter = new Meter();
  private @Nullable RemoteContext current;

  Attempts(Wire wire, ParentLoader loader) {
    this.wire = wire;
    this.loader = loader;
    this.table = new CodeTable(loader);
    this.outbox = new Outbox(wire);
  }

  /// Runs what comes, until the parent ends the connection.
  void runAll() throws IOException {
    Thread.currentThread().setContextClassLoader(loader);
    while (true) {
      switch (loader.next()) {
        case Frame.Run run -> {
          Frame end = run(run);
          outbox.flush();
          wire.write(end);
        }
        case Frame unexpected ->
            throw new IOException("not for a worker: " + unexpected.getClass().getSimpleName());
      }
    }
  }

  private Frame run(Frame.Run run) {
    RemoteContext context = new RemoteContext(outbox, run, Thread.currentThread());
    synchronized (this) {
      current = context;
    }
    meter.start();
    Frame end;
    try {
      Payload value = call(run, context);
      end = new Frame.Returned(run.id(), meter.stop(), value);
    } catch (Snooze snooze) {
      end = new Frame.Snoozed(run.id(), meter.stop(), snooze.duration().toNanos());
    } catch (Throwable thrown) {
      end = new Frame.Threw(run.id(), meter.stop(), Thrown.of(thrown));
    }
    synchronized (this) {
      current = null;
      boolean unused = Thread.interrupted(); // a stop that came too late is not for the next
    }
    System.out.flush();
    System.err.flush();
    return end;
  }

  private Payload call(Frame.Run run, RemoteContext context) throws Throwable {
    CodeTable.Entry code = table.find(run.code());
    @Nullable Object input = Codec.decode(run.input(), code.input(), "the input");
    @Nullable Object value =
        ScopedValue.where(JobContext.Scope.CURRENT, context).call(() -> code.call(input));
    return Codec.encode(value, "the result");
  }

  /// Asks an attempt to end, if it is the one that runs.
  synchronized void stop(int id) {
    if (current != null && current.id() == id) {
      current.stop();
    }
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
