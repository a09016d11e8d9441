import dev.treadle.*;

final Treadle treadle = Treadle.with().permits(Strategy.IO, 4).open();
final List<Job<?>> jobs = new CopyOnWriteArrayList<>();

void add(Callable<?> task) {
  jobs.add(treadle.submit(task));
}

List<Outcome<?>> results() {
  return jobs.stream().<Outcome<?>>flatMap(job -> job.outcome().stream()).toList();
}

void shutdown() {
  treadle.close();
}

void main() {
  add(() -> "a report");
  add(() -> Integer.parseInt("not a number"));
  add(() -> 6 * 7);
  shutdown();
  results().forEach(IO::println);
}
