package dev.treadle.internal.ready;

import dev.treadle.QueueSettings;
import dev.treadle.spi.Micros;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// A queue as a gate: paused or not, so many attempts at once, and those that come back from a wait
/// before those that start.
public final class QueueGate extends Gate {
  private record Back(BooleanSupplier stillWants, Runnable granted) {}

  private final String name;
  private final Deque<Back> comingBack = new ArrayDeque<>();
  private QueueSettings settings = QueueSettings.DEFAULT;
  private long step = Micros.of(settings.priorityStep());
  private boolean paused;
  private int running;
  private int waiting;

  QueueGate(String name) {
    this.name = name;
  }

  /// Its settings, as they were last defined.
  QueueSettings settings() {
    return settings;
  }

  void settings(QueueSettings settings) {
    this.settings = settings;
    this.step = Micros.of(settings.priorityStep());
  }

  void paused(boolean paused) {
    this.paused = paused;
  }

  /// Its name.
  public String name() {
    return name;
  }

  /// How many of it run, but for those that wait for others.
  public int running() {
    return running;
  }

  /// How many of it may run at once.
  public int limit() {
    return settings.limit();
  }

  /// Whether it is paused.
  public boolean paused() {
    return paused;
  }

  /// The rank of a job that becomes available at this instant.
  public long rank(long available, int priority) {
    return step > Micros.NEVER / 10
        ? (priority == 0 ? available : Micros.NEVER)
        : Micros.plus(available, priority * step);
  }

  /// Whether a further job would be one too many.
  public boolean full() {
    return waiting >= settings.bound();
  }

  /// Whether the queue has a bound at all.
  public boolean bounded() {
    return settings.bound() != Integer.MAX_VALUE;
  }

  /// A job that neither runs nor has ended came (+1) or went (-1).
  public void waiting(int change) {
    waiting += change;
  }

  /// A job that waited for others wants its permit back: it comes out of [#handOver].
  void comeBack(BooleanSupplier stillWants, Runnable granted) {
    comingBack.add(new Back(stillWants, granted));
  }

  /// Gives free permits to those that come back, and says whom to tell.
  void handOver(Consumer<Runnable> tell) {
    while (running < settings.limit()) {
      Back next = comingBack.poll();
      if (next == null) {
        return;
      }
      if (next.stillWants().getAsBoolean()) {
        running++;
      }
      tell.accept(next.granted());
    }
  }

  @Override
  boolean open(long now) {
    return !paused && running < settings.limit() && comingBack.isEmpty();
  }

  @Override
  void take(long now) {
    running++;
  }

  @Override
  void give() {
    running--;
  }
}
