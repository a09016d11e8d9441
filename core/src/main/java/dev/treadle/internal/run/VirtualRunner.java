package dev.treadle.internal.run;

import dev.treadle.Strategy;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;

/// A runner whose attempts begin on virtual threads.
///
/// Whoever makes jobs available pays for no claim: he starts a thread that claims for all the slots
/// that are free by then, and begins what it claimed. While one such thread has yet to begin, no
/// other is needed, so that what is submitted in a burst is claimed in batches.
public abstract class VirtualRunner extends Runner {
  private final ThreadFactory threads;

  /// Whether a thread was started that has yet to look for jobs.
  private final AtomicBoolean claimerComes = new AtomicBoolean();

  /// A runner with so many slots, whose threads have this name.
  protected VirtualRunner(Strategy strategy, String name, Work work, int slots) {
    super(strategy, work, slots);
    this.threads = ThreadBuilders.virtual().name(name).factory();
  }

  /// Runs an attempt, or begins it, on this thread, which is its own.
  protected abstract void attempt(Run run);

  /// Starts a thread.
  protected void start(Runnable what) {
    threads.newThread(what).start();
  }

  @Override
  protected final void launch(Run run) {
    start(() -> attempt(run));
  }

  @Override
  protected final void fill() {
    if (slots.free() > 0 && !claimerComes.getAndSet(true)) {
      try {
        start(this::claimAndAttempt);
      } catch (Throwable thrown) {
        claimerComes.set(false);
        super.fill(); // Tells the jobs that there is no thread for them.
      }
    }
  }

  private void claimAndAttempt() {
    claimerComes.set(false); // From here on, who has more starts another.
    int taken = slots.tryTake(BATCH);
    if (taken == 0) {
      return;
    }
    long seen = signals();
    List<? extends Run> runs = claim(taken);
    for (int i = 1; i < runs.size(); i++) {
      launchOrEnd(runs.get(i));
    }
    if (runs.size() == taken) {
      fill();
    } else {
      giveSlotsUnless(seen, taken - runs.size());
    }
    if (!runs.isEmpty()) {
      attempt(runs.getFirst());
    }
  }

  @Override
  public final void close() {
    // Virtual threads end with what they run.
  }
}
