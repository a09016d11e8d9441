package dev.treadle.bench;

import dev.treadle.Job;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What it costs to measure every attempt: jobs of 100 us on `cpu`, with the monitor and without.
final class MonitorCost {
  private static final String SWITCH = "dev.treadle.monitor";
  private static final long JOB_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final double MOST = 1.03;

  private static final Task<Integer, Integer> SPIN =
      Task.cpu("spin", Integer.class, Integer.class, MonitorCost::spin);

  private MonitorCost() {}

  static List<Result> run(Settings settings) throws Exception {
    List<Integer> inputs = SubmitToResult.inputs(settings.size(20_000, 2_000));
    try (Treadle with = Treadle.with(SPIN).reuseThreads().open();
        Treadle without = openWithoutMonitor()) {
      checkMeasures(with, true);
      checkMeasures(without, false);
      return List.of(
          new Rounds(settings)
              .compare(
                  Figures.count(inputs.size()) + " jobs that compute for 100 µs",
                  "µs/job",
                  new Contender(
                      "measured", () -> SubmitToResult.productPipelined(with, SPIN, inputs)),
                  new Contender(
                      "not measured", () -> SubmitToResult.productPipelined(without, SPIN, inputs)),
                  Target.atMost(MOST)));
    }
  }

  private static Treadle openWithoutMonitor() {
    System.setProperty(SWITCH, "off");
    try {
      return Treadle.with(SPIN).reuseThreads().open();
    } finally {
      System.clearProperty(SWITCH);
    }
  }

  /// A switch that switches nothing would make the figures too good.
  private static void checkMeasures(Treadle treadle, boolean wanted) {
    Job<Integer> job = treadle.submit(SPIN, 1);
    job.join();
    boolean measures =
        job.attempts().getFirst().cpu().isPresent() && treadle.stats().total().ends().total() > 0;
    if (measures != wanted) {
      throw new IllegalStateException("it " + (wanted ? "does not measure" : "measures"));
    }
  }

  private static Integer spin(Integer input) {
    long end = System.nanoTime() + JOB_NANOS;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return input;
  }
}
