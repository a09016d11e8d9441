package dev.treadle.cli.report;

import dev.treadle.cli.terminal.Columns;
import java.util.List;

/// The jobs that failed: the first of them, most of those behind a fold.
record FailureTable(Recorder.Recorded seen) {
  private static final int OPEN = 20;

  String html() {
    List<Recorder.Failure> failures = seen.failures();
    long all = seen.totals().failed;
    Html out = new Html();
    out.raw("<section class=\"card\"><header><h2>Failed jobs</h2><small>");
    out.text(
            all > failures.size()
                ? "the first %d of %s".formatted(failures.size(), Columns.number(all))
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
