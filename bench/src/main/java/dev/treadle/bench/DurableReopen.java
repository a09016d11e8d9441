package dev.treadle.bench;

import dev.treadle.Job;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.bench.DurableWork.Booked;
import dev.treadle.bench.DurableWork.Order;
import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Measured;
import dev.treadle.bench.Result.Skipped;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// How long a JVM that has just started needs with a file of durable jobs: with many waiting until
/// the first of them runs, and with a new file until a first job is stored.
final class DurableReopen {
  private static final int BYTES_OF_ONE = 1_000;
  private static final String HEAP = "-Xmx256m";

  private DurableReopen() {}

  static List<Result> run(Settings settings) throws Exception {
    int waiting = settings.waiting(1_000_000, 50_000);
    Optional<Scratch> room = Scratch.withRoom((1L << 30) + (long) waiting * BYTES_OF_ONE);
    if (room.isEmpty()) {
      return List.of(new Skipped(Figures.count(waiting) + " durable jobs", "no disk has the room"));
    }
    try (Scratch scratch = room.get()) {
      Path db = scratch.folder().resolve("waiting.db");
      try (Treadle treadle = Treadle.with(DurableWork.TASK).submitOnly().open(db)) {
        Backlog.submit(treadle, waiting, Backlog.CALLERS);
      }
      List<Double> first = new ArrayList<>();
      List<Double> submit = new ArrayList<>();
      for (int i = 0; i < settings.rounds(); i++) {
        first.add(seconds("reopen", db));
        submit.add(seconds("new", scratch.folder().resolve("new-" + i + ".db")));
      }
      return List.of(
          new Alone(
              Figures.count(waiting)
                  + " durable jobs waiting: from main() to the first that runs ("
                  + HEAP
                  + ")",
              "s",
              new Measured("fresh JVM", new Samples(first)),
              Target.atMost(2)),
          new Alone(
              "first durable submit to a new file: from before open() until it is stored",
              "s",
              new Measured("fresh JVM", new Samples(submit)),
              Target.atMost(0.5)));
    }
  }

  private static double seconds(String kind, Path db) throws Exception {
    Map<String, Samples> told =
        ChildJvm.run(List.of(HEAP, ChildJvm.NATIVE), DurableReopen.class, kind, db.toString());
    return told.getOrDefault("seconds", Samples.of(Double.NaN)).median();
  }

  /// The JVM that is measured.
  public static void main(String[] args) {
    long start = System.nanoTime();
    Path db = Path.of(args[1]);
    long end = args[0].equals("reopen") ? firstRun(db) : firstSubmit(db);
    ChildJvm.tell("seconds", (end - start) / 1e9);
  }

  /// When the first of the waiting jobs ran. Those that have not run by then stay as they are.
  private static long firstRun(Path db) {
    CompletableFuture<Long> first = new CompletableFuture<>();
    Task<Order, Booked> task =
        Task.io(
            DurableWork.TASK.name(),
            Order.class,
            Booked.class,
            order -> {
              first.complete(System.nanoTime());
              return DurableWork.book(order);
            });
    try (Treadle treadle = Treadle.with(task).open(db)) {
      long at = first.join();
      if (!treadle.drain(Duration.ofMinutes(1))) {
        throw new IllegalStateException("jobs of no length still run after a minute");
      }
      return at;
    }
  }

  private static long firstSubmit(Path db) {
    try (Treadle treadle = Treadle.with(DurableWork.TASK).open(db)) {
      Job<Booked> job = treadle.submit(DurableWork.TASK, Order.of(1));
      long at = System.nanoTime();
      job.join();
      return at;
    }
  }
}
