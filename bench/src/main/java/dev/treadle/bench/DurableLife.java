package dev.treadle.bench;

import dev.treadle.Treadle;
import dev.treadle.bench.DurableWork.Booked;
import dev.treadle.bench.DurableWork.Order;
import dev.treadle.bench.Result.Skipped;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// The whole life of durable jobs: stored, run, their results stored; against the bare log.
final class DurableLife {
  private static final int GROUP = 1_000;
  private static final long ROOM = 6L << 30;

  private DurableLife() {}

  static List<Result> run(Settings settings) throws Exception {
    Optional<Scratch> room = Scratch.withRoom(ROOM);
    if (room.isEmpty()) {
      return List.of(new Skipped("durable jobs", "it needs 6 GB on a disk"));
    }
    try (Scratch scratch = room.get()) {
      return List.of(
          oneByOne(settings, scratch, 8, settings.size(24_000, 2_000), 0.5),
          oneByOne(settings, scratch, 100, settings.size(100_000, 5_000), 0.4),
          bulk(settings, scratch, settings.size(300, 10)));
    }
  }

  private static Result oneByOne(
      Settings settings, Scratch scratch, int callers, int count, double target) throws Exception {
    int each = count / callers;
    List<Order> orders = orders(each * callers);
    List<byte[]> inputs = orders.stream().map(DurableWork::json).toList();
    Path db = scratch.folder().resolve("callers-" + callers + ".db");
    try (Treadle treadle = Treadle.with(DurableWork.TASK).open(db);
        Log log = new Log(scratch.folder().resolve("callers-" + callers + ".log"))) {
      return new Rounds(settings)
          .compare(
              Figures.count(orders.size()) + " durable jobs by " + callers + " callers, one by one",
              "jobs/s",
              new Contender(
                  "Treadle on SQLite",
                  () -> {
                    AtomicLong sum = new AtomicLong();
                    double seconds =
                        Callers.seconds(
                            callers,
                            caller -> {
                              for (Order order : part(orders, caller, each)) {
                                sum.addAndGet(
                                    treadle.submit(DurableWork.TASK, order).get().number());
                              }
                            });
                    return perSecond(seconds, orders.size(), sum.get());
                  }),
              new Contender(
                  "bare log",
                  () -> {
                    double seconds =
                        Callers.seconds(
                            callers,
                            caller -> {
                              for (byte[] input : part(inputs, caller, each)) {
                                log.run(List.of(input));
                              }
                            });
                    return orders.size() / seconds;
                  }),
              Target.atLeast(target));
    }
  }

  private static Result bulk(Settings settings, Scratch scratch, int groups) throws Exception {
    List<Order> orders = orders(groups * GROUP);
    List<byte[]> inputs = orders.stream().map(DurableWork::json).toList();
    try (Treadle treadle =
            Treadle.with(DurableWork.TASK).open(scratch.folder().resolve("bulk.db"));
        Log log = new Log(scratch.folder().resolve("bulk.log"))) {
      return new Rounds(settings)
          .compare(
              Figures.count(orders.size()) + " durable jobs in groups of 1,000, one after another",
              "jobs/s",
              new Contender(
                  "Treadle on SQLite, map",
                  () -> {
                    long sum = 0;
                    long start = System.nanoTime();
                    for (int i = 0; i < groups; i++) {
                      List<Order> group = part(orders, i, GROUP);
                      for (Booked booked : treadle.map(DurableWork.TASK, group).get()) {
                        sum += booked.number();
                      }
                    }
                    return perSecond((System.nanoTime() - start) / 1e9, orders.size(), sum);
                  }),
              new Contender(
                  "bare log",
                  () -> {
                    long start = System.nanoTime();
                    for (int i = 0; i < groups; i++) {
                      log.run(part(inputs, i, GROUP));
                    }
                    return orders.size() / ((System.nanoTime() - start) / 1e9);
                  }),
              Target.atLeast(0.15));
    }
  }

  /// The bare log, which is read at its end: all frames must be there and whole.
  private static final class Log implements AutoCloseable {
    private final Path file;
    private final LogQueue queue;
    private final AtomicLong jobs = new AtomicLong();

    Log(Path file) throws Exception {
      this.file = file;
      byte[] result = DurableWork.json(DurableWork.book(Order.of(1)));
      queue = new LogQueue(file, result);
    }

    void run(List<byte[]> inputs) throws Exception {
      queue.run(jobs.getAndAdd(inputs.size()) + 1, inputs);
    }

    @Override
    public void close() throws Exception {
      queue.close();
      long frames = DurableLog.frames(file);
      if (frames != 2 * jobs.get()) {
        throw new IllegalStateException(
            frames + " whole frames in the log of " + jobs + " jobs, which makes two each");
      }
    }
  }

  private static List<Order> orders(int count) {
    return IntStream.range(0, count).mapToObj(Order::of).toList();
  }

  private static <T> List<T> part(List<T> all, int index, int size) {
    return new ArrayList<>(all.subList(index * size, (index + 1) * size));
  }

  /// Jobs a second, after a look at whether the work was done.
  private static double perSecond(double seconds, int count, long sum) {
    long expected = count * (count - 1L) / 2;
    if (sum != expected) {
      throw new IllegalStateException("the results add up to " + sum + ", not " + expected);
    }
    return count / seconds;
  }
}
