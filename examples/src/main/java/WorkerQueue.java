import dev.treadle.*;

void work(int number) throws InterruptedException {
  Thread.sleep(10);
  if (number == 7) {
    throw new IllegalArgumentException("7 is not for us");
  }
}

void main() {
  try (Treadle workers = Treadle.with().permits(Strategy.IO, 4).open()) {
    for (int n : IntStream.rangeClosed(1, 20).toArray()) {
      workers.submit(() -> work(n));
    }
    workers.awaitIdle();
    IO.println(workers.counts());
  }
}
