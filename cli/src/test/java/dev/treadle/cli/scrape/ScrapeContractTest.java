package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.Main;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `treadle scrape` promises of its records, their order, its bounds and its exit codes.
class ScrapeContractTest {
  private HostileServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
    server.page("/good", "text/html", "<title>good</title>".getBytes(UTF_8));
    server.on(
        "/missing",
        exchange ->
            exchange.page(404, "Content-Type: text/html", "<title>gone</title>".getBytes(UTF_8)));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static boolean await(CountDownLatch latch) throws InterruptedException {
    return latch.await(60, TimeUnit.SECONDS);
  }

  @Test
  void aRecordHoldsItsFieldsInOrder() {
    String url = server.url("/good");
    String line = Cli.run("scrape", "--json", url).out();
    assertThat(line.replaceFirst("\"millis\":\\d+", "\"millis\":0"))
        .isEqualTo(
            "{\"url\":\"%s\",\"finalUrl\":\"%s\",\"status\":200,\"title\":\"good\",\"length\":19,\"bytes\":19,\"millis\":0,\"attempts\":1,\"error\":null}\n"
                .formatted(url, url));
  }

  @Test
  void recordsKeepTheOrderOfTheListWhenLaterOnesEndFirst() {
    int count = 40;
    CountDownLatch later = new CountDownLatch(count - 1);
    server.on(
        "/first",
        exchange -> {
          if (await(later)) {
            exchange.page(200, "", new byte[0]);
          }
        });
    List<String> args = new ArrayList<>(List.of(server.url("/first")));
    for (int i = 1; i < count; i++) {
      String path = "/" + i;
      server.on(
          path,
          exchange -> {
            exchange.page(200, "", new byte[0]);
            later.countDown();
          });
      args.add(server.url(path));
    }
    List<Row> rows = Scrape.of(args.toArray(String[]::new)).rows();
    assertThat(rows).extracting(Row::url).isEqualTo(args);
    assertThat(rows).allSatisfy(row -> assertThat(row.error()).isNull());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--csv", "--quiet"})
  void aRecordIsWrittenAsSoonAsTheOrderAllows(String option) {
    CountDownLatch written = new CountDownLatch(1);
    server.on(
        "/second",
        exchange -> {
          if (await(written)) { // would time out if the first record came with the last
            exchange.page(200, "", new byte[0]);
          }
        });
    ByteArrayOutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] bytes, int from, int count) {
            super.write(bytes, from, count);
            if (toString(UTF_8).contains("/good")) {
              written.countDown();
            }
          }
        };
    Stdio stdio =
        new Stdio(
            new ByteArrayInputStream(new byte[0]), out, new ByteArrayOutputStream(), Terminal.NONE);
    int code =
        Main.commandLine(() -> stdio)
            .execute(
                "scrape",
                option,
                "--timeout",
                "90s",
                "--retries",
                "0",
                server.url("/good"),
                server.url("/second"));
    assertThat(written.getCount()).isZero();
    assertThat(code).isZero();
  }

  /// Counts who is inside at once; the first `full` wait for each other, so that the bound is
  /// reached.
  private static final class Gate {
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    final CountDownLatch full;

    Gate(int full) {
      this.full = new CountDownLatch(full);
    }

    void pass(HostileServer.Exchange exchange) throws Exception {
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      full.countDown();
      boolean reached = await(full);
      inside.decrementAndGet();
      if (reached) {
        exchange.page(200, "", new byte[0]);
      }
    }
  }

  @Test
  void theBoundOfConcurrencyIsReachedAndNeverExceeded() {
    Gate gate = new Gate(7);
    server.on("/", gate::pass);
    List<String> args = new ArrayList<>(List.of("-c", "7", "--timeout", "90s"));
    args.addAll(Collections.nCopies(200, server.url("/")));
    assertThat(Scrape.of(args.toArray(String[]::new)).rows())
        .hasSize(200)
        .allSatisfy(row -> assertThat(row.error()).isNull());
    assertThat(gate.most).hasValue(7);
  }

  @Test
  void theBoundHoldsForRetriesToo() {
    Gate gate = new Gate(3);
    AtomicInteger count = new AtomicInteger();
    server.on(
        "/",
        exchange -> {
          if (count.incrementAndGet() % 2 == 0) {
            exchange.cut();
          } else {
            gate.pass(exchange);
          }
        });
    List<String> args = new ArrayList<>(List.of("-c", "3", "--retries", "100", "--timeout", "90s"));
    args.addAll(Collections.nCopies(12, server.url("/")));
    assertThat(Scrape.of(args.toArray(String[]::new)).rows())
        .hasSize(12)
        .allSatisfy(row -> assertThat(row.error()).isNull());
    assertThat(gate.most.get()).isLessThanOrEqualTo(3);
  }

  @Test
  void theBoundOfAHostLeavesPlacesToOthers() throws Exception {
    try (HostileServer other = new HostileServer()) {
      Gate gate = new Gate(2);
      server.on("/", gate::pass);
      CountDownLatch asked = new CountDownLatch(2);
      other.on(
          "/",
          exchange -> {
            asked.countDown();
            if (await(asked)) { // both places beside those of the first host are in use
              exchange.page(200, "", new byte[0]);
            }
          });
      List<String> args =
          new ArrayList<>(List.of("-c", "4", "--per-host", "2", "--timeout", "90s"));
      args.addAll(Collections.nCopies(20, server.url("/")));
      args.addAll(Collections.nCopies(4, other.url("/")));
      assertThat(Scrape.of(args.toArray(String[]::new)).rows())
          .hasSize(24)
          .allSatisfy(row -> assertThat(row.error()).isNull());
      assertThat(gate.most).hasValue(2);
    }
  }

  @Test
  void theExitCodeTellsWhetherAllSucceeded() {
    assertThat(Cli.run("scrape", server.url("/good")).code()).isZero();
    assertThat(Cli.run("scrape", server.url("/missing")).code()).isEqualTo(1);
    assertThat(
            Cli.run("scrape", server.url("/good"), server.url("/missing"), server.url("/good"))
                .code())
        .isEqualTo(1);
    assertThat(Cli.run("scrape", "--csv", "rubbish").code()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--no-such",
        "--json --csv",
        "-c 0",
        "-c -1",
        "-c 10001",
        "-c many",
        "-c 99999999999999",
        "-c",
        "--per-host 0",
        "--per-host -1",
        "--timeout 0",
        "--timeout 0s",
        "--timeout -5s",
        "--timeout soon",
        "--timeout 5parsecs",
        "--timeout 99999999999999999999s",
        "--retries -1",
        "--retries 101",
        "--retries x",
        "--max-bytes -1",
        "--max-bytes 10XB",
        "--max-bytes much",
        "--max-bytes 99999999999999999999999",
        "--file /no/such/file",
        "--file /",
        "--file",
        "--file -- --file",
      })
  void wrongUsageIsSaidInOneLineAndNothingIsDone(String options) {
    List<String> args = new ArrayList<>(List.of("scrape", "--json", server.url("/good")));
    args.addAll(List.of(options.split(" ")));
    Cli cli = Cli.run(args.toArray(String[]::new));
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err())
        .startsWith("treadle scrape: ")
        .doesNotContain("Exception")
        .contains("Try 'treadle scrape --help'.");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void atATerminalWithoutUrlsItSaysWhatIsMissing() {
    Cli cli = Cli.run("", new Terminal(true, true, true, false, false, 80), "scrape");
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains("URL");
  }

  @Test
  void quietSaysNothingButRecords() {
    for (String format : List.of("--json", "--csv", "--timeout=60s")) {
      Cli cli =
          Cli.run(
              "scrape",
              "--quiet",
              "--retries",
              "0",
              format,
              server.url("/good"),
              server.url("/missing"),
              "rubbish",
              "http://treadle.invalid/");
      assertThat(cli.err()).isEmpty();
      assertThat(cli.out()).isNotEmpty();
      assertThat(cli.code()).isEqualTo(1);
    }
  }

  @Test
  void progressInALogIsPlainLinesAndASummaryOfWhatFailed() {
    List<String> args = new ArrayList<>(List.of("scrape", "--json"));
    args.addAll(Collections.nCopies(30, server.url("/good")));
    args.addAll(Collections.nCopies(10, server.url("/missing")));
    Cli cli = Cli.run(args.toArray(String[]::new));
    assertThat(cli.lines()).hasSize(40).allMatch(line -> Row.of(line).attempts() == 1);
    assertThat(cli.err()).doesNotContain("\r", "\u001b").contains("40").contains("10 failed");
    assertThat(cli.err().lines().toList()).hasSizeBetween(1, 15);
  }

  @Test
  void coloursAreShownOnATerminalThatWantsThem() {
    Cli plain =
        Cli.run(
            "",
            new Terminal(false, true, true, false, true, 80),
            "scrape",
            server.url("/good"),
            server.url("/missing"));
    assertThat(plain.out() + plain.err()).doesNotContainPattern("\u001b\\[[0-9;]*m");
    Cli colour =
        Cli.run(
            "",
            new Terminal(false, true, true, true, true, 80),
            "scrape",
            server.url("/good"),
            server.url("/missing"));
    assertThat(colour.out() + colour.err()).containsPattern("\u001b\\[[0-9;]*m");
    Cli json =
        Cli.run(
            "",
            new Terminal(false, true, true, true, true, 80),
            "scrape",
            "--json",
            server.url("/good"),
            server.url("/missing"));
    assertThat(json.out()).doesNotContain("\u001b");
    assertThat(json.lines()).hasSize(2);
  }

  @Test
  void noPageWritesToTheTerminalWhatItLikes() {
    server.page(
        "/evil",
        "text/html; charset=utf-8",
        "<title>a\u001b]0;b\u0007\u009b31m\u0008c\u202ed &#27;[2J&#10;e\u2028f</title>"
            .getBytes(UTF_8));
    Cli cli =
        Cli.run(
            "scrape",
            "--quiet",
            server.url("/evil"),
            "http://x\u001b[31m\n/\r\u0085",
            server.url("/good"));
    assertThat(cli.out().split("\n")).hasSize(3);
    assertThat(cli.out().replace("\n", "").chars()).noneMatch(Character::isISOControl);
    assertThat(cli.out()).doesNotContain("\u202e", "\u2028");
  }
}
