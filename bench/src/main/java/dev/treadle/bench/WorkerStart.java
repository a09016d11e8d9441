package dev.treadle.bench;

import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Measured;
import dev.treadle.internal.process.WorkerStarts;
import java.util.List;

/// How long a worker takes from its start until it is ready for an attempt.
final class WorkerStart {
  private WorkerStart() {}

  static List<Result> run(Settings settings) throws Exception {
    int count = settings.size(40, 3);
    return List.of(
        new Alone(
            "a worker JVM from its start to ready, on an idle machine, " + count + " times",
            "ms",
            new Measured("worker", new Samples(WorkerStarts.millis(count))),
            Target.atMost(60)));
  }
}
