package dev.treadle.cli.report;

import dev.treadle.cli.report.Recorder.End;
import dev.treadle.cli.runs.Runs;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Version;
import dev.treadle.sqlite.FileStats;
import dev.treadle.sqlite.KeyCounts;
import dev.treadle.sqlite.Measured;
import dev.treadle.stats.Spread;
import dev.treadle.stats.Stats;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The page about a file of jobs.
///
/// @param failures the latest jobs that failed, the newest first
/// @param slowest the jobs whose last attempt ran longest, the longest first
/// @param runs the latest runs, the newest first
/// @param allRuns how many runs there are
/// @param now when this was read
record FilePage(
    FileStats stats,
    Measured measured,
    List<Recorder.Failure> failures,
    List<Recorder.Slow> slowest,
    List<CountedRun> runs,
    int allRuns,
    Instant now) {

  /// A run and how far it has come.
  record CountedRun(Runs.Known run, KeyCounts counts) {}

  String html() {
    String name = Columns.clean(String.valueOf(Path.of(stats.file()).getFileName()));
    Html out = PageFrame.begin(name + ", " + time(now));
    head(name, out);
    out.raw("<div class=\"grid\">\n");
    Stats figures = measured.stats();
    if (figures != null) {
      figures.advice().forEach(advice -> PageFrame.advice(advice, "of this file", out));
    }
    figures(figures, out);
    out.raw(new FailureTable(failures, stats.failed(), "latest").html());
    Spread ran = figures == null ? Spread.NONE : figures.total().ran();
    out.raw(
        new SlowestTable("Slowest jobs", slowest, ran.p50().toNanos(), ran.p99().toNanos()).html());
    runs(out);
    facts(out);
    return PageFrame.end(out.raw("</div>\n"));
  }

  private void head(String name, Html out) {
    out.raw("<div class=\"head\"><h1>").text(name).raw("</h1>");
    ReportPage.badge(stats.succeeded(), End.SUCCEEDED, out);
    ReportPage.badge(stats.failed(), End.FAILED, out);
    ReportPage.badge(stats.cancelled(), End.CANCELLED, out);
    out.raw("<p class=\"soft\">");
    out.text(
        "%s submitted; %s not ended."
            .formatted(
                Text.count(stats.submitted(), "job"),
                stats.unended() == 1 ? "1 has" : Columns.number(stats.unended()) + " have"));
    out.raw("</p></div>\n");
  }

  private static void figures(@org.jspecify.annotations.Nullable Stats figures, Html out) {
    String note =
        figures == null
            ? ""
            : "attempts since %s; times of the last 24 to 48 hours"
                .formatted(time(figures.since()));
    out.raw(
        new FiguresTable(
                "Tasks",
                "Task",
                note,
                figures == null ? List.of() : FiguresTable.rows(figures.tasks()))
            .html());
    if (figures != null) {
      out.raw(
          new FiguresTable("Queues", "Queue", note, FiguresTable.rows(figures.queues())).html());
    }
  }

  private void runs(Html out) {
    if (runs.isEmpty()) {
      return;
    }
    out.raw("<section class=\"card\"><header><h2>Runs</h2><small>");
    out.text(
        runs.size() < allRuns
            ? "the latest %d of %s".formatted(runs.size(), Columns.number(allRuns))
            : Columns.number(allRuns));
    out.raw(
        "</small></header><table class=\"fold runs\"><thead><tr><th class=\"w40\">Command</th>");
    out.raw("<th class=\"num\">Run</th><th class=\"num\">Inputs</th><th class=\"num\">Done</th>");
    out.raw("<th class=\"num\">Failed</th><th class=\"num\">Open</th>");
    out.raw("<th class=\"num w5\">Latest</th></tr></thead><tbody>\n");
    for (CountedRun each : runs) {
      Runs.Known run = each.run;
      out.raw("<tr><td class=\"name\"><bdi>").text(Text.item(run.commandLine()));
      out.raw("</bdi></td>");
      out.more("Run", Text.item(run.id()));
      out.more("Inputs", run.total() < 0 ? Text.UNKNOWN : Columns.number(run.total()));
      out.more("Done", Columns.number(each.counts.succeeded()));
      out.more("Failed", Columns.number(each.counts.unsuccessful()));
      out.more("Open", Columns.number(each.counts.unended()));
      out.more("Latest", time(run.latest())).raw("</tr>\n");
    }
    out.raw("</tbody></table></section>\n");
  }

  private void facts(Html out) {
    out.raw("<section class=\"card\"><header><h2>Facts</h2></header><dl class=\"facts body\">");
    PageFrame.fact("File", out);
    String file = Path.of(stats.file()).toAbsolutePath().toString();
    out.raw("<code>").text(Columns.clean(file)).raw("</code></dd>");
    PageFrame.fact("Read", time(now), out);
    PageFrame.fact("Owner", owner(), out);
    Map<String, Long> live = stats.live();
    if (live != null) {
      PageFrame.fact(
          "Jobs now",
          live.entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .map(it -> it.getKey() + " " + Columns.number(it.getValue()))
              .collect(Collectors.joining(", ")),
          out);
    }
    PageFrame.fact("Ended lately", Columns.number(stats.lastHour()) + " in the last hour", out);
    PageFrame.fact("Size", Text.size(stats.sizes().file() + stats.sizes().log()), out);
    PageFrame.fact("Version", new Version().getVersion()[0], out);
    out.raw("</dl></section>\n");
  }

  private String owner() {
    FileStats.Owner owner = stats.owner();
    return owner == null
        ? "nobody has the file open: this is what the file says"
        : Columns.clean(owner.words())
            + (owner.answers() ? "" : ", which does not answer: this is what the file says");
  }

  private static String time(Instant at) {
    return ReportPage.TIME.format(at.atZone(ZoneId.systemDefault()));
  }
}
