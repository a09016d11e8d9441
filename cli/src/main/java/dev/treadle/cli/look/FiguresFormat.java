package dev.treadle.cli.look;

import dev.treadle.Strategy;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.sqlite.Measured;
import dev.treadle.stats.Advice;
import dev.treadle.stats.Figures;
import dev.treadle.stats.PermitUse;
import dev.treadle.stats.Spread;
import dev.treadle.stats.Stats;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What was measured, as tables for people: how many, how long; by task and by queue.
///
/// @param width columns to stay within
record FiguresFormat(Measured measured, int width) {
  private static final int SHOWN = 20;
  private static final int LABEL = 10;
  private static final int NAME_MIN = 8;
  private static final String ALL = "all";

  /// Columns of the figures behind the name.
  private static final int[] COUNTS = {11, 11, 8, 10, 10, 10};

  private static final int[] TIMES = {6, 6, 6, 6, 7, 6, 6, 6, 6, 7};

  /// A line of a table.
  private record Place(String name, Figures figures) {}

  String text() {
    List<String> lines = new ArrayList<>();
    Stats stats = measured.stats();
    if (stats == null) {
      return "nothing was measured yet in " + measured.file() + "\n";
    }
    label(lines, "measured", "since " + stats.since().truncatedTo(ChronoUnit.SECONDS));
    label(lines, "permits", permits(measured.permits()));
    List<Place> tasks = places(stats.tasks());
    tasks.addFirst(new Place(ALL, stats.total()));
    tables(lines, "tasks", tasks, stats.tasks().size());
    tables(lines, "queues", places(stats.queues()), stats.queues().size());
    advice(lines, stats.advice());
    return String.join("\n", lines) + "\n";
  }

  private void label(List<String> lines, String label, String text) {
    lines.addAll(Columns.wrap(Columns.left(label, LABEL - 1) + " " + text, width, LABEL));
  }

  /// How many permits of each strategy there are and are in use.
  static String permits(@Nullable Map<Strategy, PermitUse> permits) {
    if (permits == null || permits.isEmpty()) {
      return Brief.UNKNOWN;
    }
    return permits.entrySet().stream()
        .map(it ->
            it.getKey()
                + " "
                + Columns.number(it.getValue().inUse())
                + (it.getValue().all() == Integer.MAX_VALUE
                    ? ""
                    : " of " + Columns.number(it.getValue().all())))
        .collect(Collectors.joining(", "));
  }

  private static List<Place> places(Map<String, Figures> figures) {
    return figures.entrySet().stream()
        .map(it -> new Place(it.getKey(), it.getValue()))
        .sorted(
            Comparator.comparingLong((Place it) -> -it.figures.ends().total())
                .thenComparing(Place::name))
        .limit(SHOWN)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private void tables(List<String> lines, String title, List<Place> places, int inAll) {
    lines.add("");
    row(lines, title, List.of("ended", "failed", "", "1 min", "15 min", "24 h"), COUNTS);
    for (Place place : places) {
      row(lines, place.name, counts(place.figures), COUNTS);
    }
    lines.add("");
    row(lines, "", List.of("waited", "", "", "", "ran"), TIMES);
    row(
        lines,
        title,
        List.of("p50", "p95", "p99", "max", "p50", "p95", "p99", "max", "CPU", "alloc"),
        TIMES);
    for (Place place : places) {
      row(lines, place.name, times(place.figures), TIMES);
    }
    if (inAll > SHOWN) {
      lines.add("and %s %s more: --json".formatted(Columns.number(inAll - SHOWN), title));
    }
  }

  private static List<String> counts(Figures figures) {
    long ended = figures.ends().total();
    long failed = figures.ends().unsuccessful();
    return List.of(
        Brief.count(ended),
        Brief.count(failed),
        Brief.part(failed, ended),
        Brief.count(figures.throughput().minute()),
        Brief.count(figures.throughput().quarter()),
        Brief.count(figures.throughput().day()));
  }

  private static List<String> times(Figures figures) {
    List<String> cells = new ArrayList<>(spread(figures.waited()));
    cells.addAll(spread(figures.ran()));
    cells.add(Brief.share(figures.cpuShare()));
    cells.add(Brief.bytes(figures.allocatedBytes()));
    return cells;
  }

  private static List<String> spread(Spread spread) {
    return spread.count() == 0
        ? List.of(Brief.UNKNOWN, Brief.UNKNOWN, Brief.UNKNOWN, Brief.UNKNOWN)
        : List.of(
            Brief.duration(spread.p50()),
            Brief.duration(spread.p95()),
            Brief.duration(spread.p99()),
            Brief.duration(spread.max()));
  }

  private void row(List<String> lines, String name, List<String> cells, int[] widths) {
    int room = width;
    for (int each : widths) {
      room -= each;
    }
    room = Math.max(NAME_MIN, room);
    StringBuilder line =
        new StringBuilder(Columns.left(Columns.cutMiddle(Columns.clean(name), room), room));
    for (int i = 0; i < cells.size(); i++) {
      line.append(Columns.right(cells.get(i), widths[i]));
    }
    lines.add(line.toString().stripTrailing());
  }

  private void advice(List<String> lines, List<Advice> advice) {
    lines.add("");
    lines.add("advice");
    if (advice.isEmpty()) {
      lines.add("  none");
    }
    for (Advice each : advice) {
      lines.addAll(Columns.wrap("  " + Columns.clean(each.text()), width, 4));
    }
  }
}
