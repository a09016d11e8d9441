package dev.treadle.internal.process;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// A worker for whoever comes next: ready, starting, or to be started. Thread-safe.
final class Standby implements Runnable {
  private final long heap;
  private final FutureTask<Worker> start;
  private @Nullable Worker worker; // guarded by this
  private boolean unwanted; // guarded by this

  /// @param heap that it will have, in bytes
  /// @param start starts it
  Standby(long heap, Callable<Worker> start) {
    this.heap = heap;
    this.start = new FutureTask<>(() -> started(start));
  }

  private Worker started(Callable<Worker> how) throws Exception {
    synchronized (this) {
      if (unwanted) {
        throw new IOException("nobody wants it any more");
      }
    }
    Worker made = how.call();
    synchronized (this) {
      worker = made;
      if (unwanted) {
        made.kill("another kind of worker is wanted");
      }
    }
    return made;
  }

  long heap() {
    return heap;
  }

  /// Starts it, unless that was done.
  @Override
  public void run() {
    start.run();
  }

  /// The worker, once it was started.
  Worker get() throws InterruptedException, IOException {
    try {
      return start.get();
    } catch (ExecutionException e) {
      throw new IOException("no worker process can be started: " + e.getCause(), e.getCause());
    }
  }

  /// Ends it, whether it was started or not.
  synchronized void dismiss() {
    unwanted = true;
    if (worker != null) {
      worker.kill("another kind of worker is wanted");
    }
  }
}
