package dev.treadle.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.CliProcess;
import dev.treadle.cli.scrape.HostileServer;
import dev.treadle.cli.terminal.Exit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `--report` of the commands that have it.
@DisabledOnOs(OS.WINDOWS)
class ReportCommandTest {
  @TempDir Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Document page() throws IOException {
    return Pages.parsed(Files.readString(folder.resolve("r.html")));
  }

  private static List<String> items(Document page, String table) {
    return page.select("table." + table + " td.name bdi").eachText();
  }

  @Test
  void mapNamesTheInputsThatFailed() throws Exception {
    Cli cli =
        Cli.run(
            "map",
            "--report",
            path("r.html"),
            "-j",
            "2",
            "--retries",
            "1",
            "--",
            "sh",
            "-c",
            "test \"$1\" != '<b>'",
            "sh",
            "{}",
            ":::",
            "a",
            "<b>",
            "c");
    assertThat(cli.code()).isEqualTo(Exit.FAILED);
    assertThat(cli.err()).endsWith("report: " + path("r.html") + "\n");
    Document page = page();
    assertThat(items(page, "failures")).containsExactly("<b>");
    assertThat(page.select("table.failures td.num").text()).isEqualTo("2");
    assertThat(page.select("table.failures td.wide").text()).contains("exit code 1");
    assertThat(items(page, "slowest")).containsExactlyInAnyOrder("a", "<b>", "<b>", "c");
    assertThat(page.select("svg.lanes rect.run")).hasSize(4);
    assertThat(page.select(".head").text()).contains("2 succeeded", "1 failed");
    assertThat(page.select("dl.facts").text()).contains("2 attempts at most", "Attempts 4");
  }

  @Test
  void aRunInAFileCountsEachJobOnceWithAllItsAttempts() throws Exception {
    Cli cli =
        Cli.run(
            "map",
            "--db",
            path("jobs.db"),
            "--report",
            path("r.html"),
            "--retries",
            "1",
            "--retry-delay",
            "1ms",
            "--",
            "sh",
            "-c",
            "if [ \"$1\" = b ]; then echo 'first <line>' >&2; echo last >&2; exit 3; fi",
            "sh",
            "{}",
            ":::",
            "a",
            "b",
            "c");
    assertThat(cli.code()).isEqualTo(Exit.FAILED);
    Document page = page();
    assertThat(page.select(".head").text()).contains("2 succeeded", "1 failed", "3 jobs ended in ");
    assertThat(items(page, "failures")).containsExactly("b");
    assertThat(page.select("table.failures td.num").text()).isEqualTo("2");
    assertThat(page.select("table.failures pre").text()).isEqualTo("first <line>\nlast");
    assertThat(page.select("header small").eachText().stream().filter("4 attempts"::equals))
        .as("waits and times of the same attempts")
        .hasSize(2);
    assertThat(page.select("table.figures tbody td").eachText()).contains("4", "2");
    assertThat(page.select("dl.facts").text()).contains("Attempts 4, 1 of them repeated");
  }

  @Test
  void filesNamesTheFiles() throws Exception {
    Files.writeString(folder.resolve("good.txt"), "good");
    Files.write(folder.resolve("bad.txt"), new byte[] {(byte) 0xB1});
    Cli cli =
        Cli.run("files", "count", "--report", path("r.html"), path("good.txt"), path("bad.txt"));
    assertThat(cli.code()).isEqualTo(Exit.FAILED);
    Document page = page();
    assertThat(items(page, "failures")).containsExactly(path("bad.txt"));
    assertThat(items(page, "slowest")).containsExactlyInAnyOrder(path("good.txt"), path("bad.txt"));
  }

  @Test
  void aRunInAFileTellsWhatWasDoneBefore() throws Exception {
    String[] command = {
      "map",
      "--report",
      path("r.html"),
      "--db",
      path("jobs.db"),
      "--json",
      "--",
      "true",
      ":::",
      "a",
      "b"
    };
    assertThat(Cli.run(command).code()).isZero();
    assertThat(items(page(), "slowest")).containsExactlyInAnyOrder("a", "b");
    assertThat(Cli.run(command).code()).isZero();
    assertThat(page().select(".head").text()).contains("0 succeeded", "2 were done before");
  }

  @Test
  void scrapeNamesThePages() throws Exception {
    try (HostileServer server = new HostileServer()) {
      server.page("/good", "text/html", "<title>good</title>".getBytes(StandardCharsets.UTF_8));
      server.on("/none", exchange -> exchange.page(404, "", new byte[0]));
      Cli cli =
          Cli.run(
              "scrape",
              "--quiet",
              "--report",
              path("r.html"),
              server.url("/good"),
              server.url("/none"));
      assertThat(cli.code()).isEqualTo(Exit.FAILED);
      assertThat(cli.err()).doesNotContain("report:");
      Document page = page();
      assertThat(items(page, "failures")).containsExactly(server.url("/none"));
      assertThat(items(page, "slowest"))
          .containsExactlyInAnyOrder(server.url("/good"), server.url("/none"));
    }
  }

  @Test
  void whatCannotBeWrittenIsRefusedBeforeAnyWork() throws Exception {
    String work = path("work-was-done");
    for (String report : List.of(path("none/r.html"), path("."), "/proc/nothing.html")) {
      Cli cli = Cli.run("map", "--report", report, "--", "touch", work, ":::", "a");
      assertThat(cli.code()).as(report).isEqualTo(Exit.USAGE);
      assertThat(cli.err()).contains("--report " + report + ": ");
    }
    assertThat(folder.resolve("work-was-done")).doesNotExist();
  }

  @Test
  void aReportNeverReplacesTheFileOfTheJobs() throws Exception {
    Cli cli =
        Cli.run(
            "map",
            "--json",
            "--report",
            path("same"),
            "--db",
            path("same"),
            "--",
            "true",
            ":::",
            "a");
    assertThat(cli.code()).isEqualTo(Exit.FAILED);
    assertThat(cli.err()).contains("--report " + path("same") + ": cannot be written: is there");
    assertThat(Files.readAllBytes(folder.resolve("same")))
        .startsWith("SQLite".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void anInterruptedRunHasItsReport() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (HostileServer server = new HostileServer()) {
      server.page("/good", "text/html", "<title>good</title>".getBytes(StandardCharsets.UTF_8));
      server.on(
          "/stall",
          exchange -> {
            asked.countDown();
            exchange.stall();
          });
      List<String> command =
          new ArrayList<>(
              CliProcess.command(
                  List.of(),
                  "scrape",
                  "--json",
                  "-c",
                  "1",
                  "--timeout",
                  "10m",
                  "--report",
                  path("r.html"),
                  server.url("/good"),
                  server.url("/stall"),
                  server.url("/good")));
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + process.pid()).start().waitFor())
            .isZero();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(Exit.INTERRUPTED);
      } finally {
        process.destroyForcibly();
      }
      Document page = page();
      assertThat(page.select(".note").text()).startsWith("The run was interrupted.");
      assertThat(page.select(".head").text())
          .contains("1 succeeded", "2 of 3 inputs were not done");
      try (Stream<Path> left = Files.list(folder)) {
        assertThat(left).containsExactly(folder.resolve("r.html"));
      }
    }
  }
}
