package dev.treadle.bench;

import dev.treadle.Job;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.bench.Contender.Round;
import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Measured;
import dev.treadle.bench.Result.Skipped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Very many jobs that all wait a second: what they add to that second, and what memory they need.
final class Waiting {
  private static final long WAIT_MILLIS = 1_000;
  private static final int MEMORY_TARGET_MB = 600;

  /// The heap of the JVMs whose memory is measured. Without a bound the collector would take what
  /// the machine has and the figure would say nothing of the jobs.
  private static final int HEAP_MB = 512;

  private static final Task<Integer, Integer> SLEEP =
      Task.io(
          "sleep",
          Integer.class,
          Integer.class,
          x -> {
            Thread.sleep(WAIT_MILLIS);
            return x;
          });

  private static final Task<Integer, Integer> TIMER =
      Task.async("timer", Integer.class, Integer.class, Waiting::timer);

  private Waiting() {}

  private static CompletableFuture<Integer> timer(Integer x) {
    Executor later = CompletableFuture.delayedExecutor(WAIT_MILLIS, TimeUnit.MILLISECONDS);
    return CompletableFuture.supplyAsync(() -> x, later);
  }

  static List<Result> ioSleepers(Settings settings) throws Exception {
    int count = settings.size(100_000, 20_000);
    try (Treadle treadle = open(SLEEP, count)) {
      List<Result> results = new ArrayList<>();
      results.add(
          new Rounds(settings)
              .compare(
                  Figures.count(count) + " sleeps of 1 s: what comes on top of the second",
                  "ms",
                  new Contender("Treadle io", () -> jobs(treadle, SLEEP, count)),
                  new Contender("bare virtual threads", () -> sleepingThreads(count)),
                  Target.atMost(3)));
      results.addAll(memory("io", "bare-io", "bare virtual threads", count));
      return results;
    }
  }

  static List<Result> asyncTimers(Settings settings) throws Exception {
    int count = settings.size(100_000, 20_000);
    try (Treadle treadle = open(TIMER, count)) {
      List<Result> results = new ArrayList<>();
      results.add(
          new Rounds(settings)
              .compare(
                  Figures.count(count) + " timers of 1 s: what comes on top of the second",
                  "ms",
                  new Contender("Treadle async", () -> jobs(treadle, TIMER, count)),
                  new Contender("delayedExecutor", () -> timers(count)),
                  Target.atMost(3)));
      results.addAll(memory("async", "bare-async", "delayedExecutor", count));
      return results;
    }
  }

  private static Treadle open(Task<Integer, Integer> task, int count) {
    return Treadle.with(task).permits(Strategy.IO, count).open();
  }

  private static double jobs(Treadle treadle, Task<Integer, Integer> task, int count) {
    List<Job<Integer>> jobs = new ArrayList<>(count);
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      jobs.add(treadle.submit(task, i));
    }
    jobs.forEach(Job::join);
    return overhead(start);
  }

  private static double sleepingThreads(int count) throws InterruptedException {
    List<Thread> threads = new ArrayList<>(count);
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      threads.add(Thread.startVirtualThread(Waiting::sleep));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return overhead(start);
  }

  private static void sleep() {
    try {
      Thread.sleep(WAIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static double timers(int count) {
    List<CompletableFuture<Integer>> futures = new ArrayList<>(count);
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      futures.add(timer(i));
    }
    futures.forEach(CompletableFuture::join);
    return overhead(start);
  }

  private static double overhead(long start) {
    return (System.nanoTime() - start) / 1e6 - WAIT_MILLIS;
  }

  // ---- memory: a JVM of its own for each, since only the peak of a whole process is known

  private static List<Result> memory(String product, String peer, String peerName, int count)
      throws Exception {
    String what =
        "peak memory of a JVM with "
            + Figures.count(count)
            + " of them (-Xmx"
            + HEAP_MB
            + "m), in its first round";
    if (PeakMemory.megabytes().isEmpty()) {
      return List.of(new Skipped(what, PeakMemory.MISSING));
    }
    return List.of(
        new Alone(what, "MB", measured("Treadle", product, count), Target.atMost(MEMORY_TARGET_MB)),
        new Alone(what, "MB", measured(peerName, peer, count), Target.none()));
  }

  private static Measured measured(String who, String kind, int count) throws Exception {
    Map<String, Samples> found =
        ChildJvm.run(List.of("-Xmx" + HEAP_MB + "m"), Waiting.class, kind, String.valueOf(count));
    return new Measured(who, found.getOrDefault("peakMb", Samples.of(Double.NaN)));
  }

  /// The JVM whose memory is measured: one round, then its peak.
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[1]);
    try (Treadle treadle =
        switch (args[0]) {
          case "io" -> open(SLEEP, count);
          case "async" -> open(TIMER, count);
          default -> null;
        }) {
      round(args[0], treadle, count).measure();
      PeakMemory.megabytes().ifPresent(peak -> ChildJvm.tell("peakMb", peak));
    }
  }

  private static Round round(String kind, @Nullable Treadle treadle, int count) {
    if (treadle != null) {
      return () -> jobs(treadle, kind.equals("io") ? SLEEP : TIMER, count);
    }
    return kind.equals("bare-io") ? () -> sleepingThreads(count) : () -> timers(count);
  }
}
