package dev.treadle.bench;

import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.bench.Contender.Round;
import dev.treadle.bench.Result.Skipped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// The thread pool of Python's `concurrent.futures`, which tutorials begin with. A peer without a
/// target.
final class PythonPool {
  private static final String PROGRAM =
      """
      import sys, time
      from concurrent.futures import ThreadPoolExecutor
      mode, count, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
      def same(x):
          return x
      def pipelined(pool, n):
          futures = [pool.submit(same, i) for i in range(n)]
          return sum(f.result() for f in futures)
      def one_by_one(pool, n):
          return sum(pool.submit(same, i).result() for i in range(n))
      work = pipelined if mode == "pipelined" else one_by_one
      with ThreadPoolExecutor(workers) as pool:
          work(pool, count // 10)
          start = time.perf_counter()
          work(pool, count)
          print((time.perf_counter() - start) / count * 1e6)
      """;

  private PythonPool() {}

  static List<Result> pipelined(Settings settings) throws Exception {
    List<Integer> inputs = SubmitToResult.inputs(settings.size(200_000, 20_000));
    Task<Integer, Integer> task = SubmitToResult.cpu();
    try (Treadle treadle = SubmitToResult.open(task)) {
      return compare(
          settings,
          "pipelined",
          " empty jobs submitted, then all gotten",
          inputs.size(),
          () -> SubmitToResult.productPipelined(treadle, task, inputs));
    }
  }

  static List<Result> oneByOne(Settings settings) throws Exception {
    List<Integer> inputs = SubmitToResult.inputs(settings.size(50_000, 10_000));
    Task<Integer, Integer> task = SubmitToResult.cpu();
    try (Treadle treadle = SubmitToResult.open(task)) {
      return compare(
          settings,
          "one-by-one",
          " empty jobs, each gotten before the next",
          inputs.size(),
          () -> SubmitToResult.productOneByOne(treadle, task, inputs));
    }
  }

  private static List<Result> compare(
      Settings settings, String mode, String what, int count, Round product) throws Exception {
    String words = Figures.count(count) + what;
    Optional<Python> python = Python.find();
    if (python.isEmpty()) {
      return List.of(new Skipped(words, Python.MISSING));
    }
    int workers = SubmitToResult.cores();
    return List.of(
        new Rounds(settings)
            .compare(
                words,
                "µs/job",
                new Contender("Treadle cpu", product),
                new Contender(
                    "Python ThreadPoolExecutor(" + workers + ")",
                    () -> python(python.get(), mode, count, workers)),
                Target.none()));
  }

  private static double python(Python python, String mode, int count, int workers)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                python.run(PROGRAM, mode, String.valueOf(count), String.valueOf(workers)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException("python3 ended with code " + process.exitValue());
    }
    return Double.parseDouble(printed);
  }
}
