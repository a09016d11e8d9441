package dev.treadle.bench;

import dev.treadle.Job;
import dev.treadle.Jobs;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Measured;
import dev.treadle.bench.Result.Skipped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// What an attempt in another JVM costs beyond the code it runs.
final class ProcessSpeed {
  private static final int BYTES = 100;
  private static final int LARGE = 10_000_000;
  private static final Task<String, String> TEXT =
      Task.process("text", String.class, String.class, ProcessSpeed::same);
  private static final Task<byte[], byte[]> DATA =
      Task.process("data", byte[].class, byte[].class, ProcessSpeed::sameBytes);
  private static final Task<Line, Line> LINE =
      Task.process("line", Line.class, Line.class, Line::next);

  private ProcessSpeed() {}

  /// About 100 bytes of JSON.
  public record Line(int number, String name, double share, List<Integer> parts) {
    private static final List<Integer> PARTS = List.of(1, 22, 333, 4_444);

    static Line of(int number) {
      return new Line(number, "a line of text for the sake of its length", 0.25, PARTS);
    }

    static Line next(Line line) {
      return new Line(line.number + 1, line.name, line.share, line.parts);
    }
  }

  static String same(String text) {
    return text;
  }

  static byte[] sameBytes(byte[] bytes) {
    return bytes;
  }

  static Integer primesBelow(Integer limit) {
    int count = 0;
    for (int n = 2; n < limit; n++) {
      boolean prime = true;
      for (int i = 2; i * i <= n && prime; i++) {
        prime = n % i != 0;
      }
      count += prime ? 1 : 0;
    }
    return count;
  }

  // --- one by one ---

