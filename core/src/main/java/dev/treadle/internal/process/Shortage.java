package dev.treadle.internal.process;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes starts wait that lack descriptors, processes or memory, until a command has ended.
///
/// A start is tried again alone, so that it does not fail for what other starts hold for a moment.
/// Invariant: a start waits only while a command runs, whose end wakes it. Thread-safe.
final class Shortage {
  private static final Logger LOG = LoggerFactory.getLogger(Shortage.class);

  // A start holds a dozen files for a moment: all starts at once a fifth of what may be open.
  private static final int STARTS = (int) Math.clamp(Proc.openFilesMax() / 64 - 1, 1, 64);

  private final Semaphore starts = new Semaphore(STARTS, true);
  private int running; // guarded by this
  private long ends; // guarded by this
  private boolean told; // guarded by this

  /// A start, which may fail for want of something.
  interface Start<T> {
    T start() throws IOException;
  }

  /// Starts a command as soon as there is what it takes. After it has returned, [#ended()] is due
  /// once.
  ///
  /// @param unwanted whether nobody wants it any more; asked again after each [#look()]
  /// @throws IOException if it cannot be started, and could not if others ended
  /// @throws InterruptedException if it is unwanted
  <T> T start(Start<T> start, BooleanSupplier unwanted) throws IOException, InterruptedException {
    int permits = 1;
    while (true) {
      long seen = ends();
      IOException lack;
      starts.acquire(permits);
      try {
        T result = start.start();
        begun();
        return result;
      } catch (IOException e) {
        if (!StartError.isShortage(e)) {
          throw e;
        }
        lack = e;
      } finally {
        starts.release(permits);
      }
      boolean wasAlone = permits == STARTS;
      permits = STARTS;
      await(seen, wasAlone, lack, unwanted);
    }
  }

  private synchronized long ends() {
    return ends;
  }

  private synchronized void begun() {
    running++;
  }

  private synchronized void await(
      long seen, boolean wasAlone, IOException lack, BooleanSupplier unwanted)
      throws IOException, InterruptedException {
    if (wasAlone && running == 0 && ends == seen) {
      throw lack;
    }
    if (!told && running > 0) {
      told = true;
      LOG.info("commands wait for others to end before they start", lack);
    }
    while (ends == seen && running > 0) {
      if (unwanted.getAsBoolean()) {
        throw new InterruptedException("asked to end before it was started");
      }
      wait();
    }
  }

  /// A command that was started has ended.
  synchronized void ended() {
    running--;
    ends++;
    notifyAll();
  }

  /// Lets the starts that wait look whether they are still wanted.
  synchronized void look() {
    notifyAll();
  }
}
