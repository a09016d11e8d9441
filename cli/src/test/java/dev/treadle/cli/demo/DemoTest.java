package dev.treadle.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Terminal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class DemoTest {
  // Those of the monitor are as many as the machine has cores, and one.
  private static final int SUCCEEDED = 10_394 + DemoMonitor.jobs();

  @Test
  void everyJobEndsAsTheStorySays() throws Exception {
    Cli cli = Cli.run("demo", "--json");
    assertThat(cli.err()).doesNotContain("did not go as the story says");
    assertThat(cli.code()).isZero();
    assertThat(cli.lines()).hasSize(1);
    JsonNode bill = new ObjectMapper().readTree(cli.out());
    assertThat(bill.get("ok").asBoolean()).isTrue();
    assertThat(bill.get("jobs").toString())
        .isEqualTo("{\"succeeded\":%d,\"failed\":11,\"cancelled\":9}".formatted(SUCCEEDED));
    assertThat(bill.get("words").asInt()).isPositive();
    assertThat(cli.err())
        .contains("ran       0 1 2 3 5 6 7 8 9", "attempt 2: failed: paper jam")
        .contains("DemoOddities.deaf")
        .doesNotContain("\033", "\r");
    assertThat(cli.err().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
    Path report = Path.of(URI.create(cli.err().lines().toList().getLast().strip()));
    String page = Files.readString(report);
    Files.delete(report);
    assertThat(cli.err()).contains("Advice, from what was measured:");
    assertThat(page)
        .contains(
            "<h1>treadle demo</h1>",
            "%,d succeeded".formatted(SUCCEEDED),
            "stubborn, job ",
            "digest: ");
  }

  @Test
  void aDifferenceIsTold() {
    Story story =
        new Story(
            new Stdio(
                java.io.InputStream.nullInputStream(),
                java.io.OutputStream.nullOutputStream(),
                java.io.OutputStream.nullOutputStream(),
                Terminal.NONE),
            true);
    story.expect("page 7", "HTTP 404", "HTTP 404");
    assertThat(story.differences()).isEmpty();
    story.expect("page 7", "HTTP 404", "HTTP 500");
    assertThat(story.differences()).containsExactly("page 7: expected HTTP 404, got HTTP 500");
  }

  @Test
  void theBillIsATable() {
    DemoBill bill =
        new DemoBill(
            10_393,
            10,
            9,
            java.time.Duration.ofMillis(7_070),
            java.time.Duration.ofMillis(3_630),
            java.time.Duration.ofMillis(70),
            java.util.OptionalLong.empty(),
            43_039);
    assertThat(String.join("\n", bill.lines()))
        .isEqualTo(
            """

            jobs succeeded          10,393
            jobs failed                 10   as they should
            jobs cancelled               9   their input failed
            wall time               7.07 s
            CPU time                3.63 s   0.07 s of it in attempts on cpu
            peak memory                n/a   resident
            throughput        1,473 jobs/s\
            """);
  }
}
