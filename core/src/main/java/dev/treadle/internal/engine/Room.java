package dev.treadle.internal.engine;

/// Where those wait who want to submit into a full queue. Counts the times there may be room again,
/// so that a time between the look and the wait is not missed.
final class Room {
  private volatile long count;

  long seen() {
    return count;
  }

  synchronized void made() {
    count++;
    notifyAll();
  }

  synchronized void await(long seen) throws InterruptedException {
    while (count == seen) {
      wait();
    }
  }
}
