package dev.treadle.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Progress;
import dev.treadle.cli.records.CommandOutput;
import dev.treadle.stats.Advice;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

class ReportPageTest {
  private static final String EVIL =
      "</title><script>alert('x')</script>\"><img src=x onerror=y>&amp;";

  private final Pages run = new Pages();

  private void jobs(int count) {
    for (int i = 1; i <= count; i++) {
      run.start(i);
      run.now.addAndGet(5 * Pages.MILLI);
      run.recorder.works(i, "input " + i);
      if (i % 5 == 0) {
        run.failed(i, Duration.ofMillis(5), "no luck " + i);
      } else {
        run.succeeded(i, Duration.ofMillis(5 + i));
      }
    }
  }

  @Test
  void everyAttemptIsAMarkAndEveryFailureARow() {
    jobs(23);
    Document page = Pages.parsed(run.html());
    assertThat(page.select("svg.lanes rect.run")).hasSize(23);
    assertThat(page.select("svg.lanes rect.h-bad.run")).hasSize(4);
    assertThat(page.select("table.failures tbody tr")).hasSize(4);
    assertThat(page.select("table.slowest tbody tr")).hasSize(20);
    assertThat(page.select("table.slowest tbody tr").eachText().getFirst())
        .startsWith("input 23 28 ms");
    assertThat(page.select("svg.bins rect")).hasSizeGreaterThan(2);
    assertThat(page.select("svg.chart.s path.line")).hasSize(4);
    assertThat(page.select(".head").text())
        .contains("treadle map", "19 succeeded", "4 failed", "23 jobs ended in 115 ms");
  }

  @Test
  void barsAddUpToTheAttempts() {
    jobs(1_000);
    Recorder.Recorded seen = run.seen();
    assertThat(
            new HistogramChart("Run", seen.ran()).bars().stream().mapToLong(b -> b.count()).sum())
        .isEqualTo(1_000);
    assertThat(new HistogramChart("Wait", seen.waited()).bars()).hasSize(1);
  }

  @Test
  void nothingFromOutsideIsMarkup() {
    run.start(1);
    run.recorder.works(1, EVIL);
    run.now.addAndGet(Pages.MILLI);
    run.failed(1, Duration.ofMillis(1), EVIL + '\u202E' + '\0');
    run.recorder.advised(List.of(new Advice("t", Advice.Kind.USE_CPU, EVIL, 60)));
    String html = run.html(Progress.NONE, false, EVIL);
    Document page = Pages.parsed(html);
    assertThat(page.select("script, img, iframe, object, embed")).isEmpty();
    assertThat(html).doesNotContain("\u202E", "\0", "onerror=y>\n");
    assertThat(page.select("table.failures td.name").text()).isEqualTo(EVIL);
    assertThat(page.select("table.failures td.wide").text()).startsWith(EVIL);
    assertThat(page.select("svg.lanes rect.run title").text()).startsWith(EVIL);
    assertThat(page.select(".note").text()).contains(EVIL);
    assertThat(page.select("dl.facts code").eachText())
        .containsExactly("treadle map -- 'echo <{}>'", "/a <folder>");
  }

  @Test
  void asksForNothingElse() {
    jobs(3);
    Document page = Pages.parsed(run.html());
    assertThat(page.select("[src], [style], [onclick], script")).isEmpty();
    assertThat(page.select("[href]").eachAttr("href"))
        .allSatisfy(href -> assertThat(href).matches("#.*|data:,"));
    page.select("use").eachAttr("href").forEach(href -> assertThat(page.select(href)).hasSize(1));
    assertThat(page.select("style").html()).doesNotContain("@import", "url(http");
    assertThat(page.select("meta[http-equiv=Content-Security-Policy]").attr("content"))
        .startsWith("default-src 'none'; img-src data:; style-src 'sha256-");
  }

  @Test
  void figuresOfOneThingAgreeInAllParts() {
    for (int i = 1; i <= 50; i++) {
      run.start(i);
      run.now.addAndGet(100 * Pages.MILLI);
      run.succeeded(i, Duration.ofNanos(439_400_000L + i));
    }
    Document page = Pages.parsed(run.html());
    assertThat(page.select(".head").text()).contains("50 jobs ended in 5 s, 10/s.");
    assertThat(page.select(".pulse .fig").eachText().getFirst()).startsWith("10/sjobs ended");
    assertThat(page.select("table.slowest tbody tr").eachText().getFirst()).contains("439 ms");
    assertThat(page.select("header .key").eachText())
        .anySatisfy(text -> assertThat(text).endsWith("most 439 ms"))
        .anySatisfy(text -> assertThat(text).endsWith("most 1 ms"));
    assertThat(page.select("table.figures tbody tr").eachText())
        .containsExactly("map 50 0 1 ms 1 ms 1 ms 439 ms 439 ms 439 ms 11 s");
  }

