package dev.treadle.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/// Lists the benchmarks, or runs those that are named. Never says that a figure is too bad by its
/// exit code: that is 0 unless something broke.
public final class Main {
  private static final ObjectMapper JSON = new JsonMapper();

  private final PrintStream out;

  Main(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals("jmh")) {
      org.openjdk.jmh.Main.main(Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    int code;
    try {
      code =
          args.length > 0 && args[0].equals("crash")
              ? Crash.run(System.out, Arrays.copyOfRange(args, 1, args.length))
              : new Main(System.out).run(args);
    } catch (Arguments.Wrong wrong) {
      System.err.println("bench: " + wrong.getMessage());
      code = 2;
    }
    System.exit(code);
  }

  int run(String... args) throws Exception {
    Arguments arguments = Arguments.parse(args);
    Settings settings = arguments.settings();
    List<Benchmark> chosen = arguments.benchmarks();
    if (chosen.isEmpty()) {
      list();
      return 0;
    }
    List<Object> results = new ArrayList<>();
    boolean broken = false;
    for (Benchmark benchmark : chosen) {
      if (chosen.size() > 1) {
        broken |= !inOwnJvm(benchmark, settings, results);
      } else {
        results.addAll(here(benchmark, settings));
      }
    }
    if (settings.json() != null) {
      write(settings.json(), settings, results);
    }
    return broken ? 1 : 0;
  }

  private void list() {
    out.println(
        "./treadle bench NAME... | all"
            + "  [--rounds N] [--quick] [--waiting N] [--json FILE] [--jfr FILE]");
    out.println();
    for (Benchmark benchmark : Benchmark.all()) {
      out.printf("  %-18s %s%n", benchmark.name(), benchmark.sentence());
    }
    out.printf(
        "  %-18s %s%n",
        "crash [ARGS]", "kills writers of a durable store and looks for what was lost");
    out.printf(
        "  %-18s %s%n",
        "jmh [ARGS]", "microbenchmarks of the store seam, with the arguments of JMH");
  }

  private List<Map<String, Object>> here(Benchmark benchmark, Settings settings) throws Exception {
    out.printf(
        "%s  (%d rounds after %d dropped%s)%n",
        benchmark.name(),
        settings.rounds(),
        settings.warmups(),
        settings.quick() ? "; quick: sizes too small for figures" : "");
    List<Map<String, Object>> json = new ArrayList<>();
    String heading = "";
    for (Result result : benchmark.code().run(settings)) {
      if (!heading.equals(result.what())) {
        heading = result.what();
        out.println("  " + heading);
      }
      result.lines().forEach(line -> out.println("    " + line));
      json.add(result.json(benchmark.name()));
    }
    return json;
  }

  /// Each of several runs in a fresh JVM, so that none finds code compiled for another or its heap.
  private static boolean inOwnJvm(Benchmark benchmark, Settings settings, List<Object> results)
      throws IOException, InterruptedException {
    Path json = Files.createTempFile("treadle-bench", ".json");
    try {
      List<String> args = new ArrayList<>();
      args.addAll(List.of(benchmark.name(), "--rounds", String.valueOf(settings.rounds())));
      args.addAll(List.of("--json", json.toString()));
      if (settings.quick()) {
        args.add("--quick");
      }
      if (settings.waiting() > 0) {
        args.addAll(List.of("--waiting", String.valueOf(settings.waiting())));
      }
      List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
      int code =
          ChildJvm.of(flags, Main.class, args.toArray(String[]::new)).inheritIO().start().waitFor();
      if (code != 0) {
        return false;
      }
      JsonNode read = JSON.readTree(json.toFile());
      read.get("results").forEach(results::add);
      return true;
    } finally {
      Files.deleteIfExists(json);
    }
  }

  private static void write(Path file, Settings settings, List<Object> results) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("java", Runtime.version().toString());
    json.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    json.put("cores", Runtime.getRuntime().availableProcessors());
    json.put("rounds", settings.rounds());
    json.put("quick", settings.quick());
    json.put("results", results);
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }
}
