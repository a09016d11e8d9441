import dev.treadle.*;

void backgroundTask() throws InterruptedException {
  IO.println("Background task started");
  Thread.sleep(300); // a long computation
  IO.println("Background task completed");
}

void main() throws InterruptedException {
  try (Treadle treadle = Treadle.open()) {
    Job<Void> job = treadle.submit(this::backgroundTask);
    IO.println("Main program continues");
    Thread.sleep(100);
    IO.println("Main program finished");
    job.join();
  }
}
