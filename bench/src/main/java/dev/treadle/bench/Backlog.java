package dev.treadle.bench;

import dev.treadle.Treadle;
import dev.treadle.bench.DurableWork.Order;
import java.util.SplittableRandom;

/// Submits very many jobs.
final class Backlog {
  /// So many at once that each sync of a store stores a large group.
  static final int CALLERS = 1_000;

  private Backlog() {}

  /// Submits `count` jobs, each when its caller's one before is stored, with random priorities.
  ///
  /// @return how long it took, in seconds
  static double submit(Treadle treadle, int count, int callers) throws Exception {
    return Callers.seconds(
        callers,
        caller -> {
          SplittableRandom random = new SplittableRandom(caller);
          for (int i = caller; i < count; i += callers) {
            treadle.submit(DurableWork.TASK.with(Order.of(i)).priority(random.nextInt(10)));
          }
        });
  }

  /// The mean size of their inputs as JSON.
  static double inputBytes(int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += DurableWork.json(Order.of(i)).length;
    }
    return sum / (double) count;
  }

  /// The mean size of their results as JSON.
  static double resultBytes(int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += DurableWork.json(DurableWork.book(Order.of(i))).length;
    }
    return sum / (double) count;
  }
}