  static List<Result> roundTrip(Settings settings) throws Exception {
    int count = settings.size(20_000, 1_000);
    String text = "x".repeat(BYTES);
    String what = Figures.count(count) + " echoes of 100 bytes by a warm worker, one after another";
    List<Result> results = new ArrayList<>();
    Optional<Python> python = Python.find();
    try (SocketEcho echo = new SocketEcho(BYTES);
        Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 1).open()) {
      RunnerAlone runner = new RunnerAlone(TEXT, text);
      try (runner) {
        Rounds rounds = new Rounds(settings);
        Contender bare = new Contender("bare Unix-socket echo", () -> echo.micros(count));
        results.add(
            rounds.compare(
                what + ": the runner, its send to its end",
                "µs",
                new Contender("Treadle's runner", () -> runner.micros(count)),
                bare,
                Target.atMost(2)));
        Contender product =
            new Contender("Treadle process", () -> submitToGet(treadle, text, count));
        results.add(
            rounds.compare(what + ": submit to get", "µs", product, bare, Target.atMost(5)));
        if (python.isEmpty()) {
          results.add(new Skipped(what, Python.MISSING));
        } else {
          PythonProcesses pools = new PythonProcesses(python.get());
          results.add(
              rounds.compare(
                  what + ": submit to get, against Python",
                  "µs",
                  product,
                  new Contender("Pool.apply", () -> pools.micros("apply", count, BYTES)),
                  Target.atMost(1 / 3.0)));
          results.add(
              rounds.compare(
                  what + ": submit to get, against Python",
                  "µs",
                  product,
                  new Contender("ProcessPoolExecutor", () -> pools.micros("submit", count, BYTES)),
                  Target.atMost(1 / 5.0)));
        }
      }
    }
    return results;
  }

  private static double submitToGet(Treadle treadle, String text, int count) {
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      if (!treadle.submit(TEXT, text).get().equals(text)) {
        throw new IllegalStateException("the echo is wrong");
      }
    }
    return (System.nanoTime() - start) / 1e3 / count;
  }

  // --- many ---

  static List<Result> throughput(Settings settings) throws Exception {
    List<Result> results = new ArrayList<>();
    int count = settings.size(300_000, 5_000);
    Task<Line, Line> wide = LINE.window(32);
    results.add(perSecond(settings, wide, count, "a window of 32", 150_000));
    results.add(perSecond(settings, LINE, count / 3, "a window of 1", 40_000));
    Optional<Python> python = Python.find();
    String what = "tiny tasks pipelined, against Python";
    if (python.isEmpty()) {
      results.add(new Skipped(what, Python.MISSING));
      return results;
    }
    PythonProcesses pools = new PythonProcesses(python.get());
    try (Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 2).open()) {
      results.add(
          new Rounds(settings)
              .compare(
                  what,
                  "jobs/s",
                  new Contender("Treadle, a window of 32", () -> pipelined(treadle, wide, count)),
                  new Contender(
                      "Pool.apply_async of 100 bytes",
                      () -> 1e6 / pools.micros("apply_async", count / 3, BYTES)),
                  Target.none()));
    }
    return results;
  }

  private static Result perSecond(
      Settings settings, Task<Line, Line> task, int count, String window, int least)
      throws Exception {
    try (Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 2).open()) {
      List<Double> all = new ArrayList<>();
      for (int i = -settings.warmups(); i < settings.rounds(); i++) {
        System.gc(); // so that no round pays for the one before
        double measured = pipelined(treadle, task, count);
        if (i >= 0) {
          all.add(measured);
        }
      }
      if (settings.jfr() != null) {
        Profile.record(settings.jfr(), settings.rounds(), () -> pipelined(treadle, task, count));
      }
      return new Alone(
          Figures.count(count) + " records of 100 B as JSON, 2 workers, submitted, then all gotten",
          "jobs/s",
          new Measured("Treadle, " + window, new Samples(all)),
          Target.atLeast(least));
    }
  }

  private static double pipelined(Treadle treadle, Task<Line, Line> task, int count) {
    List<Job<Line>> jobs = new ArrayList<>(count);
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      jobs.add(treadle.submit(task, Line.of(i)));
    }
    long sum = 0;
    for (Job<Line> job : jobs) {
      sum += job.get().number();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (sum != count * (count + 1L) / 2) {
      throw new IllegalStateException("the results add up to " + sum);
    }
    return count / seconds;
  }

  // --- heavy ---

  static List<Result> heavy(Settings settings) throws Exception {
    int limit = settings.size(400_000, 20_000);
    int items = 2 * SubmitToResult.cores();
    Task<Integer, Integer> there =
        Task.process("primes", Integer.class, Integer.class, ProcessSpeed::primesBelow);
    Task<Integer, Integer> here =
        Task.cpu("primes-here", Integer.class, Integer.class, ProcessSpeed::primesBelow);
    List<Integer> inputs = Collections.nCopies(items, limit);
    try (Treadle treadle = Treadle.open(there, here)) {
      return List.of(
          new Rounds(settings)
              .compare(
                  items + " times the primes below " + Figures.count(limit),
                  "items/s",
                  new Contender("Treadle process", () -> perSecond(treadle, there, inputs)),
                  new Contender("Treadle cpu", () -> perSecond(treadle, here, inputs)),
                  Target.atLeast(0.9)));
    }
  }

  private static double perSecond(
      Treadle treadle, Task<Integer, Integer> task, List<Integer> inputs) {
    long start = System.nanoTime();
    Jobs<Integer, Integer> all = treadle.map(task, inputs);
    if (all.get().stream().distinct().count() != 1) {
      throw new IllegalStateException("the counts differ");
    }
    return inputs.size() / ((System.nanoTime() - start) / 1e9);
  }

  // --- large ---

  static List<Result> bulk(Settings settings) throws Exception {
    int count = settings.size(100, 5);
    String what = "10 MB to a warm worker and back, " + count + " times, one after another";
    Optional<Python> python = Python.find();
    if (python.isEmpty()) {
      return List.of(new Skipped(what, Python.MISSING));
    }
    byte[] data = new byte[LARGE];
    IntStream.range(0, LARGE).forEach(i -> data[i] = (byte) i);
    PythonProcesses pools = new PythonProcesses(python.get());
    try (Treadle treadle = Treadle.with().permits(Strategy.PROCESS, 1).keepEnded(0).open()) {
      return List.of(
          new Rounds(settings)
              .compare(
                  what,
                  "ms",
                  new Contender("Treadle process", () -> millis(treadle, data, count)),
                  new Contender("Pool.apply", () -> pools.micros("apply", count, LARGE) / 1e3),
                  Target.atMost(0.1)));
    }
  }

  private static double millis(Treadle treadle, byte[] data, int count) {
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      byte[] back = treadle.submit(DATA, data).get();
      if (back.length != data.length || back[LARGE - 1] != data[LARGE - 1]) {
        throw new IllegalStateException("the data came back wrong");
      }
    }
    return (System.nanoTime() - start) / 1e6 / count;
  }
}
