package dev.treadle.bench;

import dev.treadle.Job;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Measured;
import dev.treadle.bench.Result.Skipped;
import dev.treadle.internal.process.WorkerStarts;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// How worker processes begin and end: how long it takes to have one, to be rid of one, and what an
/// idle one holds.
final class ProcessEnds {
  private static final long STANDBY_NANOS = 1_000_000_000;
  private static final Task<Integer, Integer> BUSY =
      Task.process("busy", Integer.class, Integer.class, Errand::busy);
  private static final Task<Integer, Long> NOW =
      Task.process("now", Integer.class, Long.class, Errand::now);
  private static final Task<Integer, Long> PID =
      Task.process("pid", Integer.class, Long.class, Errand::pid);

  private ProcessEnds() {}

  /// What the workers run. A class of its own: they would make the tasks above, too.
  static final class Errand {
    private Errand() {}

    static Integer busy(Integer x) {
      int sum = x;
      while (true) {
        sum += 1;
        if (sum == Integer.MIN_VALUE) {
          sum = 0;
        }
      }
    }

    /// Nanoseconds of the machine's monotonic clock, which all its JVMs share.
    static Long now(Integer x) {
      return System.nanoTime() + x;
    }

    static Long pid(Integer x) {
      return ProcessHandle.current().pid() + x;
    }
  }

  // --- kill ---

  static List<Result> kill(Settings settings) throws IOException {
    WorkerStarts.prepare();
    int count = settings.size(100, 3);
    List<Double> millis = new ArrayList<>();
    try (Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 1).open()) {
      for (int i = -settings.warmups(); i < count; i++) {
        Job<Integer> job = treadle.submit(BUSY, 1);
        while (job.attempts().isEmpty()) {
          Thread.onSpinWait();
        }
        LockSupport.parkNanos(STANDBY_NANOS); // until a standby is ready and the loop is compiled
        Job<Long> next = treadle.submit(NOW, 0);
        long start = System.nanoTime();
        job.kill();
        double took = (next.get() - start) / 1e6;
        if (i >= 0) {
          millis.add(took);
        }
      }
    }
    millis.sort(null);
    String what =
        "kill of a busy loop until the next job runs, with a standby, " + count + " times";
    return List.of(
        new Alone(what, "ms", of("half of them within", at(millis, 0.5)), Target.atMost(10)),
        new Alone(what, "ms", of("99 of 100 within", at(millis, 0.99)), Target.atMost(30)));
  }

  private static double at(List<Double> sorted, double share) {
    return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(share * sorted.size())));
  }

  private static Measured of(String who, double value) {
    return new Measured(who, Samples.of(value));
  }

  // --- idle ---

  static List<Result> idle(Settings settings) throws Exception {
    List<Double> megabytes = new ArrayList<>();
    String what = "memory resident of a worker that has run one job and is idle";
    for (int i = 0; i < settings.rounds(); i++) {
      try (Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 1).open()) {
        long pid = treadle.submit(PID, 0).get();
        LockSupport.parkNanos(STANDBY_NANOS);
        double now = residentMegabytes(pid);
        if (Double.isNaN(now)) {
          return List.of(new Skipped(what, PeakMemory.MISSING));
        }
        megabytes.add(now);
      }
    }
    return List.of(
        new Alone(what, "MB", new Measured("worker", new Samples(megabytes)), Target.atMost(60)));
  }

  private static double residentMegabytes(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Double.parseDouble(line.replaceAll("\\D+", "")) / 1024;
        }
      }
    } catch (IOException e) {
      // Not Linux, or it has just ended.
    }
    return Double.NaN;
  }

  // --- orphans ---

  /// A program with two workers in busy loops, which tells their pids and waits to be killed.
  public static void main(String[] args) throws InterruptedException {
    try (Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 2).open()) {
      List<Job<Integer>> jobs = List.of(treadle.submit(BUSY, 1), treadle.submit(BUSY, 2));
      while (jobs.stream().anyMatch(job -> job.attempts().isEmpty())) {
        Thread.onSpinWait();
      }
      Thread.sleep(STANDBY_NANOS / 1_000_000);
      ProcessHandle.current().descendants().forEach(each -> System.out.println(each.pid()));
      System.out.println("end");
      jobs.getFirst().join();
    }
  }

  static List<Result> orphans(Settings settings) throws Exception {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < settings.rounds(); i++) {
      millis.add(untilNoneIsLeft());
    }
    return List.of(
        new Alone(
            "parent killed -9 until no worker is left, two of three in busy loops",
            "ms",
            new Measured("workers", new Samples(millis)),
            Target.none()));
  }

  /// Whether it has not ended; who should note that may take his time.
  private static boolean runs(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  private static double untilNoneIsLeft() throws IOException {
    Process parent = ChildJvm.of(List.of(), ProcessEnds.class).start();
    List<ProcessHandle> workers = new ArrayList<>();
    try (BufferedReader lines = parent.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); !"end".equals(line); line = lines.readLine()) {
        if (line == null) {
          throw new IOException("the parent has ended by itself");
        }
        ProcessHandle.of(Long.parseLong(line)).ifPresent(workers::add);
      }
      if (workers.size() < 3) {
        throw new IOException("only " + workers.size() + " processes were started");
      }
    } finally {
      parent.destroyForcibly();
    }
    long start = System.nanoTime();
    for (ProcessHandle worker : workers) {
      while (runs(worker.pid())) {
        LockSupport.parkNanos(200_000);
      }
    }
    return (System.nanoTime() - start) / 1e6;
  }
}
