package dev.treadle.cli.report;

import static dev.treadle.cli.report.HistogramChart.n;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/// Four small charts over one span of time: attempts ended, CPU, heap and resident memory.
record PulseCharts(Recorder.Recorded seen, int cores, long heapMax) {
  private static final double GIGA = 1e9;

  private record Point(long at, double value) {}

  String html() {
    Html out = new Html();
    out.raw("<section class=\"card pulse four\" aria-label=\"Over time\">\n");
    Timeline.Drawn timeline = seen.timeline();
    double seconds = Math.max(1e-9, timeline.end() / GIGA);
    List<Point> ended = new ArrayList<>();
    for (int i = 0; i < timeline.steps(); i++) {
      // The last step has only just begun, perhaps: it would show a rate that never was.
      double length = Math.min(timeline.step(), timeline.end() - i * timeline.step()) / GIGA;
      boolean whole = length * GIGA >= 0.5 * timeline.step() || timeline.steps() == 1;
      if (whole) {
        ended.add(
            new Point(
                Math.min(timeline.end(), (i + 1) * timeline.step()),
                timeline.ended()[i] / Math.max(1e-9, length)));
      }
    }
    cell(
        "Throughput",
        Text.rate(seen.totals().attempts / seconds),
        "attempts ended",
        "ended",
        ended,
        0,
        Text::rate,
        out);
    List<Samples.Sample> samples = seen.samples();
    cell(
        "CPU",
        Text.share(seen.cores() / cores),
        "of " + Text.count(cores, "core"),
        "cpu",
        points(samples, sample -> sample.cores() / cores),
        1,
        Text::share,
        out);
    cell(
        "Heap",
        Text.size(samples.getLast().heap()),
        heapMax == Long.MAX_VALUE ? "" : "of " + Text.size(heapMax),
        "heap",
        points(samples, sample -> (double) sample.heap()),
        0,
        value -> Text.size((long) value),
        out);
    cell(
        "Resident",
        Text.size(samples.getLast().resident()),
        "this process",
        "resident",
        points(samples, sample -> sample.resident() < 0 ? Double.NaN : sample.resident()),
        0,
        value -> Text.size((long) value),
        out);
    return out.raw("</section>\n").toString();
  }

  private static List<Point> points(
      List<Samples.Sample> samples, java.util.function.ToDoubleFunction<Samples.Sample> value) {
    List<Point> points = new ArrayList<>();
    for (Samples.Sample sample : samples) {
      double of = value.applyAsDouble(sample);
      if (!Double.isNaN(of)) {
        points.add(new Point(sample.at(), of));
      }
    }
    return points;
  }

  private void cell(
      String name,
      String figure,
      String unit,
      String kind,
      List<Point> points,
      double atLeast,
      DoubleFunction<String> words,
      Html out) {
    double most = points.stream().mapToDouble(Point::value).max().orElse(Double.NaN);
    out.raw("<div><h2>").text(name).raw("</h2><p class=\"fig\"><b>").text(figure).raw("</b><span>");
    out.text(unit).raw("</span><span>");
    out.text(Double.isNaN(most) ? "" : "most " + words.apply(most)).raw("</span></p>");
    long end = Math.max(1, seen.timeline().end());
    double top = Math.max(atLeast, most);
    out.raw("<svg class=\"chart s %s\" role=\"img\" aria-label=\"".formatted(kind));
    out.text(name + " over time").raw("\">");
    out.raw("<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\">");
    out.raw("<path class=\"axis\" d=\"M0,100H100\"/>");
    if (!points.isEmpty()) {
      StringBuilder line = new StringBuilder();
      for (Point point : points) {
        line.append(line.isEmpty() ? "M" : " ")
            .append(n(100.0 * point.at / end))
            .append(',')
            .append(n(top <= 0 ? 100 : 100 - 96 * point.value / top));
      }
      String first = n(100.0 * points.getFirst().at / end);
      String last = n(100.0 * points.getLast().at / end);
      out.raw(
          "<path class=\"area soft\" d=\"" + line + " L" + last + ",100 L" + first + ",100Z\"/>");
      out.raw("<path class=\"line soft\" d=\"" + line + "\"/>");
    }
    out.raw("</svg>");
    double from = 0;
    for (Point point : points) {
      double to = Math.min(100, 100.0 * point.at / end);
      out.raw(
          "<rect class=\"hit\" x=\"%s%%\" width=\"%s%%\" height=\"100%%\"><title>"
              .formatted(n(from), n(Math.max(0.1, to - from))));
      out.text("at " + Text.nanos(point.at) + ": " + words.apply(point.value));
      out.raw("</title></rect>");
      from = to;
    }
    out.raw("</svg><p class=\"ends\"><span>0</span><span>").text(Text.nanos(end));
    out.raw("</span></p></div>\n");
  }
}
