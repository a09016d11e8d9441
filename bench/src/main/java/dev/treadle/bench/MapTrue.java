package dev.treadle.bench;

import dev.treadle.bench.Result.Skipped;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Very many commands that do nothing: `treadle map true` against a bare loop that starts each in a
/// group of its own and reads its output, and against GNU parallel.
final class MapTrue {
  private static final int AT_ONCE = 2;

  private MapTrue() {}

  static List<Result> run(Settings settings) throws Exception {
    WholeCommand.refuseJfr(settings);
    int count = settings.size(1_000, 50);
    String what = Figures.count(count) + " times true, 2 at once, from a cold start";
    Optional<Path> launcher = WholeCommand.launcher();
    if (launcher.isEmpty()) {
      return List.of(WholeCommand.withoutLauncher(what));
    }
    String inputs = "seq " + count + " | ";
    WholeCommand product =
        new WholeCommand(List.of("sh", "-c", inputs + launcher.get() + " map -j2 --quiet 'true'"));
    WholeCommand bare =
        new WholeCommand(
            ChildJvm.of(
                    List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                    MapTrue.class,
                    String.valueOf(count))
                .command());
    Contender treadle = new Contender("./treadle map -j2", () -> product.run(0).seconds());
    Rounds rounds = new Rounds(settings);
    List<Result> results = new ArrayList<>();
    results.add(
        rounds.compare(
            what,
            "s",
            treadle,
            new Contender("bare ProcessBuilder loop", () -> bare.run(0).seconds()),
            Target.atMost(1.5)));
    if (hasParallel()) {
      WholeCommand parallel = new WholeCommand(List.of("sh", "-c", inputs + "parallel -j2 true"));
      results.add(
          rounds.compare(
              what,
              "s",
              treadle,
              new Contender("GNU parallel -j2", () -> parallel.run(0).seconds()),
              Target.atMost(1)));
    } else {
      results.add(new Skipped(what, "there is no GNU parallel"));
    }
    return results;
  }

  private static boolean hasParallel() throws InterruptedException {
    try {
      return new ProcessBuilder("parallel", "--version")
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /// The bare loop.
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[0]);
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 1; i <= count; i++) {
        String input = String.valueOf(i);
        all.add(
            threads.submit(() -> {
              Process process =
                  new ProcessBuilder("setsid", "true", input)
                      .redirectInput(new File("/dev/null"))
                      .start();
              process.getInputStream().readAllBytes();
              process.getErrorStream().readAllBytes();
              if (process.waitFor() != 0) {
                throw new IOException("true is false");
              }
              return null;
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }
}
