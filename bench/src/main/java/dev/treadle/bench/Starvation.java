package dev.treadle.bench;

import dev.treadle.Job;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Measured;
import dev.treadle.bench.Result.Skipped;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.management.VirtualThreadSchedulerMXBean;

/// As many jobs that compute on `io` as virtual threads can run at once, and one that wants to
/// sleep for 5 ms at a time: how late it wakes up. Each round is a fresh JVM with two carriers.
final class Starvation {
  private static final long SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final List<String> TWO_CARRIERS =
      List.of("-Djdk.virtualThreadScheduler.parallelism=2", ChildJvm.NATIVE);
  private static final int HOGS = 2;

  private static volatile long sum;

  private Starvation() {}

  static List<Result> run(Settings settings) throws Exception {
    if (Runtime.getRuntime().availableProcessors() < HOGS) {
      return List.of(new Skipped("a sleeper beside two hogs", "needs two cores"));
    }
    long millis = settings.size(3_000, 600);
    List<Double> guarded = new ArrayList<>();
    List<Double> bare = new ArrayList<>();
    List<Double> seen = new ArrayList<>();
    for (int i = 0; i < settings.rounds(); i++) {
      Map<String, Samples> with = round("on", millis);
      guarded.add(figure(with, "late"));
      if (with.containsKey("seen")) {
        seen.add(figure(with, "seen"));
      }
      bare.add(figure(round("off", millis), "late"));
    }
    String what = "a 5 ms sleeper beside two hogs of " + millis + " ms: the most it was late";
    List<Result> results = new ArrayList<>();
    results.add(
        new Alone(
            what, "ms", new Measured("with the guard", new Samples(guarded)), Target.atMost(150)));
    results.add(
        new Alone(what, "ms", new Measured("without it", new Samples(bare)), Target.none()));
    String until = "from the start of the hogs until the scheduler was wider";
    results.add(
        seen.isEmpty()
            ? new Skipped(until, "it never was")
            : new Alone(
                until, "ms", new Measured("the guard", new Samples(seen)), Target.atMost(100)));
    return results;
  }

  private static double figure(Map<String, Samples> told, String name) {
    return Objects.requireNonNull(told.get(name), name).median();
  }

  private static Map<String, Samples> round(String guard, long millis) throws Exception {
    List<String> flags = new ArrayList<>(TWO_CARRIERS);
    flags.add("-Ddev.treadle.starvationGuard=" + guard);
    return ChildJvm.run(flags, Starvation.class, String.valueOf(millis));
  }

  /// One round, in a JVM of its own.
  public static void main(String[] args) throws Exception {
    long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[0]));
    VirtualThreadSchedulerMXBean scheduler =
        ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
    CountDownLatch sleeping = new CountDownLatch(20);
    CountDownLatch computing = new CountDownLatch(HOGS);
    Task<Long, Long> hog =
        Task.io(
            "hog",
            Long.class,
            Long.class,
            x -> {
              computing.countDown();
              return spin(System.nanoTime() + x);
            });
    Task<Long, Long> sleeper =
        Task.io("sleeper", Long.class, Long.class, x -> mostLate(sleeping, x));
    try (Treadle treadle = Treadle.open(hog, sleeper)) {
      Job<Long> late = treadle.submit(sleeper, nanos);
      sleeping.await(); // Its code, and the guard, have been at work before.
      List<Job<Long>> hogs = new ArrayList<>();
      for (int i = 0; i < HOGS; i++) {
        hogs.add(treadle.submit(hog, nanos));
      }
      computing.await();
      long start = System.nanoTime();
      while (scheduler.getParallelism() == HOGS && System.nanoTime() - start < nanos) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      if (scheduler.getParallelism() > HOGS) {
        ChildJvm.tell("seen", (System.nanoTime() - start) / 1e6);
      }
      hogs.forEach(Job::join);
      ChildJvm.tell("late", late.get() / 1e6);
    }
  }

  private static long spin(long until) {
    long i = 0;
    while (System.nanoTime() < until) {
      i = i * 31 + 7;
    }
    sum += i;
    return i;
  }

  /// Sleeps until the time is over, and returns the longest it slept too long, in nanoseconds.
  private static long mostLate(CountDownLatch sleeping, long nanos) throws InterruptedException {
    long most = 0;
    long end = 0;
    while (end == 0 || System.nanoTime() < end) {
      long start = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(SLEEP_NANOS);
      long late = System.nanoTime() - start - SLEEP_NANOS;
      if (sleeping.getCount() == 0) {
        end = end == 0 ? System.nanoTime() + nanos : end;
        most = Math.max(most, late);
      }
      sleeping.countDown();
    }
    return most;
  }
}
