package dev.treadle.cli.report;

import dev.treadle.Progress;
import dev.treadle.cli.report.Recorder.End;
import dev.treadle.cli.terminal.Columns;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The page about a run.
///
/// @param inputs how many inputs are done, of how many as far as is known
/// @param interrupted whether the run was ended from outside
/// @param error what ended the run before its time, or null
record ReportPage(
    RunHead head,
    Recorder.Recorded seen,
    Progress inputs,
    boolean interrupted,
    @Nullable String error) {
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx", Locale.ROOT);

  String html() {
    String title = head.name() + ", " + TIME.format(head.began().atZone(ZoneId.systemDefault()));
    Html out = PageFrame.begin(title);
    head(out);
    out.raw("<div class=\"grid\">\n");
    problem(out);
    advice(out);
    out.raw(
        new PulseCharts(
                seen, Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory())
            .html());
    out.raw(new TimelineChart(seen.timeline()).html());
    out.raw(new FailureTable(seen.failures(), seen.totals().failed, "first").html());
    out.raw(new FiguresTable("Tasks", "Task", "attempts of this run", seen.tasks()).html());
    out.raw(new HistogramChart("Wait before start", seen.waited()).html());
    out.raw(new HistogramChart("Run", seen.ran()).html());
    out.raw(
        new SlowestTable(
                "Slowest attempts",
                seen.slowest(),
                seen.ran().percentile(50),
                seen.ran().percentile(99))
            .html());
    facts(out);
    return PageFrame.end(out.raw("</div>\n"));
  }

  private void head(Html out) {
    Recorder.Totals totals = seen.totals();
    out.raw("<div class=\"head\"><h1>").text(head.name()).raw("</h1>");
    badge(totals.succeeded, End.SUCCEEDED, out);
    badge(totals.failed, End.FAILED, out);
    badge(totals.cancelled, End.CANCELLED, out);
    out.raw("<p class=\"soft\">").text(sentence()).raw("</p></div>\n");
  }

  static void badge(long count, End end, Html out) {
    if (count > 0 || end == End.SUCCEEDED) {
      out.state(count == 0 ? End.CANCELLED : end, Columns.number(count) + " " + end.word);
    }
  }

  private String sentence() {
    Recorder.Totals totals = seen.totals();
    long ended = totals.ended();
    double seconds = Math.max(1e-9, took().toNanos() / 1e9);
    StringBuilder text = new StringBuilder();
    text.append(Text.count(ended, "job")).append(" ended in ").append(Text.time(took()));
    if (ended > 0) {
      text.append(", ").append(Text.rate(ended / seconds));
    }
    if (totals.doneBefore > 0) {
      text.append("; ").append(Columns.number(totals.doneBefore)).append(" were done before");
    }
    if (inputs.total() > inputs.done()) {
      text.append("; ")
          .append(Columns.number(inputs.total() - inputs.done()))
          .append(" of ")
          .append(Columns.number(inputs.total()))
          .append(" inputs were not done");
    }
    return text.append('.').toString();
  }

  private Duration took() {
    return Duration.ofNanos(seen.timeline().end());
  }

  private void problem(Html out) {
    if (error != null) {
      PageFrame.note("bad", "failed", "The run broke off.", error, out);
    } else if (interrupted) {
      PageFrame.note(
          "warn",
          "cancelled",
          "The run was interrupted.",
          "What had ended is told here; what ran then is drawn as far as it came.",
          out);
    }
  }

  private void advice(Html out) {
    seen.advice().forEach(advice -> PageFrame.advice(advice, "of this run", out));
  }

  private void facts(Html out) {
    Recorder.Totals totals = seen.totals();
    out.raw("<section class=\"card\"><header><h2>Facts</h2></header><dl class=\"facts body\">");
    PageFrame.fact("Command", out);
    out.raw("<code>").text(Columns.clean(head.line())).raw("</code></dd>");
    PageFrame.fact("Folder", out);
    out.raw("<code>").text(Columns.clean(head.folder().toString())).raw("</code></dd>");
    PageFrame.fact("Started", out);
    String exact = head.began().truncatedTo(ChronoUnit.MILLIS).toString();
    out.raw("<time datetime=\"" + exact + "\" title=\"" + exact + "\">");
    out.text(TIME.format(head.began().atZone(ZoneId.systemDefault()))).raw("</time></dd>");
    PageFrame.fact("Took", Text.time(took()), out);
    if (head.concurrency() > 0) {
      PageFrame.fact("At once", Text.count(head.concurrency(), "attempt") + " at most", out);
    }
    PageFrame.fact(
        "Attempts",
        Columns.number(totals.attempts)
            + (totals.repeated == 0
                ? ""
                : ", " + Columns.number(totals.repeated) + " of them repeated"),
        out);
    PageFrame.fact(
        "CPU of attempts",
        totals.cpuKnown == 0
            ? Text.UNKNOWN + ": this strategy cannot tell"
            : Text.nanos(totals.cpuNanos)
                + (totals.cpuKnown < totals.attempts
                    ? ", of %s that can tell".formatted(Columns.number(totals.cpuKnown))
                    : ""),
        out);
    if (totals.peakMemory >= 0) {
      PageFrame.fact(
          "Most memory", Text.size(totals.peakMemory) + " by the process of an attempt", out);
    }
    PageFrame.fact("Version", head.version() + ", Java " + Runtime.version().feature(), out);
    out.raw("</dl></section>\n");
  }
}
