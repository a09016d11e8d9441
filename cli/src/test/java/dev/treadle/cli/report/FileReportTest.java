package dev.treadle.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.JobContext;
import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Exit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `treadle report`, of files that nobody has open.
@DisabledOnOs(OS.WINDOWS)
class FileReportTest {
  @TempDir Path folder;
  private final Task<String, Integer> length =
      Task.io("<length>", String.class, Integer.class, this::length)
          .retry(Retry.fixed(1, Duration.ZERO));
  private Path db = Path.of("");

  private Integer length(String text) {
    if (text.startsWith("<")) {
      JobContext.current().log("looked at <it>");
      throw new IllegalArgumentException("markup " + text);
    }
    return text.length();
  }

  @BeforeEach
  void fill() {
    db = folder.resolve("jobs.db");
    try (Treadle treadle = Treadle.open(db, length)) {
      treadle.submit(length, "first").join();
      assertThat(treadle.submit(length, "<script>alert(1)</script>").settled()).isNotNull();
      assertThat(treadle.submit(length.queue("slow").with("third").held()).id()).isEqualTo(3);
    }
  }

  private static List<String> cells(Document page, String table) {
    return page.select("table." + table + " tbody tr").eachText();
  }

  @Test
  void aFileHasAPageWithItsCountsFiguresFailuresAndSlowestJobs() {
    Cli cli = Cli.run("report", "--db", db.toString());
    assertThat(cli.err()).isEmpty();
    assertThat(cli.code()).isZero();
    Document page = Pages.parsed(cli.out());
    assertThat(page.select(".head").text())
        .startsWith("jobs.db")
        .contains("1 succeeded", "1 failed", "3 jobs submitted; 1 has not ended.");
    assertThat(cells(page, "figures")).hasSize(2);
    assertThat(cells(page, "figures").get(0)).startsWith("<length> 3 2 ");
    assertThat(cells(page, "figures").get(1)).startsWith("default 3 2 ");
    assertThat(page.select("table.failures td.name").eachText())
        .containsExactly("job 2, <length>: <script>alert(1)</script>");
    assertThat(page.select("table.failures td.wide").text())
        .contains("markup <script>", "looked at <it>");
    assertThat(page.select("table.slowest td.name bdi").eachText())
        .containsExactlyInAnyOrder(
            "job 1, <length>: first", "job 2, <length>: <script>alert(1)</script>");
    assertThat(page.select("table.runs")).isEmpty();
    assertThat(page.select("dl.facts").text()).contains(db.toString(), "nobody has the file open");
    assertThat(page.select("script, [src], [style]")).isEmpty();
    assertThat(page.select("[href]").eachAttr("href"))
        .allSatisfy(href -> assertThat(href).matches("#.*|data:,"));
    page.select("use").eachAttr("href").forEach(href -> assertThat(page.select(href)).hasSize(1));
    assertThat(page.select("meta[http-equiv=Content-Security-Policy]").attr("content"))
        .startsWith("default-src 'none'; img-src data:; style-src 'sha256-");
  }

  @Test
  void whileAProgramHasTheFileOpenItIsAsked() {
    try (Treadle treadle = Treadle.open(db, length)) {
      treadle.submit(length, "fourth").join();
      Document page = Pages.parsed(Cli.run("report", "--db", db.toString()).out());
      assertThat(page.select("dl.facts").text())
          .contains("Jobs now", "held 1")
          .doesNotContain("nobody");
      assertThat(page.select("table.slowest tbody tr")).hasSize(3);
    }
  }

  @Test
  void outputGoesToAFileThatIsAnOlderReportOrNew() throws Exception {
    Path out = folder.resolve("r.html");
    for (int i = 0; i < 2; i++) {
      Cli cli = Cli.run("report", "--db", db.toString(), "-o", out.toString());
      assertThat(cli.code()).isZero();
      assertThat(cli.out()).isEmpty();
      Pages.parsed(Files.readString(out));
    }
    Path other = Files.writeString(folder.resolve("notes.txt"), "mine");
    Cli refused = Cli.run("report", "--db", db.toString(), "--out", other.toString());
    assertThat(refused.code()).isEqualTo(Exit.USAGE);
    assertThat(refused.err()).contains("notes.txt: is there already and is no report");
    assertThat(Files.readString(other)).isEqualTo("mine");
    assertThat(Cli.run("report", "--db", folder.resolve("no.db").toString()).code())
        .isEqualTo(Exit.USAGE);
    assertThat(Cli.run("report").code()).isEqualTo(Exit.USAGE);
  }

  @Test
  void aKeptRunShowsItsInputsAndTheStandardErrorOfItsCommands() {
    Path runs = folder.resolve("runs.db");
    Cli map =
        Cli.run(
            "map",
            "--db",
            runs.toString(),
            "--",
            "sh",
            "-c",
            "if [ \"$1\" = b ]; then echo 'first <line>' >&2; echo last >&2; exit 3; fi",
            "sh",
            "{}",
            ":::",
            "a",
            "b");
    assertThat(map.code()).isEqualTo(Exit.FAILED);
    Document page = Pages.parsed(Cli.run("report", "--db", runs.toString()).out());
    assertThat(page.select("table.failures td.name").text()).endsWith(": b");
    assertThat(page.select("table.failures pre").text()).isEqualTo("first <line>\nlast");
    assertThat(page.select("table.failures td.num").text()).isEqualTo("1");
    assertThat(cells(page, "runs")).hasSize(1);
    assertThat(cells(page, "runs").getFirst()).startsWith("map ").contains(" 2 1 1 0 ");
  }
}
