package dev.treadle.cli.report;

import dev.treadle.cli.terminal.Columns;
import dev.treadle.stats.Figures;
import dev.treadle.stats.Spread;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Figures of attempts by task or queue: a row for each.
///
/// @param title such as `Tasks`
/// @param kind the header of the first column, such as `Task`
/// @param note what the figures are of
/// @param rows the rows, of which the first [#SHOWN] are shown
record FiguresTable(String title, String kind, String note, List<Row> rows) {
  static final int SHOWN = 50;

  /// The figures of one task or queue.
  ///
  /// @param ended attempts that ended
  /// @param unsuccessful those of them that failed, timed out or were lost
  /// @param cpuNanos their CPU time; empty if it is not known
  record Row(
      String name,
      long ended,
      long unsuccessful,
      Spread waited,
      Spread ran,
      OptionalLong cpuNanos) {
    static Row of(String name, Figures figures) {
      return new Row(
          Text.item(name),
          figures.ends().total(),
          figures.ends().unsuccessful(),
          figures.waited(),
          figures.ran(),
          figures.cpuSeconds().isEmpty()
              ? OptionalLong.empty()
              : OptionalLong.of(Math.round(figures.cpuSeconds().getAsDouble() * 1e9)));
    }
  }

  /// The rows of measured figures, the one with the most attempts first.
  static List<Row> rows(Map<String, Figures> figures) {
    return figures.entrySet().stream()
        .map(it -> Row.of(it.getKey(), it.getValue()))
        .sorted(Comparator.comparingLong(Row::ended).reversed().thenComparing(Row::name))
        .toList();
  }

  String html() {
    Html out = new Html();
    out.raw("<section class=\"card\"><header><h2>").text(title).raw("</h2><small>");
    out.text(note).raw("</small></header>");
    if (rows.isEmpty()) {
      return out.raw("<p class=\"empty\">Nothing was measured.</p></section>\n").toString();
    }
    out.raw("<table class=\"fold figures\"><thead><tr><th class=\"w25\">").text(kind);
    out.raw("</th>");
    for (String name :
        List.of(
            "Attempts", "Failed", "Waited p50", "p99", "most", "Ran p50", "p99", "most", "CPU")) {
      out.raw("<th class=\"num\">").text(name).raw("</th>");
    }
    out.raw("</tr></thead><tbody>\n");
    rows.stream().limit(SHOWN).forEach(row -> row(row, out));
    out.raw("</tbody></table>");
    if (rows.size() > SHOWN) {
      out.raw("<footer>");
      out.text(Columns.number(rows.size() - SHOWN) + " more are not shown.").raw("</footer>");
    }
    return out.raw("</section>\n").toString();
  }

  private static void row(Row row, Html out) {
    out.raw("<tr><td class=\"name\"><bdi>").text(row.name).raw("</bdi></td>");
    out.more("Attempts", Columns.number(row.ended));
    out.more("Failed", Columns.number(row.unsuccessful));
    out.more("Waited p50", time(row.waited, row.waited.p50()));
    out.more("Waited p99", time(row.waited, row.waited.p99()));
    out.more("Waited most", time(row.waited, row.waited.max()));
    out.more("Ran p50", time(row.ran, row.ran.p50()));
    out.more("Ran p99", time(row.ran, row.ran.p99()));
    out.more("Ran most", time(row.ran, row.ran.max()));
    out.more("CPU", row.cpuNanos.isPresent() ? Text.nanos(row.cpuNanos.getAsLong()) : Text.UNKNOWN);
    out.raw("</tr>\n");
  }

  private static String time(Spread spread, Duration time) {
    return spread.count() == 0 ? Text.UNKNOWN : Text.time(time);
  }
}
