package dev.treadle.internal.monitor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// Which attempts the samples of CPU time belong to. Thread-safe.
///
/// CPU time and running time of an attempt are told together, at its end: while it runs its share
/// of the CPU is no more known than that of one of another strategy. Samples that come later are
/// told as they come.
final class SampledAttempts {
  /// So many attempts that ended are known for the samples that come late; of twice as many at
  /// most.
  private static final int ENDED_MAX = 50_000;

  /// Who is told what attempts used.
  @FunctionalInterface
  interface Sink {
    /// Attempts of a task from a queue have used so much CPU time, and ran so much longer.
    void used(String task, String queue, long cpuNanos, long ranNanos);
  }

  private final Sink sink;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<Long, Attempt> running = new ConcurrentHashMap<>();

  /// Attempts that ended lately, by thread, and those that ended before them.
  private volatile Map<Long, Attempt> ended = new ConcurrentHashMap<>();

  private volatile Map<Long, Attempt> endedBefore = Map.of();

  SampledAttempts(Sink sink, LongSupplier nanoTime) {
    this.sink = sink;
    this.nanoTime = nanoTime;
  }

  private final class Attempt {
    final String task;
    final String queue;
    final long began = nanoTime.getAsLong();
    private long cpuNanos;
    private boolean over;

    Attempt(String task, String queue) {
      this.task = task;
      this.queue = queue;
    }

    synchronized void sample(long nanos) {
      if (over) {
        sink.used(task, queue, nanos, 0);
      } else {
        cpuNanos += nanos;
      }
    }

    synchronized void ends() {
      over = true;
      sink.used(task, queue, cpuNanos, nanoTime.getAsLong() - began);
    }
  }

  /// An attempt begins on a thread.
  void begins(long thread, String task, String queue) {
    running.put(thread, new Attempt(task, queue));
  }

  /// The attempt on a thread has ended; nothing if none was known there.
  void ends(long thread) {
    Attempt attempt = running.get(thread);
    if (attempt == null) {
      return;
    }
    Map<Long, Attempt> lately = ended;
    lately.put(thread, attempt); // Before it leaves the other map: a sample may come now.
    running.remove(thread);
    attempt.ends();
    if (lately.size() > ENDED_MAX) {
      forget();
    }
  }

  /// Forgets the older half of what ended.
  private synchronized void forget() {
    if (ended.size() > ENDED_MAX) {
      endedBefore = ended;
      ended = new ConcurrentHashMap<>();
    }
  }

  /// A thread has used so much; nothing if no attempt is known to have run on it.
  void sample(long thread, long cpuNanos) {
    Attempt attempt = running.get(thread);
    if (attempt == null) {
      attempt = ended.get(thread);
    }
    if (attempt == null) {
      attempt = endedBefore.get(thread);
    }
    if (attempt != null) {
      attempt.sample(cpuNanos);
    }
  }
}
