package dev.treadle.bench;

import dev.treadle.Task;
import dev.treadle.Treadle;
import java.util.List;
import java.util.function.Supplier;

/// A map over very many very small computations: whether their number costs anything.
final class MapSquares {
  private static final Task<Integer, Long> SQUARE =
      Task.cpu("square", Integer.class, Long.class, MapSquares::square);

  private MapSquares() {}

  private static Long square(Integer x) {
    return (long) x * x;
  }

  static List<Result> run(Settings settings) throws Exception {
    List<Integer> inputs = SubmitToResult.inputs(settings.size(1_000_000, 200_000));
    int maps = settings.size(5, 2);
    try (Treadle treadle = Treadle.open(SQUARE)) {
      return List.of(
          new Rounds(settings)
              .compare(
                  "x*x of "
                      + Figures.count(inputs.size())
                      + " boxed items to a List<Long>, "
                      + maps
                      + " times a round",
                  "ms/map",
                  new Contender(
                      "Treadle cpu map",
                      () -> millis(maps, inputs, () -> treadle.map(SQUARE, inputs).get())),
                  new Contender(
                      "parallel stream",
                      () ->
                          millis(
                              maps,
                              inputs,
                              () -> inputs.parallelStream().map(MapSquares::square).toList())),
                  Target.atMost(2)));
    }
  }

  private static double millis(int maps, List<Integer> inputs, Supplier<List<Long>> map) {
    long start = System.nanoTime();
    for (int i = 0; i < maps; i++) {
      List<Long> squares = map.get();
      if (squares.size() != inputs.size() || !squares.getLast().equals(square(inputs.getLast()))) {
        throw new IllegalStateException("the squares are wrong");
      }
    }
    return (System.nanoTime() - start) / 1e6 / maps;
  }
}
