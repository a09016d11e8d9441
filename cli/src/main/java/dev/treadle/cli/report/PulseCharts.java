package dev.treadle.cli.report;

import static dev.treadle.cli.report.HistogramChart.n;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/// Four small charts over one span of time: jobs ended, CPU, heap and resident memory.
record PulseCharts(Recorder.Recorded seen, int cores, long heapMax) {
  private static final double GIGA = 1e9;
  private static final long FEW = 5;
  private static final int LEAST_POINTS = 10;
  private static final int MOST_POINTS = 80;

  private record Point(long at, double value) {}

  String html() {
    Html out = new Html();
    out.raw("<section class=\"card pulse four\" aria-label=\"Over time\">\n");
    double seconds = Math.max(1e-9, seen.timeline().end() / GIGA);
    cell(
        "Throughput",
        Text.rate(seen.totals().ended() / seconds),
        "jobs ended",
        "ended",
        throughput(),
        0,
        Text::rate,
        out);
    List<Samples.Sample> samples = seen.samples();
    cell(
        "CPU",
        Text.share(seen.cores() / cores),
        "of " + Text.count(cores, "core"),
        "cpu",
        points(samples, sample -> Math.min(1, sample.cores() / cores)), // clocks are coarse
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
        "Resident memory",
        Text.size(samples.getLast().resident()),
        "",
        "resident",
        points(samples, sample -> sample.resident() < 0 ? Double.NaN : sample.resident()),
        0,
        value -> Text.size((long) value),
        out);
    return out.raw("</section>\n").toString();
  }

  // Steps are put together until a usual one has a few ends: a rate over less is noise.
  private List<Point> throughput() {
    Timeline.Drawn timeline = seen.timeline();
    long wanted = Math.clamp(seen.totals().ended() / FEW, LEAST_POINTS, MOST_POINTS);
    int together = (int) Math.max(1, Math.ceilDiv(timeline.steps(), wanted));
    List<Point> points = new ArrayList<>();
    for (int from = 0; from < timeline.steps(); from += together) {
      long ended = 0;
      int to = Math.min(timeline.steps(), from + together);
      for (int i = from; i < to; i++) {
        ended += timeline.ended()[i];
      }
      long end = Math.min(timeline.end(), to * timeline.step());
      long length = end - from * timeline.step();
      // The last step has only just begun, perhaps: it would show a rate that never was.
      if (2 * length >= together * timeline.step() || points.isEmpty()) {
        points.add(new Point(end, ended / Math.max(1e-9, length / GIGA)));
      }
    }
    return points;
  }

  private static List<Point> points(
      List<Samples.Sample> samples, ToDoubleFunction<Samples.Sample> value) {
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
      // A point tells of the time before it, so that the first one begins at the left.
      StringBuilder line = new StringBuilder("M0," + n(height(points.getFirst(), top)));
      for (Point point : points) {
        line.append(' ')
            .append(n(100.0 * point.at / end))
            .append(',')
            .append(n(height(point, top)));
      }
      String last = n(100.0 * points.getLast().at / end);
      out.raw("<path class=\"area soft\" d=\"" + line + " L" + last + ",100 L0,100Z\"/>");
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

  private static double height(Point point, double top) {
    return top <= 0 ? 100 : 100 - 96 * point.value / top;
  }
}
