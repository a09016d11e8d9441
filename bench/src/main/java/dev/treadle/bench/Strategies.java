package dev.treadle.bench;

import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Measured;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The same work on each strategy: which one is for what.
final class Strategies {
  private static final int WAIT_MILLIS = 50;

  private Strategies() {}

  static List<Result> run(Settings settings) throws Exception {
    List<Result> results = new ArrayList<>();
    int waits = settings.size(200, 20);
    results.addAll(
        compared(
            settings,
            Figures.count(waits) + " jobs that wait 50 ms each",
            tasks("wait", Strategies::wait, Strategies::stage),
            Collections.nCopies(waits, WAIT_MILLIS)));
    int limit = settings.size(400_000, 20_000);
    int computations = 8 * SubmitToResult.cores();
    results.addAll(
        compared(
            settings,
            computations + " jobs that count the primes below " + Figures.count(limit),
            tasks("primes", ProcessSpeed::primesBelow, Strategies::primes),
            Collections.nCopies(computations, limit)));
    int empty = settings.size(20_000, 1_000);
    results.addAll(
        compared(
            settings,
            Figures.count(empty) + " jobs that do nothing",
            tasks("nothing", Strategies::nothing, CompletableFuture::completedFuture),
            Collections.nCopies(empty, 1)));
    return results;
  }

  private static Map<String, Task<Integer, Integer>> tasks(String name, Plain code, Staged stage) {
    Map<String, Task<Integer, Integer>> all = new LinkedHashMap<>();
    all.put("io", Task.io(name + "-io", Integer.class, Integer.class, code::run));
    all.put("cpu", Task.cpu(name + "-cpu", Integer.class, Integer.class, code::run));
    // A worker is told a method by name, so it cannot be given as a value here.
    all.put(
        "process",
        switch (name) {
          case "wait" ->
              Task.process(name + "-process", Integer.class, Integer.class, Strategies::wait);
          case "primes" ->
              Task.process(
                  name + "-process", Integer.class, Integer.class, ProcessSpeed::primesBelow);
          default ->
              Task.process(name + "-process", Integer.class, Integer.class, Strategies::nothing);
        });
    all.put("async", Task.async(name + "-async", Integer.class, Integer.class, stage::run));
    return all;
  }

  private static List<Result> compared(
      Settings settings,
      String what,
      Map<String, Task<Integer, Integer>> tasks,
      List<Integer> inputs)
      throws Exception {
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    try (Treadle treadle = Treadle.open(tasks.values().toArray(Task<?, ?>[]::new))) {
      for (int i = -settings.warmups(); i < settings.rounds(); i++) {
        for (Map.Entry<String, Task<Integer, Integer>> each : tasks.entrySet()) {
          System.gc();
          double measured = millis(treadle, each.getValue(), inputs);
          if (i >= 0) {
            millis.computeIfAbsent(each.getKey(), it -> new ArrayList<>()).add(measured);
          }
        }
      }
    }
    List<Result> results = new ArrayList<>();
    millis.forEach((strategy, rounds) ->
        results.add(
            new Alone(what, "ms", new Measured(strategy, new Samples(rounds)), Target.none())));
    return results;
  }

  private static double millis(Treadle treadle, Task<Integer, Integer> task, List<Integer> inputs) {
    long start = System.nanoTime();
    List<Integer> all = treadle.map(task, inputs).get();
    double millis = (System.nanoTime() - start) / 1e6;
    if (all.size() != inputs.size() || all.stream().distinct().count() != 1) {
      throw new IllegalStateException(task.name() + " gave wrong results");
    }
    return millis;
  }

  private interface Plain {
    Integer run(Integer input) throws Exception;
  }

  private interface Staged {
    CompletableFuture<Integer> run(Integer input);
  }

  static Integer wait(Integer millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }

  static Integer nothing(Integer input) {
    return input;
  }

  private static CompletableFuture<Integer> stage(Integer millis) {
    return new CompletableFuture<Integer>()
        .completeOnTimeout(millis, millis, TimeUnit.MILLISECONDS);
  }

  /// What a handler should not do, to show what it costs.
  private static CompletableFuture<Integer> primes(Integer limit) {
    return CompletableFuture.completedFuture(ProcessSpeed.primesBelow(limit));
  }
}
