import dev.treadle.*;

void main() {
  try (Treadle treadle = Treadle.open()) {
    Task<Integer, Integer> square = Task.cpu(x -> x * x);
    IO.println(treadle.map(square, IntStream.range(0, 100).boxed()).get());
  }
}
