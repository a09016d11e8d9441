package dev.treadle.cli.report;

import dev.treadle.cli.terminal.Columns;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.HistogramIterationValue;

/// A histogram of a time: five bars a power of ten, so that a millisecond and an hour fit on one
/// axis.
record HistogramChart(String title, Times times) {
  private static final int BARS = 5;
  private static final double FLOOR = 84;
  private static final double TOP = 6;

  /// So many attempts are between two times.
  ///
  /// @param bar its number: 0 begins at 1 us
  record Bar(int bar, long count) {
    long from() {
      return bar == 0 ? 0 : edge(bar);
    }

    long to() {
      return edge(bar + 1);
    }
  }

  private static long edge(int bar) {
    return Math.round(1_000 * Math.pow(10, (double) bar / BARS));
  }

  private static int at(long nanos) {
    return Math.max(0, (int) Math.floor(place(nanos)));
  }

  // In bars from 1 us.
  private static double place(long nanos) {
    return nanos <= 1_000 ? 0 : BARS * Math.log10(nanos / 1e3);
  }

  /// The bars that are not empty.
  List<Bar> bars() {
    List<Bar> bars = new ArrayList<>();
    for (HistogramIterationValue value : times.histogram().recordedValues()) {
      int at = at(value.getValueIteratedTo());
      long count = value.getCountAtValueIteratedTo();
      if (!bars.isEmpty() && bars.getLast().bar == at) {
        bars.set(bars.size() - 1, new Bar(at, bars.getLast().count + count));
      } else {
        bars.add(new Bar(at, count));
      }
    }
    return bars;
  }

  String html() {
    long count = times.count();
    Html out = new Html();
    out.raw("<section class=\"card c6 fill\"><header><h2>").text(title).raw("</h2><small>");
    out.text(Text.count(count, "attempt")).raw("</small>");
    if (count == 0) {
      return out.raw("</header><p class=\"empty\">Nothing was measured.</p></section>\n")
          .toString();
    }
    long[] marks = {times.percentile(50), times.percentile(95), times.percentile(99)};
    String[] names = {"usual (p50)", "p95", "p99"};
    String[] keys = {"solid", "dash", "dot"};
    out.raw("<span class=\"right key\">");
    for (int i = 0; i < marks.length; i++) {
      out.raw("<span><svg><use href=\"#key-" + keys[i] + "\"/></svg>");
      out.text(names[i] + " " + Text.nanos(marks[i])).raw("</span>");
    }
    out.raw("<span>").text("most " + Text.nanos(times.max())).raw("</span></span></header>");
    List<Bar> bars = bars();
    int from = bars.getFirst().bar / BARS * BARS;
    int to = bars.getLast().bar / BARS * BARS + BARS;
    out.raw("<div class=\"body\"><svg class=\"chart m bins\" role=\"img\" aria-label=\"");
    out.text(title)
        .raw(", as bars\"><line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"84%\" y2=\"84%\"/>");
    long most = bars.stream().mapToLong(Bar::count).max().orElse(1);
    double width = 100.0 / (to - from);
    for (Bar bar : bars) {
      double height = Math.max(1.2, (FLOOR - TOP) * bar.count / most);
      out.raw(
          "<rect class=\"f-soft\" x=\"%s%%\" width=\"%s%%\" y=\"%s%%\" height=\"%s%%\"><title>"
              .formatted(
                  n((bar.bar - from) * width + width * 0.06),
                  n(width * 0.88),
                  n(FLOOR - height),
                  n(height)));
      out.text(
          "%s to %s: %s"
              .formatted(
                  Text.nanos(bar.from()), Text.nanos(bar.to()), Text.count(bar.count, "attempt")));
      out.raw("</title></rect>");
    }
    for (int i = 0; i < marks.length; i++) {
      String x = n(Math.clamp((place(marks[i]) - from) * width, 0, 100));
      out.raw(
          "<line class=\"mark %s\" x1=\"%s%%\" x2=\"%s%%\" y1=\"2%%\" y2=\"84%%\"><title>"
              .formatted(i == 0 ? "" : keys[i], x, x));
      out.text(names[i] + " " + Text.nanos(marks[i])).raw("</title></line>");
    }
    out.raw("<text x=\"0\" y=\"9%\">").text("up to " + Columns.number(most)).raw("</text>");
    int decades = (to - from) / BARS;
    for (int i = 0; i <= decades; i++) {
      String anchor = i == 0 ? "start" : i == decades ? "end" : "middle";
      boolean spare = decades > 4 && i % 2 == 1;
      out.raw(
          "<text%s x=\"%s%%\" y=\"98%%\" text-anchor=\"%s\">"
              .formatted(spare ? " class=\"hide-s\"" : "", n(100.0 * i / decades), anchor));
      out.text(Text.nanos(edge(from + i * BARS))).raw("</text>");
    }
    return out.raw("</svg></div></section>\n").toString();
  }

  /// A number as SVG takes it.
  static String n(double value) {
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.replaceFirst("\\.?0+$", "");
  }
}
