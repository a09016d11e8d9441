package dev.treadle.testkit;

import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.spi.StoreEvents;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// Keeps what a store tells. Thread-safe.
final class RecordedEvents implements StoreEvents {
  /// A job ended.
  record Ended(long id, String task, Outcome<?> outcome) {}

  /// A running job was asked to cancel.
  record Asked(long id, int fence) {}

  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private final List<Ended> ended = new ArrayList<>();
  private final List<Asked> asked = new ArrayList<>();
  private final Set<Strategy> available = EnumSet.noneOf(Strategy.class);
  private boolean sooner;
  private int rooms;
  private Runnable onEnded = () -> {};

  @Override
  public void ended(long id, String task, Outcome<?> outcome) {
    Runnable then;
    synchronized (this) {
      ended.add(new Ended(id, task, outcome));
      then = onEnded;
      notifyAll();
    }
    then.run();
  }

  @Override
  public synchronized void cancelRequested(long id, int fence) {
    asked.add(new Asked(id, fence));
    notifyAll();
  }

  @Override
  public synchronized void available(Strategy strategy) {
    available.add(strategy);
    notifyAll();
  }

  @Override
  public synchronized void sooner() {
    sooner = true;
    notifyAll();
  }

  @Override
  public synchronized void room() {
    rooms++;
    notifyAll();
  }

  synchronized List<Ended> ended() {
    return List.copyOf(ended);
  }

  synchronized List<Asked> asked() {
    return List.copyOf(asked);
  }

  synchronized boolean available(Set<Strategy> any) {
    return any.stream().anyMatch(available::contains);
  }

  synchronized boolean wasSooner() {
    return sooner;
  }

  synchronized int rooms() {
    return rooms;
  }

  /// Runs this within each later [#ended].
  synchronized void onEnded(Runnable then) {
    onEnded = then;
  }

  synchronized void forgetAvailable(Strategy strategy) {
    available.remove(strategy);
  }

  synchronized void forgetSooner() {
    sooner = false;
  }

  synchronized void forget() {
    ended.clear();
    asked.clear();
    available.clear();
    sooner = false;
    rooms = 0;
  }

  /// Waits until this holds: a store may tell on a thread of its own.
  ///
  /// @return false if it took too long
  synchronized boolean await(BooleanSupplier told) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!told.getAsBoolean()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }
}
