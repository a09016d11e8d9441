package dev.treadle.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What `bench crash` counted.
final class CrashFigures {
  private static final int EXAMPLES = 10;

  long submits;
  long results;
  long runs;
  long runsAgain;
  long submitsLost;
  long resultsLost;
  long stuck;
  long runsAfterEnd;
  long runsTwice;
  String integrity = "";
  private final Map<String, Integer> refusals = new TreeMap<>();
  private final List<String> examples = new ArrayList<>();

  /// The store took nothing, and said why.
  void refused(String why) {
    refusals.merge(why, 1, Integer::sum);
  }

  /// Something is not as it must be; the first few are printed.
  void wrong(String what) {
    if (examples.size() < EXAMPLES) {
      examples.add(what);
    }
  }

  /// Whether everything is as it must be.
  boolean right() {
    return submitsLost == 0
        && resultsLost == 0
        && stuck == 0
        && runsAfterEnd == 0
        && runsTwice == 0
        && integrity.equals("ok")
        && examples.isEmpty();
  }

  void print(PrintStream out) {
    line(out, "submits acknowledged", submits);
    line(out, "results told", results);
    line(out, "runs", runs);
    line(out, "extra runs, of jobs not known to have ended when killed", runsAgain);
    none(out, "acknowledged submits lost", submitsLost);
    none(out, "results lost or changed after they were told", resultsLost);
    none(out, "jobs stuck", stuck);
    none(out, "runs of jobs whose results had been told", runsAfterEnd);
    none(out, "runs too many within one process", runsTwice);
    out.printf("  %-56s %12s%n", "integrity_check", integrity);
    refusals.forEach((why, count) -> out.println("  refused " + count + " times: " + why));
    examples.forEach(example -> out.println("  WRONG  " + example));
  }

  private static void line(PrintStream out, String what, long count) {
    out.printf("  %-56s %12s%n", what, Figures.count(count));
  }

  private static void none(PrintStream out, String what, long count) {
    out.printf(
        "  %-56s %12s  %s%n", what, Figures.count(count), count == 0 ? "must be 0" : "WRONG");
  }
}
