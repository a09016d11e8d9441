package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.Main;
import dev.treadle.cli.terminal.Terminal;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Defect 21 of the tutorial's code, its scraper: "no retry, no size cap, 4xx/5xx treated as
/// success, `soup.title.string` may be None, error text only; the sample urls run at import". One
/// test each.
class TutorialScraperDefectsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private HostileServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private JsonNode scrape(int code, String... options) {
    List<String> args = new java.util.ArrayList<>(List.of("scrape", "--json", server.url("/")));
    args.addAll(List.of(options));
    Cli cli = Cli.run(args.toArray(String[]::new));
    assertThat(cli.code()).isEqualTo(code);
    return JSON.readTree(cli.out());
  }

  @Test
  void defect21NoRetry() {
    AtomicInteger asked = new AtomicInteger();
    server.on(
        "/",
        exchange -> {
          int status = asked.incrementAndGet() < 3 ? 503 : 200;
          exchange.page(status, "", new byte[0]);
        });
    JsonNode record = scrape(0);
    assertThat(record.get("attempts").asInt()).isEqualTo(3);
    assertThat(record.get("error").isNull()).isTrue();
  }

  @Test
  void defect21NoSizeCap() {
    server.on(
        "/",
        exchange -> {
          exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>vast</title>");
          while (true) {
            exchange.send("x".repeat(10_000));
          }
        });
    JsonNode record = scrape(1, "--max-bytes", "50kB");
    assertThat(record.get("error").asString()).isEqualTo("the body is over the limit of 50 kB");
    assertThat(record.get("title").asString()).isEqualTo("vast");
    assertThat(record.get("bytes").asLong()).isLessThan(200_000);
  }

  @Test
  void defect21ErrorStatusTakenForSuccess() {
    for (int status : new int[] {400, 404, 500, 503}) {
      server.on("/", exchange -> exchange.page(status, "", new byte[0]));
      JsonNode record = scrape(1, "--retries", "0");
      assertThat(record.get("status").asInt()).isEqualTo(status);
      assertThat(record.get("error").asString()).isEqualTo("HTTP " + status);
    }
  }

  @Test
  void defect21TitleIsNone() {
    // Beautiful Soup's .string is None here: the element has more than one child, or none.
    server.page("/", "text/html", "<title>a <!-- b --> &amp; <i>c</i></title>".getBytes(UTF_8));
    assertThat(scrape(0).get("title").asString()).isEqualTo("a <!-- b --> & <i>c</i>");
    server.page("/", "text/html", "<title></title>".getBytes(UTF_8));
    assertThat(scrape(0).get("title").isNull()).as("no title is null, not a word").isTrue();
  }

  @Test
  void defect21ErrorTextOnly() {
    server.on(
        "/",
        exchange ->
            exchange.page(404, "Content-Type: text/html", "<title>Lost</title>".getBytes(UTF_8)));
    JsonNode record = scrape(1);
    assertThat(record.get("url").asString()).isEqualTo(server.url("/"));
    assertThat(record.get("finalUrl").asString()).isEqualTo(server.url("/"));
    assertThat(record.get("title").asString()).isEqualTo("Lost");
    assertThat(record.get("length").asInt()).isEqualTo(19);
    assertThat(record.get("bytes").asInt()).isEqualTo(19);
    assertThat(record.get("attempts").asInt()).isEqualTo(1);
    assertThat(record.has("millis")).isTrue();
  }

  @Test
  void defect21RunsAtImport() throws Exception {
    // Loading every class of the command asks for nothing; only running it with URLs does.
    for (Class<?> type :
        List.of(
            Main.class, ScrapeCommand.class, ScrapeWork.class, ScrapeTask.class, Scraper.class)) {
      Class<?> unused = Class.forName(type.getName(), true, type.getClassLoader());
    }
    var unused =
        Main.commandLine(() -> {
          throw new AssertionError("nothing runs yet");
        });
    assertThat(Cli.run("", Terminal.NONE, "scrape").out()).isEmpty();
    assertThat(server.requests()).isEmpty();
  }
}
