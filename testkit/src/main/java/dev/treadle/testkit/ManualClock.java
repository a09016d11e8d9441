package dev.treadle.testkit;

import dev.treadle.spi.Micros;
import dev.treadle.spi.Ticking;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/// A clock that stands still until a test moves it.
///
/// An engine opened on it does what is due before [#advance] returns, so that tests of delays,
/// retries and timeouts need not sleep:
///
/// ```java
/// ManualClock clock = new ManualClock();
/// Treadle treadle = Treadle.with(MAIL).clock(clock).open();
/// Job<String> job = treadle.submit(MAIL.with("ann").delay(Duration.ofHours(3)));
/// clock.advance(Duration.ofHours(3));
/// job.get();
/// ```
///
/// Thread-safe.
public final class ManualClock implements Ticking {
  /// Where a new clock stands: 1 January 2026, 00:00 UTC.
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<LongSupplier> due = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private Instant now;

  /// A clock that stands at [#START].
  public ManualClock() {
    this(START);
  }

  /// A clock that stands at an instant.
  public ManualClock(Instant start) {
    this.now = start;
  }

  @Override
  public Instant instant() {
    synchronized (lock) {
      return now;
    }
  }

  /// Moves the clock on, and tells those who listen before it returns.
  ///
  /// @param by how far; zero or more
  public void advance(Duration by) {
    if (by.isNegative()) {
      throw new IllegalArgumentException(
          "advance goes forward, not by " + by + "; set may go back");
    }
    synchronized (lock) {
      now = now.plus(by);
    }
    listeners.forEach(Runnable::run);
  }

  /// Sets the clock to an instant, which may lie in its past, and tells those who listen before it
  /// returns.
  public void set(Instant instant) {
    synchronized (lock) {
      now = instant;
    }
    listeners.forEach(Runnable::run);
  }

  /// Moves the clock to the next instant at which an engine on it has something to do, and tells
  /// those who listen before it returns. Returns false, and moves nothing, if there is none.
  public boolean advanceToNext() {
    long next = Micros.NEVER;
    for (LongSupplier each : due) {
      next = Math.min(next, each.getAsLong());
    }
    if (next == Micros.NEVER) {
      return false;
    }
    Instant then = Micros.instant(next);
    synchronized (lock) {
      if (then.isAfter(now)) {
        now = then;
      }
    }
    listeners.forEach(Runnable::run);
    return true;
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public void onChange(Runnable listener, LongSupplier next) {
    due.add(next);
    listeners.add(listener);
  }

  @Override
  public String toString() {
    return "ManualClock[" + instant() + "]";
  }
}
