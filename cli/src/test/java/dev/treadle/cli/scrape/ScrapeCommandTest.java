package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.records.ListRun;
import dev.treadle.cli.terminal.Stdio;
import dev.treadle.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class ScrapeCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Scraper scraper = new Scraper(1_000_000, InstantSource.system());
  private HostileServer server;
  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
    server.page("/good", "text/html", "<title>Good &amp; well</title>".getBytes(UTF_8));
    server.on("/404", exchange -> exchange.page(404, "", "gone".getBytes(UTF_8)));
  }

  @AfterEach
  void stop() throws Exception {
    scraper.close();
    server.close();
  }

  // --- records ---

  @Test
  void aJsonRecordHasEveryField() throws Exception {
    Cli cli = Cli.run("scrape", "--json", server.url("/good"));
    assertThat(cli.code()).isZero();
    assertThat(cli.out())
        .matches(
            "\\{\"url\":\"%1$s\",\"finalUrl\":\"%1$s\",\"status\":200,\"title\":\"Good & well\",\"length\":30,\"bytes\":30,\"millis\":\\d+,\"attempts\":1,\"error\":null\\}\n"
                .formatted(server.url("/good")));
  }

  @Test
  void onlyJsonIsOnStandardOutput() throws Exception {
    Cli cli = Cli.run("scrape", "--json", server.url("/good"), server.url("/404"), "nonsense");
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.lines()).hasSize(3);
    List<JsonNode> records = cli.lines().stream().map(JSON::readTree).toList();
    assertThat(records.get(1).get("error").asString()).isEqualTo("HTTP 404");
    assertThat(records.get(1).get("status").asInt()).isEqualTo(404);
    assertThat(records.get(2).get("error").asString()).startsWith("bad URL: ");
    assertThat(records.get(2).get("status").isNull()).isTrue();
    assertThat(records.get(2).get("url").asString()).isEqualTo("nonsense");
  }

  @Test
  void textIsAligned() {
    Cli cli = Cli.run("scrape", server.url("/good"), server.url("/404"));
    assertThat(cli.lines().get(0))
        .matches("200 +\\d+ ms +30  Good & well {29}  " + server.url("/good"));
    assertThat(cli.lines().get(1)).matches("404 +\\d+ ms +4  HTTP 404 {32}  " + server.url("/404"));
    assertThat(cli.lines().get(0).indexOf("http://"))
        .isEqualTo(cli.lines().get(1).indexOf("http://"));
  }

  @Test
  void textOnATerminalStaysWithinItsWidthAndCannotBeHijacked() {
    server.page(
        "/evil", "text/html", "<title>\u009b2J\u001b[31m\u202e evil</title>".getBytes(UTF_8));
    Terminal terminal = new Terminal(true, true, true, false, true, 80);
    Cli cli = Cli.run("", terminal, "scrape", "-q", server.url("/evil"));
    assertThat(cli.out().strip())
        .hasSizeLessThanOrEqualTo(80)
        .doesNotMatch("(?s).*[\u009b\u001b\u202e].*");
  }

  @Test
  void recordsKeepTheOrderOfTheList() throws Exception {
    CountDownLatch lastDone = new CountDownLatch(1);
    server.on(
        "/first",
        exchange -> {
          lastDone.await();
          exchange.page(200, "", new byte[0]);
        });
    server.on(
        "/last",
        exchange -> {
          exchange.page(200, "", new byte[0]);
          lastDone.countDown();
        });
    Cli cli =
        Cli.run("scrape", "--json", server.url("/first"), server.url("/good"), server.url("/last"));
    assertThat(cli.lines())
        .map(line -> JSON.readTree(line).get("finalUrl").asString())
        .containsExactly(server.url("/first"), server.url("/good"), server.url("/last"));
  }

  @Test
  void theSameUrlTwiceGivesTwoRecords() {
    assertThat(Cli.run("scrape", server.url("/good"), server.url("/good")).lines()).hasSize(2);
  }

  // --- where URLs come from ---

  @Test
  void aListMayHaveCommentsAndBlankLines() throws Exception {
    Path list = folder.resolve("urls.txt");
    Files.writeString(
        list,
        "\uFEFF# pages\n\n  " + server.url("/good") + "  \r\n   # more\n" + server.url("/404"));
    assertThat(Cli.run("scrape", "--file", list.toString()).lines()).hasSize(2);
  }

  @Test
  void standardInputIsReadWhenNothingElseIsGivenOrWhenAskedFor() {
    String in = server.url("/good") + "\n";
    assertThat(Cli.run(in, Terminal.NONE, "scrape").lines()).hasSize(1);
    assertThat(Cli.run(in, Terminal.NONE, "scrape", "--file", "-").lines()).hasSize(1);
    assertThat(Cli.run(in, Terminal.NONE, "scrape", server.url("/404")).lines())
        .singleElement()
        .asString()
        .contains("/404");
  }

  @Test
  void anEmptyListIsNoFailure() {
    Cli cli = Cli.run("# nothing\n", Terminal.NONE, "scrape");
    assertThat(cli.code()).isZero();
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains("nothing to do: there was no page in the list");
  }

  // --- retries and timeouts ---

  @Test
  void troubleThatPassesIsRetried() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    server.on(
        "/",
        exchange ->
            exchange.page(asked.getAndIncrement() == 0 ? 503 : 200, "", "x".getBytes(UTF_8)));
    Cli cli = Cli.run("scrape", "--json", "--retries", "2", server.url("/"));
    assertThat(cli.code()).isZero();
    assertThat(JSON.readTree(cli.out()).get("attempts").asInt()).isEqualTo(2);
  }

  @Test
  void retriesEnd() throws Exception {
    server.on("/", exchange -> exchange.page(500, "", new byte[0]));
    Cli cli = Cli.run("scrape", "--json", "--retries", "1", server.url("/"));
    assertThat(cli.code()).isEqualTo(1);
    assertThat(server.requests()).hasSize(2);
    assertThat(JSON.readTree(cli.out()).get("attempts").asInt()).isEqualTo(2);
    assertThat(JSON.readTree(cli.out()).get("error").asString()).isEqualTo("HTTP 500");
  }

  @Test
  void aPauseIsKeptAndCostsNoRetry() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    server.on(
        "/",
        exchange ->
            exchange.page(asked.getAndIncrement() == 0 ? 429 : 200, "Retry-After: 1", new byte[0]));
    long start = System.nanoTime();
    Cli cli = Cli.run("scrape", "--json", "--retries", "1", server.url("/"));
    assertThat(cli.code()).isZero();
    assertThat(JSON.readTree(cli.out()).get("attempts").asInt()).isEqualTo(2);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(900));
  }

  @Test
  void eachKindOfStallEndsWithTheTimeoutAndKeepsWhatIsKnown() throws Exception {
    server.on("/silent", HostileServer.Exchange::stall);
    server.on(
        "/headers",
        exchange -> {
          exchange.send("HTTP/1.1 200 OK\r\nX-Half: ");
          exchange.stall();
        });
    server.on(
        "/body",
        exchange -> {
          exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<title>half</title>");
          exchange.stall();
        });
    server.on(
        "/drip",
        exchange -> {
          exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>drip</title>");
          while (!exchange.closed().await(5, TimeUnit.MILLISECONDS)) {
            exchange.send("x");
          }
        });
    Cli cli =
        Cli.run(
            "scrape",
            "--json",
            "--timeout",
            "500ms",
            "--retries",
            "0",
            server.url("/silent"),
            server.url("/headers"),
            server.url("/body"),
            server.url("/drip"),
            server.url("/good"));
    assertThat(cli.code()).isEqualTo(1);
    List<JsonNode> records = cli.lines().stream().map(JSON::readTree).toList();
    assertThat(records)
        .map(record -> record.get("error").asString(""))
        .satisfiesExactly(
            error -> assertThat(error).isEqualTo("timed out after 500 ms: no answer"),
            error -> assertThat(error).isEqualTo("timed out after 500 ms: no answer"),
            error ->
                assertThat(error)
                    .isEqualTo("timed out after 500 ms: HTTP 200, 19 bytes of the body"),
            error -> assertThat(error).startsWith("timed out after 500 ms: HTTP 200, "),
            error -> assertThat(error).isEmpty());
    assertThat(records.get(2).get("title").asString()).isEqualTo("half");
    assertThat(records.get(3).get("title").asString()).isEqualTo("drip");
    assertThat(records.subList(0, 4))
        .allSatisfy(record -> assertThat(record.get("millis").asLong()).isBetween(450L, 5_000L));
  }

  @Test
  void noMoreAtOnceForOneHostThanAsked() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    for (int i = 0; i < 30; i++) {
      server.on(
          "/" + i,
          exchange -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            boolean unused = exchange.closed().await(5, TimeUnit.MILLISECONDS);
            now.decrementAndGet();
            exchange.page(200, "", new byte[0]);
          });
    }
    String list =
        String.join("\n", IntStream.range(0, 30).mapToObj(i -> server.url("/" + i)).toList());
    Cli cli = Cli.run(list, Terminal.NONE, "scrape", "-q", "--per-host", "3");
    assertThat(cli.code()).isZero();
    assertThat(most.get()).isBetween(1, 3);
  }

  // --- progress and summary ---

  @Test
  void progressIsPlainInALogAndNothingWhenQuiet() {
    Cli cli = Cli.run("scrape", server.url("/good"), server.url("/404"));
    assertThat(cli.err())
        .contains("scrape: 100 %, 2/2")
        .contains("1 failed")
        .containsPattern("2 pages in .*: 1 good, 1 failed")
        .doesNotContain("\r", "\033");
    assertThat(Cli.run("scrape", "--quiet", server.url("/good")).err()).isEmpty();
  }

  @Test
  void progressOnATerminalIsALineThatGoesAway() {
    Terminal terminal = new Terminal(true, true, true, true, true, 80);
    Cli cli = Cli.run("", terminal, "scrape", server.url("/good"));
    assertThat(cli.err()).contains("\r\033[K").doesNotContain("scrape: ");
  }

  // --- ends ---

  @Test
  void whenNobodyReadsOnItEndsQuietly() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    OutputStream head =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }

          @Override
          public void write(byte[] b, int off, int len) throws IOException {
            if (writes.incrementAndGet() > 2) {
              throw new IOException("Broken pipe");
            }
          }
        };
    java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
    Stdio stdio = new Stdio(InputStream.nullInputStream(), head, err, Terminal.NONE);
    List<String> urls = java.util.Collections.nCopies(5_000, server.url("/good"));
    int code = run(new UrlList(urls, null, null), 50, true, stdio).run();
    assertThat(code).isZero();
    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(server.requests()).hasSizeLessThan(5_000);
  }

  @Test
  void stoppedItSaysWhatWasDone() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    server.on(
        "/stall",
        exchange -> {
          asked.countDown();
          exchange.stall();
        });
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
    Stdio stdio = new Stdio(InputStream.nullInputStream(), out, err, Terminal.NONE);
    // One at a time: the good one is done when the stalled one is asked for.
    UrlList list =
        new UrlList(
            List.of(server.url("/good"), server.url("/stall"), server.url("/404")), null, null);
    ListRun<Visit, Page> run = run(list, 1, false, stdio);
    FutureTask<Integer> task = new FutureTask<>(run::run);
    Thread.ofVirtual().start(task);
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    run.stop();
    assertThat(task.get(20, TimeUnit.SECONDS)).isEqualTo(130);
    assertThat(out.toString(UTF_8).lines()).hasSize(1);
    assertThat(err.toString(UTF_8))
        .containsPattern("interrupted after .*: 1 of 3 pages done, 0 of them failed");
  }

  @Test
  void aLongListNeverSitsInMemory() throws Exception {
    AtomicInteger read = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    server.on(
        "/first",
        exchange -> {
          go.await();
          exchange.page(200, "", new byte[0]);
        });
    int total = 3 * ListRun.AHEAD_MAX;
    InputStream in =
        new InputStream() {
          private byte[] line = (server.url("/first") + "\n").getBytes(UTF_8);
          private int at;

          @Override
          public int read() {
            if (at == line.length) {
              if (read.incrementAndGet() >= total) {
                return -1;
              }
              line = "nonsense\n".getBytes(UTF_8);
              at = 0;
            }
            return line[at++];
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            int b = read();
            if (b < 0) {
              return -1;
            }
            bytes[offset] = (byte) b;
            return 1;
          }
        };
    AtomicInteger written = new AtomicInteger();
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) {
            if (b == '\n') {
              written.incrementAndGet();
            }
          }
        };
    Stdio stdio = new Stdio(in, out, OutputStream.nullOutputStream(), Terminal.NONE);
    ListRun<Visit, Page> run = run(new UrlList(List.of(), null, in), 50, true, stdio);
    FutureTask<Integer> task = new FutureTask<>(run::run);
    Thread.ofVirtual().start(task);
    while (run.inputs().done() < ListRun.AHEAD_MAX - 1) {
      Thread.onSpinWait();
      assertThat(task.isDone()).isFalse();
    }
    assertThat(read.get()).isBetween(ListRun.AHEAD_MAX, ListRun.AHEAD_MAX + 3_000);
    assertThat(written.get()).isZero();
    go.countDown();
    assertThat(task.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(written.get()).isEqualTo(total);
  }

  private ListRun<Visit, Page> run(UrlList list, int atOnce, boolean quiet, Stdio stdio) {
    Duration timeout = Duration.ofMinutes(5);
    ScrapeOptions options = new ScrapeOptions(atOnce, atOnce, timeout, 0, 1_000_000);
    return new ListRun<>(
        new ScrapeWork(list, ScrapeTask.pages(scraper, options), timeout),
        PageFormat.FIELDS.json(),
        new ListRun.Settings("scrape", atOnce, quiet),
        stdio);
  }

  // --- wrong usage ---

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--concurrency 0|treadle scrape: --concurrency must be 1 to 10,000, not 0",
        "--concurrency many|treadle scrape: --concurrency: 'many' is not a whole number",
        "--timeout soon|treadle scrape: --timeout: 'soon' is not a duration; write it as 5s, 500ms, 2m, 1h30m or 1d",
        "--timeout 0|treadle scrape: --timeout must be more than 0 and at most 24h",
        "--max-bytes 10XB|treadle scrape: --max-bytes: '10XB' is not a size; write it as 10MB, 512KiB or 100000",
        "--retries -1|treadle scrape: --retries must be 0 to 100, not -1",
        "--file no-such-list.txt|treadle scrape: --file no-such-list.txt: there is no such file",
        "--file .|treadle scrape: --file .: is a folder",
        "--jason|treadle scrape: '--jason' is not an option; did you mean '--json'?",
      })
  void wrongUsageIsOneClearLine(String args, String message) {
    Cli cli = Cli.run(("scrape http://localhost/ " + args).split(" "));
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err().lines().findFirst()).contains(message);
    assertThat(cli.err()).endsWith("Try 'treadle scrape --help'.\n");
  }

  @Test
  void withoutUrlsOnATerminalItSaysHowToGiveThem() {
    Terminal terminal = new Terminal(true, true, true, false, false, 80);
    Cli cli = Cli.run("", terminal, "scrape");
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains("no URLs: name some, or give a list with --file FILE");
  }

  @Test
  void helpAndVersionGoToStandardOutput() {
    assertThat(Cli.run("scrape", "--help").out())
        .startsWith("Fetches web pages")
        .contains("--per-host");
    assertThat(Cli.run("--help").out()).contains("scrape");
    assertThat(Cli.run("--version").out()).startsWith("treadle ");
    assertThat(Cli.run("no-such-command").code()).isEqualTo(2);
  }
}
