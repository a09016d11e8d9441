package dev.treadle.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The command line of the benchmarks.
///
/// @param benchmarks which to run, each once; none to list them
/// @param settings how
record Arguments(List<Benchmark> benchmarks, Settings settings) {
  /// The command line makes no sense.
  static final class Wrong extends RuntimeException {
    Wrong(String message) {
      super(message);
    }
  }

  static Arguments parse(String... args) {
    List<Benchmark> chosen = new ArrayList<>();
    int rounds = 0;
    int waiting = 0;
    boolean quick = false;
    @Nullable Path json = null;
    @Nullable Path jfr = null;
    Iterator<String> rest = Arrays.asList(args).iterator();
    while (rest.hasNext()) {
      String arg = rest.next();
      switch (arg) {
        case "--rounds" -> rounds = number(arg, rest);
        case "--waiting" -> waiting = number(arg, rest);
        case "--quick" -> quick = true;
        case "--json" -> json = Path.of(value(arg, rest));
        case "--jfr" -> jfr = Path.of(value(arg, rest));
        case "all" -> chosen.addAll(Benchmark.all());
        default -> chosen.add(named(arg));
      }
    }
    List<Benchmark> each =
        Benchmark.all().stream()
            .filter(one -> chosen.stream().anyMatch(it -> it.name().equals(one.name())))
            .toList();
    if (jfr != null && each.size() != 1) {
      throw new Wrong("--jfr records one benchmark: name one");
    }
    int measured = rounds > 0 ? rounds : quick ? 3 : 7;
    return new Arguments(each, new Settings(measured, quick ? 1 : 3, quick, waiting, json, jfr));
  }

  private static Benchmark named(String name) {
    return Benchmark.all().stream()
        .filter(benchmark -> benchmark.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new Wrong(
                (name.startsWith("-") ? "no option " : "no benchmark ")
                    + name
                    + "; there are --rounds N, --quick, --waiting N, --json FILE, --jfr FILE and all,"
                    + " crash, jmh, "
                    + Benchmark.all().stream()
                        .map(Benchmark::name)
                        .collect(Collectors.joining(", "))));
  }

  private static String value(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new Wrong(option + " needs a value");
    }
    return rest.next();
  }

  static int number(String option, Iterator<String> rest) {
    String value = value(option, rest);
    try {
      int number = Integer.parseInt(value);
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new Wrong(option + " needs a number of at least 1, not " + value);
  }
}
