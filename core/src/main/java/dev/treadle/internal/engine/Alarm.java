package dev.treadle.internal.engine;

import dev.treadle.internal.run.ThreadBuilders;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Ticking;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does things when their time has come: timeouts, graces, and the ticks of the store. On a thread
/// of its own, so that no amount of work can hold a timeout up; what it is given must be quick.
///
/// On a [Ticking] clock there is no thread: who moves the clock does what is due.
final class Alarm implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Alarm.class);

  /// As good as never, and far from the end of a long.
  private static final long FAR_NANOS = Long.MAX_VALUE / 4;

  /// How long the wall clock is trusted to run on without a jump.
  private static final long TRUST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// Something to do once.
  static final class Entry {
    private final long at;
    private @Nullable Runnable action;

    private Entry(long at, Runnable action) {
      this.at = at;
      this.action = action;
    }
  }

  private final Time time;

  /// Does what is due in the store and returns when it is needed again, in microseconds since 1970.
  private final LongSupplier storeTick;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong((Entry entry) -> entry.at));
  private final @Nullable Thread thread;
  private int cancelled;
  private boolean storeAsked = true;
  private long storeAt = Micros.NEVER;

  /// The wall clock when this thread last looked at it.
  private long wallSeen = Long.MIN_VALUE;

  private volatile boolean closed;

  Alarm(String node, Time time, LongSupplier storeTick) {
    this.time = time;
    this.storeTick = storeTick;
    if (time.wall() instanceof Ticking ticking) {
      thread = null;
      ticking.onChange(this::runDue, this::nextMicros);
    } else {
      thread =
          ThreadBuilders.withContextLoader(
              ThreadBuilders.platform().name(node + "-alarm").unstarted(this::loop));
    }
  }

  /// When something is due next, in microseconds since 1970. On a [Ticking] clock only.
  private long nextMicros() {
    if (closed) {
      return Micros.NEVER;
    }
    long store = storeTick.getAsLong();
    lock.lock();
    try {
      while (!entries.isEmpty() && entries.peek().action == null) {
        entries.poll();
        cancelled--;
      }
      Entry first = entries.peek();
      if (first == null || first.at - time.nanos() >= FAR_NANOS) {
        return store;
      }
      long micros = Math.ceilDiv(first.at - time.nanos(), 1_000L);
      return Math.min(store, Micros.plus(time.micros(), Math.max(0, micros)));
    } finally {
      lock.unlock();
    }
  }

  void start() {
    if (thread != null) {
      thread.start();
    }
  }

  /// Does something after a time.
  Entry in(long nanos, Runnable action) {
    Entry entry = new Entry(time.nanos() + Math.clamp(nanos, 0, FAR_NANOS), action);
    lock.lock();
    try {
      entries.add(entry);
      if (entries.peek() == entry) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
    return entry;
  }

  /// Does it not, unless it has begun already.
  void cancel(Entry entry) {
    lock.lock();
    try {
      if (entry.action == null) {
        return;
      }
      entry.action = null;
      cancelled++;
      // Most timeouts never fire: throw them out together, before they are the greater part.
      if (cancelled > 64 && cancelled > entries.size() / 2) {
        entries.removeIf(each -> each.action == null);
        cancelled = 0;
      }
    } finally {
      lock.unlock();
    }
  }

  /// The store may need its tick sooner than it said.
  void storeSooner() {
    if (thread == null) {
      return; // Whoever moves the clock ticks the store.
    }
    lock.lock();
    try {
      storeAsked = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    while (!closed) {
      try {
        runDue();
        rest();
      } catch (Throwable t) {
        LOG.error("the alarm failed and goes on", t);
      }
    }
  }

  private void rest() {
    lock.lock();
    try {
      if (storeAsked || closed) {
        return;
      }
      Entry next = entries.peek();
      long nanos = next == null ? Long.MAX_VALUE : next.at - time.nanos();
      if (storeAt != Micros.NEVER) {
        long untilStore = TimeUnit.MICROSECONDS.toNanos(storeAt - time.micros());
        nanos = Math.min(nanos, Math.min(TRUST_NANOS, untilStore));
      }
      if (nanos > 0) {
        var unused = changed.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread but the end of the JVM; look again.
    } finally {
      lock.unlock();
    }
  }

  private void runDue() {
    boolean tick;
    lock.lock();
    try {
      long wall = time.micros();
      // If the clock was set back, what the store foretold holds no more.
      tick = storeAsked || thread == null || storeAt <= wall || wall < wallSeen;
      wallSeen = wall;
      storeAsked = false;
    } finally {
      lock.unlock();
    }
    if (tick && !closed) {
      try {
        storeAt = storeTick.getAsLong();
      } catch (Throwable t) {
        LOG.error("the tick of the store failed; it is tried again in a second", t);
        storeAt = Micros.plus(time.micros(), TimeUnit.NANOSECONDS.toMicros(TRUST_NANOS));
      }
    }
    for (Runnable action = nextDue(); action != null; action = nextDue()) {
      try {
        action.run();
      } catch (Throwable t) {
        LOG.error("an alarm failed", t);
      }
    }
  }

  private @Nullable Runnable nextDue() {
    lock.lock();
    try {
      long now = time.nanos();
      for (Entry entry = entries.peek(); entry != null; entry = entries.peek()) {
        if (entry.action == null) {
          entries.poll();
          cancelled--;
        } else if (closed || entry.at - now > 0) {
          return null;
        } else {
          entries.poll();
          Runnable action = entry.action;
          entry.action = null;
          return action;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }
}
