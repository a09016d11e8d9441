import dev.treadle.*;

String row(Object... cells) {
  return "%-8s %7s %9s %8s %10s  %s".formatted(cells);
}

String row(String task, Attempt it) {
  return row(
      task,
      it.number(),
      it.ran().toMillis() + " ms",
      it.cpu().isEmpty() ? "-" : it.cpu().getAsLong() / 1_000_000 + " ms",
      it.allocated().isEmpty() ? "-" : it.allocated().getAsLong() / 1024 + " KB",
      it.end() == null ? "runs" : it.end().getClass().getSimpleName());
}

long countPrimes(int below) {
  return IntStream.range(2, below)
      .filter(n -> IntStream.rangeClosed(2, (int) Math.sqrt(n)).allMatch(d -> n % d != 0))
      .count();
}

void main() {
  Task<Integer, Long> primes = Task.cpu("primes", Integer.class, Long.class, this::countPrimes);
  Task<Integer, Void> sleep = Task.io("sleep", Integer.class, millis -> Thread.sleep(millis));
  Task<Integer, byte[]> buffer = Task.cpu("buffer", Integer.class, byte[].class, byte[]::new);
  try (Treadle treadle = Treadle.open(primes, sleep, buffer)) {
    List<Job<?>> jobs =
        List.of(
            treadle.submit(primes, 500_000),
            treadle.submit(sleep.timeout(Duration.ofMillis(50)).retry(1), 60_000),
            treadle.submit(buffer, 10_000_000));
    jobs.forEach(Job::settled);
    IO.println(row("task", "attempt", "wall", "cpu", "allocated", "end"));
    jobs.forEach(job -> job.attempts().forEach(it -> IO.println(row(job.task(), it))));
  }
}
