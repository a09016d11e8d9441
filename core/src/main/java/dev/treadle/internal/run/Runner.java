package dev.treadle.internal.run;

import dev.treadle.Strategy;
import dev.treadle.spi.Finish;
import dev.treadle.spi.NotStartedException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Runs the attempts of one strategy: claims as many jobs as it has free slots, never more, and
/// launches each at once.
///
/// No wake-up is lost although nothing is locked: who makes a job available counts up [#signals]
/// and then looks for a free slot; who finds nothing to claim frees his slot and then looks whether
/// the count has moved. Whichever order the two take, one of them sees the other.
public abstract class Runner implements AutoCloseable {
  /// At most so many are claimed at once.
  protected static final int BATCH = 64;

  private final Strategy strategy;
  private final Work work;
  private final AtomicLong signals = new AtomicLong();

  /// The slots of this runner.
  protected final Slots slots;

  /// A runner with so many slots.
  protected Runner(Strategy strategy, Work work, int slots) {
    this.strategy = strategy;
    this.work = work;
    this.slots = new Slots(slots);
  }

  /// Starts an attempt that was claimed and has a slot, on a thread of its own. Does not wait.
  protected abstract void launch(Run run);

  /// Whether attempts start when they are claimed; otherwise this runner says when they do.
  public boolean startsAtClaim() {
    return true;
  }

  /// How many attempts may run at once.
  public final int permits() {
    return slots.all();
  }

  /// How many attempts run now.
  public final int inUse() {
    return slots.all() - slots.free();
  }

  /// The strategy.
  public final Strategy strategy() {
    return strategy;
  }

  /// Something may be claimable now.
  public final void available() {
    signals.incrementAndGet();
    fill();
  }

  /// Uses the slots that are free, if there is anything to claim.
  protected void fill() {
    int taken;
    while ((taken = slots.tryTake(BATCH)) > 0) {
      long seen = signals();
      List<? extends Run> runs = claim(taken);
      for (Run run : runs) {
        launchOrEnd(run);
      }
      if (runs.size() < taken) {
        slots.give(taken - runs.size());
        if (signals() == seen) {
          return;
        }
      }
    }
  }

  /// Launches an attempt. If no thread can be started for it, ends it as failed with a
  /// [NotStartedException], after which it is retried: a claimed job that no thread runs would run
  /// for ever.
  protected final void launchOrEnd(Run run) {
    Run next = run;
    while (next != null) {
      try {
        launch(next);
        return;
      } catch (Throwable thrown) {
        Throwable notStarted = new NotStartedException("a thread", thrown);
        if (!next.end(null, notStarted, Finish.Cost.UNKNOWN)) {
          return;
        }
        next = next.next();
      }
    }
    slots.give(1);
  }

  /// Claims for slots that were taken.
  protected final List<? extends Run> claim(int taken) {
    return work.claim(strategy, taken);
  }

  /// The slot of an attempt that has ended is free: the next gets it, if there was one to claim.
  ///
  /// @param seen the count of signals before the attempt ended
  protected final void reuseSlot(long seen, @Nullable Run next) {
    if (next != null) {
      launchOrEnd(next);
    } else {
      giveSlotsUnless(seen, 1);
    }
  }

  /// The count of signals, to be read before a claim.
  protected final long signals() {
    return signals.get();
  }

  /// Gives back slots for which nothing was found, and looks again if something has come since.
  protected final void giveSlotsUnless(long seen, int count) {
    slots.give(count);
    if (signals.get() != seen) {
      fill();
    }
  }

  /// An attempt gives its slot to others: it waits for jobs, or it was abandoned.
  public final void giveSlot() {
    slots.give(1);
    fill();
  }

  /// An attempt that gave its slot away wants one again: `granted` is called when it has it.
  public final void takeSlotBack(Runnable granted) {
    slots.takeBack(granted);
  }

  /// Lets go of idle threads. Attempts that still run are left alone.
  @Override
  public abstract void close();
}
