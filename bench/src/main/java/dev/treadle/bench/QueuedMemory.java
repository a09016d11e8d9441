package dev.treadle.bench;

import dev.treadle.Job;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Compared;
import dev.treadle.bench.Result.Measured;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Jobs that wait in memory behind one that runs: what each needs, and whether a submit costs more
/// when there are many. In JVMs of their own, whose heaps hold nothing else.
final class QueuedMemory {
  private static final int FEW = 10_000;
  private static final int BATCHES = 20;
  private static final int MEMORY_ROUNDS = 3;

  private QueuedMemory() {}

  static List<Result> run(Settings settings) throws Exception {
    int many = settings.size(1_000_000, 200_000);
    String rounds = String.valueOf(settings.rounds());
    Map<String, Samples> memory =
        ChildJvm.run(
            List.of("-Xmx2g", "-XX:+UseSerialGC"),
            QueuedMemory.class,
            "memory",
            String.valueOf(many),
            rounds);
    Map<String, Samples> submit =
        ChildJvm.run(List.of("-Xmx2g"), QueuedMemory.class, "submit", String.valueOf(many), rounds);
    String queued = Figures.count(many) + " jobs queued: memory of each beyond its input";
    return List.of(
        new Alone(
            queued,
            "bytes",
            new Measured("Treadle, handle let go", of(memory, "bare")),
            Target.atMost(300)),
        new Alone(
            queued,
            "bytes",
            new Measured("Treadle, handle kept", of(memory, "kept")),
            Target.none()),
        new Compared(
            "a submit while many and while few jobs wait",
            "µs",
            new Measured("with " + Figures.count(many) + " waiting", of(submit, "many")),
            new Measured("with " + Figures.count(FEW) + " waiting", of(submit, "few")),
            Target.atMost(1.25)));
  }

  private static Samples of(Map<String, Samples> told, String name) {
    Samples samples = told.get(name);
    if (samples == null) {
      throw new IllegalStateException("the JVM did not tell " + name);
    }
    return samples;
  }

  /// Jobs that wait because the only slot is taken.
  private static final class Queue implements AutoCloseable {
    private static final Task<Integer, Integer> SAME =
        Task.io("same", Integer.class, Integer.class, x -> x);

    private final CountDownLatch free = new CountDownLatch(1);
    private final Treadle treadle = Treadle.with(SAME).permits(Strategy.IO, 1).open();

    Queue() {
      CountDownLatch runs = new CountDownLatch(1);
      treadle.submit(() -> {
        runs.countDown();
        free.await();
      });
      try {
        runs.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    void submit(List<Integer> inputs, Job<?> @Nullable [] handles) {
      for (int i = 0; i < inputs.size(); i++) {
        Job<?> job = treadle.submit(SAME, inputs.get(i));
        if (handles != null) {
          handles[i] = job;
        }
      }
    }

    /// Ends; what waits never runs.
    @Override
    public void close() {
      treadle.pause("default");
      free.countDown();
      treadle.close();
    }
  }

  /// The JVM that is measured.
  public static void main(String[] args) throws Exception {
    List<Integer> inputs = SubmitToResult.inputs(Integer.parseInt(args[1]));
    int rounds = Integer.parseInt(args[2]);
    if (args[0].equals("memory")) {
      for (int i = 0; i < MEMORY_ROUNDS; i++) {
        ChildJvm.tell("bare", bytesEach(inputs, null));
        ChildJvm.tell("kept", bytesEach(inputs, new Job<?>[inputs.size()]));
      }
    } else {
      for (int i = -2; i < rounds; i++) {
        double many = submitToMany(inputs);
        double few = submitToFew(inputs);
        if (i >= 0) {
          ChildJvm.tell("many", many);
          ChildJvm.tell("few", few);
        }
      }
    }
  }

  private static double bytesEach(List<Integer> inputs, Job<?> @Nullable [] handles) {
    try (Queue queue = new Queue()) {
      long before = heap();
      queue.submit(inputs, handles);
      return (heap() - before) / (double) inputs.size();
    }
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /// A round of as many submits as [#submitToFew] makes, on top of all inputs.
  private static double submitToMany(List<Integer> inputs) {
    List<Integer> batch = inputs.subList(0, FEW);
    try (Queue queue = new Queue()) {
      queue.submit(inputs, null);
      System.gc();
      long start = System.nanoTime();
      for (int i = 0; i < BATCHES; i++) {
        queue.submit(batch, null);
      }
      return micros(System.nanoTime() - start);
    }
  }

  /// Batches to queues that hold half a batch, and so a batch on average while it is submitted.
  private static double submitToFew(List<Integer> inputs) {
    List<Integer> batch = inputs.subList(0, FEW);
    List<Queue> queues = new ArrayList<>();
    IntStream.range(0, BATCHES).forEach(i -> queues.add(new Queue()));
    try {
      queues.forEach(queue -> queue.submit(batch.subList(0, FEW / 2), null));
      System.gc();
      long start = System.nanoTime();
      queues.forEach(queue -> queue.submit(batch, null));
      return micros(System.nanoTime() - start);
    } finally {
      queues.forEach(Queue::close);
    }
  }

  private static double micros(long nanos) {
    return nanos / 1e3 / (BATCHES * FEW);
  }
}
