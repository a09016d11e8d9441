package dev.treadle.cli.report;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// The attempts that took longest.
///
/// @param title of the table
/// @param slowest the attempts, the longest first
/// @param usual how long half of all attempts took at most, in nanoseconds; 0 if nobody knows
/// @param p99 how long 99 of 100 took at most
record SlowestTable(String title, List<Recorder.Slow> slowest, long usual, long p99) {
  String html() {
    Html out = new Html();
    out.raw("<section class=\"card\"><header><h2>").text(title);
    out.raw("</h2><small>");
    if (slowest.isEmpty()) {
      return out.raw("</small></header><p class=\"empty\">Nothing ran.</p></section>\n").toString();
    }
    if (usual > 0) {
      out.text("usual %s, 99 of 100 end within %s".formatted(Text.nanos(usual), Text.nanos(p99)));
    }
    out.raw("</small></header><table class=\"fold slowest\"><thead><tr>");
    out.raw("<th class=\"w40\">Item</th><th class=\"num\">Ran</th><th class=\"num\">Of usual</th>");
    out.raw(
        "<th class=\"num\">Waited</th><th class=\"num\">CPU</th><th class=\"w4 end\">Ended</th>");
    out.raw("</tr></thead><tbody>\n");
    for (Recorder.Slow each : slowest) {
      row(each, usual, out);
    }
    return out.raw("</tbody></table></section>\n").toString();
  }

  private static void row(Recorder.Slow each, long usual, Html out) {
    out.raw("<tr><td class=\"name\"><bdi>").text(each.item()).raw("</bdi>");
    if (each.attempt() > 1) {
      out.raw(" <span class=\"soft\">").text("attempt " + each.attempt()).raw("</span>");
    }
    out.raw("</td><td class=\"num\"><b>").text(Text.time(each.ran())).raw("</b></td>");
    out.more("Of usual", times(each.ran(), usual));
    out.more("Waited", each.waited() == null ? Text.UNKNOWN : Text.time(each.waited()));
    out.more(
        "CPU",
        each.cpuNanos().isPresent() ? Text.nanos(each.cpuNanos().getAsLong()) : Text.UNKNOWN);
    out.raw("<td class=\"wide end\">").state(each.end(), each.end().word).raw("</td></tr>\n");
  }

  private static String times(Duration ran, long usual) {
    if (usual <= 0) {
      return Text.UNKNOWN;
    }
    double times = (double) ran.toNanos() / usual;
    return String.format(Locale.ROOT, times < 9.95 ? "%.1f\u00A0×" : "%,.0f\u00A0×", times);
  }
}
