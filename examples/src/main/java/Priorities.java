import dev.treadle.*;

void main() {
  Task<String, Void> print = Task.io("print", String.class, IO::println);
  try (Treadle treadle = Treadle.with(print).permits(Strategy.IO, 1).open()) {
    treadle.pause("default"); // so that all of them wait when the first one starts
    treadle.submit(print.with("can wait").priority(9));
    treadle.submit(print, "normal, first come");
    treadle.submit(print, "normal, second");
    treadle.submit(print.with("urgent").priority(0));
    treadle.resume("default");
  }
}
