package dev.treadle.cli.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Figures of attempts by task, for a bounded number of tasks. Guarded by its owner.
final class TaskTallies {
  static final int TASKS_MAX = 50;

  /// The name that further tasks are counted under.
  static final String OTHERS = "(others)";

  private final Map<String, Tally> tallies = new HashMap<>();

  private static final class Tally {
    final Times waited = new Times();
    final Times ran = new Times();
    long unsuccessful;
    long cpuNanos;
    long cpuKnown;
  }

  void add(String task, Duration waited, Duration ran, OptionalLong cpuNanos, boolean good) {
    boolean known = tallies.containsKey(task) || tallies.size() < TASKS_MAX;
    Tally tally = tallies.computeIfAbsent(known ? task : OTHERS, unused -> new Tally());
    tally.waited.add(waited);
    tally.ran.add(ran);
    if (!good) {
      tally.unsuccessful++;
    }
    if (cpuNanos.isPresent()) {
      tally.cpuKnown++;
      tally.cpuNanos += cpuNanos.getAsLong();
    }
  }

  /// A row for each task, the one with the most attempts first.
  List<FiguresTable.Row> rows() {
    List<FiguresTable.Row> rows = new ArrayList<>();
    tallies.forEach((task, tally) ->
        rows.add(
            new FiguresTable.Row(
                Text.item(task),
                tally.ran.count(),
                tally.unsuccessful,
                tally.waited.spread(),
                tally.ran.spread(),
                tally.cpuKnown == 0 ? OptionalLong.empty() : OptionalLong.of(tally.cpuNanos))));
    rows.sort(
        Comparator.comparingLong(FiguresTable.Row::ended)
            .reversed()
            .thenComparing(FiguresTable.Row::name));
    return rows;
  }
}
