package dev.treadle.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Virtual threads that do the same at once.
final class Callers {
  private Callers() {}

  /// What one of them does.
  @FunctionalInterface
  interface Body {
    void call(int caller) throws Exception;
  }

  /// Runs it on so many threads and says how long all took.
  static double seconds(int callers, Body body) throws Exception {
    List<Future<?>> running = new ArrayList<>(callers);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long start = System.nanoTime();
      for (int i = 0; i < callers; i++) {
        int caller = i;
        running.add(
            threads.submit(() -> {
              body.call(caller);
              return null;
            }));
      }
      for (Future<?> each : running) {
        each.get();
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }
}
