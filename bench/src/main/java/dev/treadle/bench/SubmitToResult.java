package dev.treadle.bench;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// What a job costs from its submission to its result, beyond the code it runs, which is empty
/// here.
final class SubmitToResult {
  private static final Task<Integer, Integer> CPU =
      Task.cpu("same", Integer.class, Integer.class, x -> x);
  private static final Task<Integer, Integer> IO =
      Task.io("same", Integer.class, Integer.class, x -> x);

  private SubmitToResult() {}

  static List<Result> cpuPipelined(Settings settings) throws Exception {
    return pipelined(settings, CPU, fixedPool(), fixedPoolName(), 25);
  }

  static List<Result> cpuOneByOne(Settings settings) throws Exception {
    return oneByOne(settings, CPU, fixedPool(), fixedPoolName(), 2);
  }

  static List<Result> ioPipelined(Settings settings) throws Exception {
    return pipelined(
        settings,
        IO,
        Executors.newVirtualThreadPerTaskExecutor(),
        "newVirtualThreadPerTaskExecutor",
        4);
  }

  static List<Result> ioOneByOne(Settings settings) throws Exception {
    return oneByOne(
        settings,
        IO,
        Executors.newVirtualThreadPerTaskExecutor(),
        "newVirtualThreadPerTaskExecutor",
        2);
  }

  private static ExecutorService fixedPool() {
    return Executors.newFixedThreadPool(cores());
  }

  private static String fixedPoolName() {
    return "newFixedThreadPool(" + cores() + ")";
  }

  static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static List<Result> pipelined(
      Settings settings,
      Task<Integer, Integer> task,
      ExecutorService pool,
      String peer,
      double most)
      throws Exception {
    List<Integer> inputs = inputs(settings.size(200_000, 50_000));
    try (pool;
        Treadle treadle = open(task)) {
      return List.of(
          new Rounds(settings)
              .compare(
                  Figures.count(inputs.size()) + " empty jobs submitted, then all gotten",
                  "µs/job",
                  new Contender(
                      "Treadle " + task.strategy(), () -> productPipelined(treadle, task, inputs)),
                  new Contender(peer, () -> peerPipelined(pool, inputs)),
                  Target.atMost(most)));
    }
  }

  private static List<Result> oneByOne(
      Settings settings,
      Task<Integer, Integer> task,
      ExecutorService pool,
      String peer,
      double most)
      throws Exception {
    List<Integer> inputs = inputs(settings.size(50_000, 10_000));
    try (pool;
        Treadle treadle = open(task)) {
      return List.of(
          new Rounds(settings)
              .compare(
                  Figures.count(inputs.size()) + " empty jobs, each gotten before the next",
                  "µs/job",
                  new Contender(
                      "Treadle " + task.strategy(), () -> productOneByOne(treadle, task, inputs)),
                  new Contender(peer, () -> peerOneByOne(pool, inputs)),
                  Target.atMost(most)));
    }
  }

  static List<Integer> inputs(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  static Task<Integer, Integer> cpu() {
    return CPU;
  }

  static Treadle open(Task<Integer, Integer> task) {
    Treadle treadle = Treadle.with(task).reuseThreads().open();
    if (task == CPU) {
      checkAccounting(treadle);
    }
    return treadle;
  }

  /// The target holds with exact accounting on; without it the figures would be too good.
  private static void checkAccounting(Treadle treadle) {
    Job<Integer> job = treadle.submit(CPU, 1);
    job.join();
    Attempt attempt = job.attempts().getFirst();
    if (attempt.cpu().isEmpty() || attempt.allocated().isEmpty()) {
      throw new IllegalStateException("no CPU time or no allocation is known of " + attempt);
    }
  }

  static double productPipelined(
      Treadle treadle, Task<Integer, Integer> task, List<Integer> inputs) {
    List<Job<Integer>> jobs = new ArrayList<>(inputs.size());
    long start = System.nanoTime();
    for (Integer input : inputs) {
      jobs.add(treadle.submit(task, input));
    }
    long sum = 0;
    for (Job<Integer> job : jobs) {
      sum += job.get();
    }
    return micros(start, inputs, sum);
  }

  private static double peerPipelined(ExecutorService pool, List<Integer> inputs) throws Exception {
    List<Future<Integer>> futures = new ArrayList<>(inputs.size());
    long start = System.nanoTime();
    for (Integer input : inputs) {
      futures.add(pool.submit(() -> input));
    }
    long sum = 0;
    for (Future<Integer> future : futures) {
      sum += future.get();
    }
    return micros(start, inputs, sum);
  }

  static double productOneByOne(
      Treadle treadle, Task<Integer, Integer> task, List<Integer> inputs) {
    long start = System.nanoTime();
    long sum = 0;
    for (Integer input : inputs) {
      sum += treadle.submit(task, input).get();
    }
    return micros(start, inputs, sum);
  }

  private static double peerOneByOne(ExecutorService pool, List<Integer> inputs) throws Exception {
    long start = System.nanoTime();
    long sum = 0;
    for (Integer input : inputs) {
      sum += pool.submit(() -> input).get();
    }
    return micros(start, inputs, sum);
  }

  /// Microseconds a job since the start, after a look at whether the work was done.
  private static double micros(long start, List<Integer> inputs, long sum) {
    long nanos = System.nanoTime() - start;
    long expected = inputs.size() * (inputs.size() - 1L) / 2;
    if (sum != expected) {
      throw new IllegalStateException("the results add up to " + sum + ", not " + expected);
    }
    return nanos / 1e3 / inputs.size();
  }
}
