package dev.treadle.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// What this process took, looked at again and again on a thread of its own: often at first, so
/// that a short run has a picture too, and more and more rarely, so that there are never more than
/// [#MOST]. Thread-safe.
final class Samples implements AutoCloseable {
  static final int MOST = 240;
  private static final long FIRST_EVERY = 50_000_000;
  private static final long SHORT = 1_000_000;

  private final Gauge gauge;
  private final long began;
  private final Gauge.Reading first;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Sample> samples = new ArrayList<>();
  private Gauge.Reading before;
  private long beforeAt;
  private long every = FIRST_EVERY;

  /// What the process took up to a moment.
  ///
  /// @param at nanoseconds since the run began
  /// @param length since the sample before, in nanoseconds
  /// @param cores how many cores it kept busy since the sample before; NaN if that is not known
  /// @param heap bytes in use
  /// @param resident bytes; -1 if that is not known
  record Sample(long at, long length, double cores, long heap, long resident) {
    /// Two neighbours as one: as busy as the two, as large as the larger.
    Sample and(Sample next) {
      long both = length + next.length;
      return new Sample(
          next.at,
          both,
          both == 0 ? next.cores : (cores * length + next.cores * next.length) / both,
          Math.max(heap, next.heap),
          Math.max(resident, next.resident));
    }
  }

  /// @param began when the run did, as `System.nanoTime()` has it
  Samples(Gauge gauge, long began) {
    this.gauge = gauge;
    this.began = began;
    this.first = gauge.read();
    this.before = first;
    this.beforeAt = began;
    Thread.ofPlatform().daemon().name("report-samples").start(this::loop);
  }

  private void loop() {
    try {
      while (!closed.await(every(), TimeUnit.NANOSECONDS)) {
        take();
      }
    } catch (InterruptedException e) {
      // Nobody does; then there are no more samples.
    }
  }

  private synchronized long every() {
    return every;
  }

  private synchronized void take() {
    long now = System.nanoTime();
    long length = now - beforeAt;
    Gauge.Reading read = gauge.read();
    add(new Sample(now - began, length, cores(before, read, length), read.heap(), read.resident()));
    before = read;
    beforeAt = now;
  }

  private static double cores(Gauge.Reading from, Gauge.Reading to, long nanos) {
    return from.cpuNanos() < 0 || to.cpuNanos() < 0 || nanos <= 0
        ? Double.NaN
        : (double) (to.cpuNanos() - from.cpuNanos()) / nanos;
  }

  /// Takes a sample up. When there are too many, neighbours are put together.
  synchronized void add(Sample sample) {
    samples.add(sample);
    if (samples.size() > MOST) {
      List<Sample> half = new ArrayList<>();
      for (int i = 0; i + 1 < samples.size(); i += 2) {
        half.add(samples.get(i).and(samples.get(i + 1)));
      }
      if (samples.size() % 2 == 1) {
        half.add(samples.getLast());
      }
      samples.clear();
      samples.addAll(half);
      every *= 2;
    }
  }

  /// All of them, one at least, the last one of now.
  synchronized List<Sample> all() {
    if (samples.isEmpty() || System.nanoTime() - beforeAt > SHORT) {
      take();
      // So short a time that its share of CPU would be noise.
      if (samples.size() > 1 && samples.getLast().length < every / 2) {
        Sample last = samples.removeLast();
        samples.add(samples.removeLast().and(last));
      }
    }
    return List.copyOf(samples);
  }

  /// How many cores were busy all the time; NaN if that is not known.
  double cores() {
    return cores(first, gauge.read(), System.nanoTime() - began);
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
