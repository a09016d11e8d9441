package dev.treadle.cli.report;

import dev.treadle.Progress;
import dev.treadle.cli.report.Recorder.End;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.stats.Advice;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The page about a run: HTML with all in it that it needs. Nothing in it can run or be fetched:
/// its own policy forbids all but its one style sheet.
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
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx", Locale.ROOT);

  String html() {
    String css = resource("report.css");
    String title = head.name() + ", " + TIME.format(head.began().atZone(ZoneId.systemDefault()));
    Html out = new Html();
    out.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.raw(ReportFile.MARK).raw("\n<meta http-equiv=\"Content-Security-Policy\" content=\"");
    out.raw("default-src 'none'; img-src data:; style-src 'sha256-" + sha256(css) + "'\">\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.raw(
        "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n");
    out.raw("<title>").text(title + " · Treadle").raw("</title>\n<style>" + css + "</style>\n");
    out.raw("</head>\n<body>\n" + resource("icons.svg"));
    out.raw(
        "<header class=\"top\"><span class=\"brand\"><svg class=\"logo\" aria-hidden=\"true\">");
    out.raw("<use href=\"#logo\"/></svg> Treadle</span></header>\n<main>\n");
    head(out);
    out.raw("<div class=\"grid\">\n");
    problem(out);
    advice(out);
    out.raw(
        new PulseCharts(
                seen, Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory())
            .html());
    out.raw(new TimelineChart(seen.timeline()).html());
    out.raw(new FailureTable(seen).html());
    out.raw(new HistogramChart("Wait before start", seen.waited()).html());
    out.raw(new HistogramChart("Run", seen.ran()).html());
    out.raw(new SlowestTable(seen).html());
    facts(out);
    return out.raw("</div>\n</main>\n</body>\n</html>\n").toString();
  }

  private void head(Html out) {
    Recorder.Totals totals = seen.totals();
    out.raw("<div class=\"head\"><h1>").text(head.name()).raw("</h1>");
    badge(totals.succeeded, End.SUCCEEDED, out);
    badge(totals.failed, End.FAILED, out);
    badge(totals.cancelled, End.CANCELLED, out);
    out.raw("<p class=\"soft\">").text(sentence()).raw("</p></div>\n");
  }

  private static void badge(long count, End end, Html out) {
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
      note("bad", "failed", "The run broke off.", error, out);
    } else if (interrupted) {
      note(
          "warn",
          "cancelled",
          "The run was interrupted.",
          "What had ended is told here; what ran then is drawn as far as it came.",
          out);
    }
  }

  private static void note(String look, String icon, String claim, String evidence, Html out) {
    out.raw("<div class=\"note " + look + "\"><svg class=\"i\" aria-hidden=\"true\"><use href=\"#");
    out.raw(icon + "\"/></svg><div><p><b>").text(claim).raw("</b></p><p>").text(evidence);
    out.raw("</p></div></div>\n");
  }

  private void advice(Html out) {
    for (Advice advice : seen.advice()) {
      String over =
          switch (advice.kind()) {
            case FEWER_PERMITS -> Text.count(advice.attempts(), "second");
            case USE_CPU, USE_IO, MORE_MEMORY, LONGER_TIMEOUT ->
                Text.count(advice.attempts(), "attempt");
          };
      note("", "advice", advice.text(), "Measured over " + over + " of this run.", out);
    }
  }

  private void facts(Html out) {
    Recorder.Totals totals = seen.totals();
    out.raw("<section class=\"card\"><header><h2>Facts</h2></header><dl class=\"facts body\">");
    fact("Command", out);
    out.raw("<code>").text(Columns.clean(head.line())).raw("</code></dd>");
    fact("Folder", out);
    out.raw("<code>").text(Columns.clean(head.folder().toString())).raw("</code></dd>");
    fact("Started", out);
    String exact = head.began().truncatedTo(ChronoUnit.MILLIS).toString();
    out.raw("<time datetime=\"" + exact + "\" title=\"" + exact + "\">");
    out.text(TIME.format(head.began().atZone(ZoneId.systemDefault()))).raw("</time></dd>");
    fact("Took", Text.time(took()), out);
    if (head.concurrency() > 0) {
      fact("At once", Text.count(head.concurrency(), "attempt") + " at most", out);
    }
    fact(
        "Attempts",
        Columns.number(totals.attempts)
            + (totals.repeated == 0
                ? ""
                : ", " + Columns.number(totals.repeated) + " of them repeated"),
        out);
    fact(
        "CPU of attempts",
        totals.cpuKnown == 0
            ? Text.UNKNOWN + ": this strategy cannot tell"
            : Text.nanos(totals.cpuNanos)
                + (totals.cpuKnown < totals.attempts
                    ? ", of %s that can tell".formatted(Columns.number(totals.cpuKnown))
                    : ""),
        out);
    if (totals.peakMemory >= 0) {
      fact("Most memory", Text.size(totals.peakMemory) + " by the process of an attempt", out);
    }
    fact("Version", head.version() + ", Java " + Runtime.version().feature(), out);
    out.raw("</dl></section>\n");
  }

  private static void fact(String name, Html out) {
    out.raw("<dt>").text(name).raw("</dt><dd>");
  }

  private static void fact(String name, String value, Html out) {
    fact(name, out);
    out.text(value).raw("</dd>");
  }

  private static String resource(String name) {
    try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("treadle-cli is damaged: no " + name + " in it");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