  @Test
  void tasksAreCountedApartUpToABound() {
    TaskTallies tallies = new TaskTallies();
    for (int i = 0; i < 3 * TaskTallies.TASKS_MAX; i++) {
      tallies.add(
          "task " + i, Duration.ZERO, Duration.ofMillis(1), java.util.OptionalLong.empty(), true);
    }
    assertThat(tallies.rows()).hasSize(TaskTallies.TASKS_MAX + 1);
    assertThat(tallies.rows().getFirst().name()).isEqualTo(TaskTallies.OTHERS);
    assertThat(tallies.rows().getFirst().ended()).isEqualTo(2 * TaskTallies.TASKS_MAX);
  }

  @Test
  void aFailureShowsTheEndOfStandardErrorUnlessTheCauseSaysIt() {
    Html out = new Html();
    out.output("first\n<last>", "it ended; the last it said: <last>");
    out.output("<last>", "it ended; the last it said: <last>");
    assertThat(out.toString()).isEqualTo("<pre>\nfirst\n&lt;last&gt;</pre>");
    assertThat(CommandOutput.lines("x".repeat(100_000)).getFirst()).hasSize(2_000);
    assertThat(CommandOutput.lines("a\u001b[31m\n".repeat(50))).hasSize(20);
    assertThat(CommandOutput.lines("a\u001b[31m").getFirst()).doesNotContain("\u001b");
  }

  @Test
  void everyTintHasItsLegendAndEveryColourItsDarkOne() {
    jobs(20);
    Document page = Pages.parsed(run.html());
    assertThat(page.select("svg.lanes rect.pale")).isEmpty();
    String css = page.select("style").html();
    String dark = css.substring(css.indexOf("@media (prefers-color-scheme: dark)"));
    css.substring(0, css.indexOf("--sans"))
        .lines()
        .filter(line -> line.contains("#"))
        .forEach(line -> assertThat(dark).contains(line.substring(0, line.indexOf('#'))));
  }

  @Test
  void anEmptyRunHasAPageToo() {
    Document page = Pages.parsed(run.html());
    assertThat(page.select(".empty").eachText())
        .containsExactly(
            "Nothing ran.",
            "None failed.",
            "Nothing was measured.",
            "Nothing was measured.",
            "Nothing was measured.",
            "Nothing ran.");
  }

  @Test
  void saysWhatCutItShort() {
    jobs(2);
    run.start(3);
    run.now.addAndGet(Pages.MILLI);
    Document page = Pages.parsed(run.html(new Progress(2, 9, 0), true, null));
    assertThat(page.select(".note").text()).startsWith("The run was interrupted.");
    assertThat(page.select(".head").text()).contains("7 of 9 inputs were not done");
    assertThat(page.select("svg.lanes rect.run title").eachText().getLast())
        .startsWith("map, job 3: 1 ms, had not ended");
    Document broken = Pages.parsed(run.html(Progress.NONE, false, "the disk is full"));
    assertThat(broken.select(".note").text()).isEqualTo("The run broke off. the disk is full");
  }

  @Test
  void theSizeOfThePageDoesNotGrowWithTheRun() {
    String item = "https://example.com/" + "a<b>".repeat(5_000);
    int atOnce = 1_000;
    // As long as a step of the timeline will be, and unlike its neighbours: nothing can be joined.
    long wave = 2_048 * Pages.MILLI;
    for (int from = 0; from < 200_000; from += atOnce) {
      for (int i = from; i < from + atOnce; i++) {
        run.start(i);
        run.recorder.works(i, item + i);
      }
      run.now.addAndGet(wave);
      for (int i = from; i < from + atOnce; i++) {
        if ((i + from / atOnce) % 2 == 0) {
          run.failed(i, Duration.ofNanos(wave + i), item);
        } else {
          run.succeeded(i, Duration.ofNanos(wave - i * 10_000L));
        }
      }
    }
    String html = run.html();
    Document page = Pages.parsed(html);
    assertThat(html.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(3_000_000);
    assertThat(page.select("svg.lanes rect.run"))
        .hasSizeBetween(Timeline.LANES * 150, Timeline.LANES * Timeline.STEPS);
    assertThat(page.select("header small, footer").eachText())
        .contains(
            "1,000 lanes, each a place to work; more attempts than can be drawn: a cell is 2.0 s",
            "936 more lanes are not drawn.",
            "the first 100 of 100,000");
    assertThat(page.select("table.failures tbody tr")).hasSize(Recorder.FAILURES);
  }
}
