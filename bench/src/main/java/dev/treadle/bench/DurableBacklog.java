package dev.treadle.bench;

import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Compared;
import dev.treadle.bench.Result.Measured;
import dev.treadle.bench.Result.Skipped;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Durable jobs that wait by the million: whether the next costs more than among few, and what each
/// needs of heap and of the disk. In JVMs of their own, whose heaps hold nothing else.
final class DurableBacklog {
  private static final int BYTES_OF_ONE = 1_500;

  private DurableBacklog() {}

  static List<Result> run(Settings settings) throws Exception {
    int many = settings.waiting(5_000_000, 50_000);
    int few = settings.size(10_000, 1_000);
    int batch = settings.size(100_000, 10_000);
    Optional<Scratch> room = Scratch.withRoom((1L << 30) + (long) many * BYTES_OF_ONE);
    if (room.isEmpty()) {
      return List.of(new Skipped(Figures.count(many) + " durable jobs", "no disk has the room"));
    }
    try (Scratch scratch = room.get()) {
      Map<String, Samples> told =
          ChildJvm.run(
              List.of("-Xmx2g", ChildJvm.NATIVE),
              DurableBacklogJvm.class,
              scratch.folder().toString(),
              String.valueOf(many),
              String.valueOf(few),
              String.valueOf(batch),
              String.valueOf(settings.warmups()),
              String.valueOf(settings.rounds()));
      String each = Figures.count(many) + " durable jobs waiting: ";
      return List.of(
          compared("a durable submit, 100 callers, one by one", many, few, told, "submit"),
          compared("claim and end of a durable job", many, few, told, "life"),
          new Alone(
              each + "heap of each",
              "bytes",
              new Measured("Treadle, after a collection", of(told, "heap")),
              Target.atMost(40)),
          new Alone(
              each + "file, of each, beyond its input",
              "bytes",
              new Measured("waiting", of(told, "waitingDisk")),
              Target.atMost(150)),
          new Alone(
              Figures.count(batch) + " durable jobs ended: file, of each, beyond input and result",
              "bytes",
              new Measured("ended", of(told, "endedDisk")),
              Target.atMost(250)));
    }
  }

  private static Result compared(
      String what, int many, int few, Map<String, Samples> told, String name) {
    return new Compared(
        what,
        "µs",
        new Measured("with " + Figures.count(many) + " waiting", of(told, name + "Many")),
        new Measured("with " + Figures.count(few) + " waiting", of(told, name + "Few")),
        Target.atMost(1.5));
  }

  private static Samples of(Map<String, Samples> told, String name) {
    Samples samples = told.get(name);
    if (samples == null) {
      throw new IllegalStateException("the JVM did not tell " + name);
    }
    return samples;
  }
}
