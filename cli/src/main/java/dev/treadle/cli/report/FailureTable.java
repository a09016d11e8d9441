package dev.treadle.cli.report;

import dev.treadle.cli.terminal.Columns;
import java.util.List;

/// The jobs that failed, most of them behind a fold.
///
/// @param failures those that are shown
/// @param all how many there are
/// @param which which of them are shown, such as `first`
record FailureTable(List<Recorder.Failure> failures, long all, String which) {
  private static final int OPEN = 20;

  String html() {
    Html out = new Html();
    out.raw("<section class=\"card\"><header><h2>Failed jobs</h2><small>");
    out.text(
            all > failures.size()
                ? "the %s %d of %s".formatted(which, failures.size(), Columns.number(all))
                : Columns.number(all))
        .raw("</small></header>");
    if (failures.isEmpty()) {
      return out.raw("<p class=\"empty\">None failed.</p></section>\n").toString();
    }
    table(failures.subList(0, Math.min(OPEN, failures.size())), out);
    if (failures.size() > OPEN) {
      out.raw("<details><summary>");
      out.text("%d more".formatted(failures.size() - OPEN)).raw("</summary>");
      table(failures.subList(OPEN, failures.size()), out);
      out.raw("</details>");
    }
    return out.raw("</section>\n").toString();
  }

  private static void table(List<Recorder.Failure> failures, Html out) {
    out.raw("<table class=\"fold failures\"><thead><tr><th class=\"w25\">Item</th>");
    out.raw("<th class=\"w4\">Outcome</th><th>Cause</th>");
    out.raw("<th class=\"num w3\">Attempts</th></tr></thead><tbody>\n");
    for (Recorder.Failure each : failures) {
      out.raw("<tr><td class=\"name\"><bdi>").text(each.item()).raw("</bdi></td><td>");
      out.state(each.how(), each.how().word);
      out.raw("</td><td class=\"wide\"><bdi>").text(each.cause());
      out.raw("</bdi>").output(each.output(), each.cause()).raw("</td>");
      out.more("Attempts", Columns.number(each.attempts())).raw("</tr>\n");
    }
    out.raw("</tbody></table>");
  }
}
