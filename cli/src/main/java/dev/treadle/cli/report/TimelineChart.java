package dev.treadle.cli.report;

import static dev.treadle.cli.report.HistogramChart.n;

import dev.treadle.cli.terminal.Columns;
import java.util.List;

/// What ran when: a row a lane.
record TimelineChart(Timeline.Drawn timeline) {
  private static final int FEW = 16;
  private static final int AXIS = 22;

  /// How busy a lane must have been for the darker tint.
  private static final double MOST = 0.5;

  String html() {
    Html out = new Html();
    out.raw("<section class=\"card\"><header><h2>Timeline</h2><small>");
    List<Timeline.Span> spans = timeline.spans();
    if (timeline.lanes() == 0) {
      return out.raw("</small></header><p class=\"empty\">Nothing ran.</p></section>\n").toString();
    }
    out.text(Text.count(timeline.lanes(), "lane") + ", each a place to work; ");
    out.text(
        spans != null
            ? "a bar is an attempt"
            : "more attempts than can be drawn: a cell is %s"
                .formatted(Text.nanos(timeline.step())));
    out.raw("</small><span class=\"right key\">");
    out.raw(
        "<span class=\"lanes\"><svg><rect class=\"f-run\" width=\"20\" height=\"8\""
            + " rx=\"2\"/></svg>");
    out.raw(spans != null ? "ran</span>" : "ran, half the time or more</span>");
    if (spans == null) {
      out.raw("<span class=\"lanes\"><svg><rect class=\"f-run pale\" width=\"20\" height=\"8\"");
      out.raw(" rx=\"2\"/></svg>ran, less than half the time</span>");
    }
    out.raw("<span><svg><rect class=\"h-bad\" width=\"20\" height=\"8\" rx=\"2\"/></svg>");
    out.raw(spans != null ? "did not succeed</span>" : "more than half did not succeed</span>");
    out.raw(
        "<span><svg><rect class=\"f-bg\" width=\"20\" height=\"8\" rx=\"2\"/></svg>free</span>");
    out.raw("</span></header><div class=\"body\">");
    int shown = Math.min(timeline.lanes(), Timeline.LANES);
    int height = shown <= FEW ? 14 : 7;
    int pitch = height + (shown <= FEW ? 4 : 2);
    out.raw(
        "<svg class=\"chart lanes\" height=\"%d\" role=\"img\" aria-label=\"What ran when\">"
            .formatted(shown * pitch + AXIS));
    for (int lane = 0; lane < shown; lane++) {
      out.raw(
          "<rect class=\"f-bg\" y=\"%d\" width=\"100%%\" height=\"%d\"/>"
              .formatted(lane * pitch, height));
    }
    ticks(timeline.end(), shown * pitch, out);
    if (spans != null) {
      spans(spans, pitch, height, out);
    } else {
      cells(shown, pitch, height, out);
    }
    out.raw("</svg></div>");
    if (timeline.lanes() > shown) {
      out.raw("<footer>")
          .text(Columns.number(timeline.lanes() - shown) + " more lanes are not drawn.");
      out.raw("</footer>");
    }
    return out.raw("</section>\n").toString();
  }

  private void spans(List<Timeline.Span> spans, int pitch, int height, Html out) {
    for (Timeline.Span span : spans) {
      if (span.lane() < Timeline.LANES) {
        rect(
            span.good() ? "f-run run span" : "h-bad run span",
            percent(span.from()),
            Math.max(0.1, percent(span.to()) - percent(span.from())),
            span.lane() * pitch,
            height,
            "%s from %s".formatted(span.text(), Text.nanos(span.from())),
            out);
      }
    }
  }

  // Neighbours that look alike are drawn as one.
  private void cells(int shown, int pitch, int height, Html out) {
    for (int lane = 0; lane < shown && lane < timeline.busy().size(); lane++) {
      for (int from = 0; from < timeline.steps(); ) {
        int to = from + 1;
        String look = look(lane, from);
        while (to < timeline.steps() && look(lane, to).equals(look)) {
          to++;
        }
        if (!look.isEmpty()) {
          long busy = 0;
          for (int i = from; i < to; i++) {
            busy += timeline.busy().get(lane)[i];
          }
          long begin = from * timeline.step();
          long end = Math.min(timeline.end(), to * timeline.step());
          rect(
              look,
              percent(begin),
              percent(end) - percent(begin),
              lane * pitch,
              height,
              "lane %d, %s to %s: %s busy"
                  .formatted(
                      lane + 1,
                      Text.nanos(begin),
                      Text.nanos(end),
                      Text.share((double) busy / Math.max(1, end - begin))),
              out);
        }
        from = to;
      }
    }
  }

  private String look(int lane, int step) {
    long busy = timeline.busy().get(lane)[step];
    long bad = timeline.unsuccessful().get(lane)[step];
    long length = Math.min(timeline.step(), timeline.end() - step * timeline.step());
    return busy == 0
        ? ""
        : bad * 2 > busy ? "h-bad run" : busy >= MOST * length ? "f-run run" : "f-run run pale";
  }

  private double percent(long nanos) {
    return 100.0 * nanos / Math.max(1, timeline.end());
  }

  private static void rect(
      String look, double x, double width, int y, int height, String title, Html out) {
    out.raw(
        "<rect class=\"%s\" x=\"%s%%\" width=\"%s%%\" y=\"%d\" height=\"%d\"><title>"
            .formatted(look, n(x), n(Math.min(width, Math.max(0.05, 100 - x))), y, height));
    out.text(title).raw("</title></rect>");
  }

  private static void ticks(long end, int y, Html out) {
    long step = tick(end);
    for (long at = 0; at <= end; at += step) {
      double x = 100.0 * at / Math.max(1, end);
      if (x > 96) {
        break; // no room for its words
      }
      boolean spare = at / step % 2 == 1;
      out.raw(
          "<line class=\"axis\" x1=\"%s%%\" x2=\"%s%%\" y1=\"0\" y2=\"%d\"/>"
              .formatted(n(x), n(x), y));
      out.raw(
          "<text%s x=\"%s%%\" y=\"%d\" text-anchor=\"%s\">"
              .formatted(
                  spare ? " class=\"hide-s\"" : "", n(x), y + 14, at == 0 ? "start" : "middle"));
      out.text(at == 0 ? "0" : Text.nanos(at)).raw("</text>");
    }
  }

  /// A round time, of which four to ten are in the whole.
  static long tick(long end) {
    long[] round = {1, 2, 5, 10, 20, 50, 100, 200, 500}; // ms
    for (long each : round) {
      if (end / (each * 1_000_000) < 8) {
        return each * 1_000_000;
      }
    }
    long[] seconds = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600};
    for (long each : seconds) {
      if (end / (each * 1_000_000_000) < 8) {
        return each * 1_000_000_000;
      }
    }
    return Math.max(1, end / 4 / 86_400_000_000_000L) * 86_400_000_000_000L;
  }
}
