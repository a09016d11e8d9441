package dev.treadle.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// The two process pools of Python, one item at a time and pipelined.
final class PythonProcesses {
  private static final String PROGRAM =
      """
      import sys, time
      from concurrent.futures import ProcessPoolExecutor
      from multiprocessing import Pool
      mode, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
      def same(x):
          return x
      item = b'x' * size
      def work(n):
          if mode == 'apply':
              for i in range(n):
                  pool.apply(same, (item,))
          elif mode == 'submit':
              for i in range(n):
                  pool.submit(same, item).result()
          else:
              for r in [pool.apply_async(same, (item,)) for i in range(n)]:
                  r.get()
      if __name__ == '__main__':
          with (ProcessPoolExecutor(2) if mode == 'submit' else Pool(2)) as pool:
              work(max(1, count // 10))
              start = time.perf_counter()
              work(count)
              print((time.perf_counter() - start) / count * 1e6)
      """;

  private final Python python;

  PythonProcesses(Python python) {
    this.python = python;
  }

  /// Microseconds an item.
  ///
  /// @param mode `apply` and `apply_async` of `multiprocessing.Pool`, `submit` of
  ///   `ProcessPoolExecutor`
  double micros(String mode, int count, int bytes) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(python.run(PROGRAM, mode, String.valueOf(count), String.valueOf(bytes)))
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
