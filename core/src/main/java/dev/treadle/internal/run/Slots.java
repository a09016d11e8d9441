package dev.treadle.internal.run;

import java.util.ArrayDeque;
import java.util.Deque;

/// The slots of a strategy: how many attempts may run at once.
///
/// Attempts that waited for other jobs and want to go on come before attempts that start. Counting
/// is exact: what is given is what was taken. Thread-safe.
public final class Slots {
  private final int all;
  private final Deque<Runnable> comingBack = new ArrayDeque<>();

  /// Written under the lock, read without it for a quick no.
  private volatile int free;

  /// So many, all free.
  public Slots(int all) {
    this.all = all;
    this.free = all;
  }

  /// How many there are.
  public int all() {
    return all;
  }

  /// How many are free.
  public int free() {
    return free;
  }

  /// Takes up to `max` slots and returns how many it took.
  public int tryTake(int max) {
    if (free == 0) {
      return 0;
    }
    synchronized (this) {
      int taken = Math.min(max, free);
      free -= taken;
      return taken;
    }
  }

  /// Gives slots back; those who come back get them first.
  public void give(int count) {
    for (int i = 0; i < count; i++) {
      Runnable next;
      synchronized (this) {
        next = comingBack.poll();
        if (next == null) {
          free += count - i;
          return;
        }
      }
      next.run();
    }
  }

  /// Takes one slot for somebody who goes on: `granted` is called, now or when one is given back.
  public void takeBack(Runnable granted) {
    synchronized (this) {
      if (free == 0) {
        comingBack.add(granted);
        return;
      }
      free--;
    }
    granted.run();
  }
}
