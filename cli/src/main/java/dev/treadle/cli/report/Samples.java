package dev.treadle.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// What this process took, looked at once a second on a thread of its own. In a long run neighbours
/// are put together, so that there are never more than [#MOST].
final class Samples implements AutoCloseable {
  static final int MOST = 240;
  private static final long SHORT_NANOS = 20_000_000;

  private final Gauge gauge;
  private final long began;
  private final Gauge.Reading first;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Sample> samples = new ArrayList<>();
  private Gauge.Reading before;
  private long beforeAt;
  private int together = 1;
  private int open;

  /// What the process took up to a moment.
  ///
  /// @param at nanoseconds since the run began
  /// @param cores how many cores it kept busy since the sample before; NaN if that is not known
  /// @param heap bytes in use
  /// @param resident bytes; -1 if that is not known
  record Sample(long at, double cores, long heap, long resident) {
    /// Two neighbours as one: as busy as the two, as large as the larger.
    Sample and(Sample next, int parts) {
      return new Sample(
          next.at,
          (cores * parts + next.cores) / (parts + 1),
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
    samples.add(new Sample(0, Double.NaN, first.heap(), first.resident()));
    Thread.ofPlatform().daemon().name("report-samples").start(this::loop);
  }

  private void loop() {
    try {
      while (!closed.await(1, TimeUnit.SECONDS)) {
        take();
      }
    } catch (InterruptedException e) {
      // Nobody does; then there are no more samples.
    }
  }

  private synchronized void take() {
    long now = System.nanoTime();
    Gauge.Reading read = gauge.read();
    add(new Sample(now - began, cores(before, read, now - beforeAt), read.heap(), read.resident()));
    before = read;
    beforeAt = now;
  }

  private static double cores(Gauge.Reading from, Gauge.Reading to, long nanos) {
    return from.cpuNanos() < 0 || to.cpuNanos() < 0 || nanos <= 0
        ? Double.NaN
        : (double) (to.cpuNanos() - from.cpuNanos()) / nanos;
  }

  /// Takes a sample up.
  synchronized void add(Sample sample) {
    if (open > 0) {
      samples.set(samples.size() - 1, samples.getLast().and(sample, open));
    } else {
      samples.add(sample);
    }
    open = (open + 1) % together;
    if (samples.size() > MOST && open == 0) {
      List<Sample> half = new ArrayList<>(List.of(samples.getFirst()));
      for (int i = 1; i + 1 < samples.size(); i += 2) {
        half.add(samples.get(i).and(samples.get(i + 1), 1));
      }
      if (samples.size() % 2 == 0) {
        half.add(samples.getLast());
      }
      samples.clear();
      samples.addAll(half);
      together *= 2;
    }
  }

  /// All of them, the last one of now.
  synchronized List<Sample> all() {
    if (System.nanoTime() - beforeAt > SHORT_NANOS) {
      take();
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
