package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.scrape.HostileServer.Answer;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What may pass is tried again, when the server wants it; what will not is not.
class ScrapeRetryTest {
  private HostileServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
    server.page("/good", "text/html", "<title>good</title>".getBytes(UTF_8));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static Answer status(int status, String header) {
    return exchange ->
        exchange.page(
            status,
            "Content-Type: text/html" + (header.isEmpty() ? "" : "\r\n" + header),
            ("<title>" + status + "</title>").getBytes(UTF_8));
  }

  /// The times at which a page was asked for that answers so at first, then well.
  private List<Long> once(String path, Answer first) {
    List<Long> times = new CopyOnWriteArrayList<>();
    server.on(
        path,
        exchange -> {
          times.add(System.nanoTime());
          if (times.size() == 1) {
            first.to(exchange);
          } else {
            status(200, "").to(exchange);
          }
        });
    return times;
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 501, 502, 503, 504, 507, 520, 599})
  void statusesThatMayPassAreTriedAgain(int status) {
    once("/once", status(status, ""));
    server.on("/always", status(status, ""));
    List<Row> rows =
        Scrape.of("--retries", "1", server.url("/once"), server.url("/good"), server.url("/always"))
            .rows();
    assertThat(rows.get(0).error()).isNull();
    assertThat(rows.get(0).title()).isEqualTo("200");
    assertThat(rows.get(0).attempts()).isEqualTo(2);
    assertThat(rows.get(1).attempts()).isEqualTo(1);
    assertThat(rows.get(2).error()).isEqualTo("HTTP " + status);
    assertThat(rows.get(2).status()).isEqualTo(status);
    assertThat(rows.get(2).title()).isEqualTo("" + status);
    assertThat(rows.get(2).length()).isEqualTo(18);
    assertThat(rows.get(2).bytes()).isEqualTo(18);
    assertThat(rows.get(2).finalUrl()).isEqualTo(server.url("/always"));
    assertThat(rows.get(2).attempts()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 405, 407, 408, 410, 418, 421, 425, 451, 499})
  void otherStatusesAreNot(int status) {
    server.on("/", status(status, "Retry-After: 0"));
    Row row = Scrape.of("--retries", "3", server.url("/")).only();
    assertThat(row.error()).isEqualTo("HTTP " + status);
    assertThat(row.title()).isEqualTo("" + status);
    assertThat(row.length()).isEqualTo(18);
    assertThat(row.attempts()).isEqualTo(1);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void connectionsThatFailAreTriedAgain() throws Exception {
    once("/cut", Cases.cuts("H"));
    server.on("/reset", Cases.resets());
    once("/half", Cases.cuts("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
    once("/chunk", Cases.cuts("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf"));
    List<Row> rows =
        Scrape.of(
                "--retries",
                "1",
                server.url("/cut"),
                server.url("/half"),
                server.url("/chunk"),
                server.url("/reset"),
                "http://127.0.0.1:" + ScrapeRedirectTest.refusedPort() + "/")
            .rows();
    for (Row row : rows.subList(0, 3)) {
      assertThat(row.error()).as(row.url()).isNull();
      assertThat(row.title()).isEqualTo("200");
      assertThat(row.attempts()).isEqualTo(2);
    }
    assertThat(rows.subList(3, 5))
        .extracting(Row::error)
        .containsExactly("connection reset", "connection refused");
    assertThat(rows.subList(3, 5)).extracting(Row::attempts).containsExactly(2, 2);
  }

  @Test
  void aConnectionThatEndsWithoutAByteIsAskedOnceMoreAtOnceAndThenTriedAgain() {
    server.on("/empty", Cases.cuts());
    Row row = Scrape.of("--retries", "1", server.url("/empty")).only();
    assertThat(row.error()).isEqualTo("connection closed without an answer");
    assertThat(row.attempts()).isEqualTo(2);
    assertThat(server.requests()).hasSizeBetween(2, 4);
  }

  @Test
  void eachAttemptHasItsOwnTimeout() {
    once("/slow", HostileServer.Exchange::stall);
    Row row = Scrape.of("--timeout", "3s", "--retries", "1", server.url("/slow")).only();
    assertThat(row.error()).isNull();
    assertThat(row.attempts()).isEqualTo(2);
  }

  @Test
  void theLastAttemptIsTheOneTold() {
    AtomicInteger count = new AtomicInteger();
    server.on(
        "/worse",
        exchange -> {
          switch (count.incrementAndGet()) {
            case 1 -> status(500, "").to(exchange);
            case 2 -> Cases.cuts("HTTP/1.1").to(exchange);
            default -> status(404, "").to(exchange);
          }
        });
    Row row = Scrape.of("--retries", "5", server.url("/worse")).only();
    assertThat(row.error()).isEqualTo("HTTP 404");
    assertThat(row.attempts()).isEqualTo(3);
    server.on(
        "/lost",
        exchange -> {
          if (count.getAndSet(0) > 0) {
            status(500, "").to(exchange);
          } else {
            Cases.cuts("HTTP/1.1").to(exchange);
          }
        });
    Row lost = Scrape.of("--retries", "1", server.url("/lost")).only();
    assertThat(lost.error()).startsWith("connection");
    assertThat(lost.attempts()).isEqualTo(2);
  }

  @Test
  void noRetriesMeansOneAttempt() {
    server.on("/", status(500, "Retry-After: 1"));
    assertThat(Scrape.of("--retries", "0", server.url("/")).only().attempts()).isEqualTo(1);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void theDefaultIsTwoRetries() {
    server.on("/", status(503, ""));
    dev.treadle.cli.Cli cli = dev.treadle.cli.Cli.run("scrape", "--json", server.url("/"));
    assertThat(Row.of(cli.out().strip()).attempts()).isEqualTo(3);
  }

  @Test
  void retryAfterIsHonoured() {
    String date = http(Duration.ofSeconds(5));
    List<Long> seconds = once("/seconds", status(503, "Retry-After: 2"));
    List<Long> dated = once("/date", status(429, "Retry-After: " + date));
    List<Long> spaced = once("/spaced", status(429, "RETRY-AFTER:    2   "));
    List<Row> rows =
        Scrape.of(
                "--retries",
                "1",
                server.url("/seconds"),
                server.url("/date"),
                server.url("/spaced"))
            .rows();
    assertThat(rows).allSatisfy(row -> assertThat(row.error()).isNull());
    for (List<Long> times : List.of(seconds, dated, spaced)) {
      assertThat(times).hasSize(2);
      assertThat(times.get(1) - times.get(0)).isGreaterThan(Duration.ofMillis(1_400).toNanos());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-1",
        "-99999999999",
        "soon",
        "",
        "1.5",
        "1e9",
        "0x99",
        "99 seconds",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Mon, 99 Foo 2099 99:99:99 GMT",
        "\u00ff",
      })
  void aRetryAfterThatIsPastOrRubbishIsANormalRetry(String value) {
    once("/", status(503, "Retry-After: " + value));
    Row row = Scrape.of("--retries", "1", server.url("/")).only();
    assertThat(row.error()).isNull();
    assertThat(row.attempts()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "31",
        "0000031",
        "3600",
        "99999999999",
        "99999999999999999999999999",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "in an hour",
      })
  void aRetryAfterOfMoreThanHalfAMinuteEndsTheRecord(String value) {
    String sent = value.equals("in an hour") ? http(Duration.ofHours(1)) : value;
    server.on("/", status(503, "Retry-After: " + sent));
    Row row = Scrape.of("--retries", "3", server.url("/")).only();
    assertThat(row.error()).startsWith("HTTP 503").contains("30 s");
    assertThat(row.status()).isEqualTo(503);
    assertThat(row.title()).isEqualTo("503");
    assertThat(row.attempts()).isEqualTo(1);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void theOldFormsOfADateAreDatesToo() {
    ZonedDateTime then = ZonedDateTime.now(ZoneOffset.UTC).plusDays(300);
    server.on(
        "/850", status(503, "Retry-After: " + format("EEEE, dd-MMM-yy HH:mm:ss 'GMT'", then)));
    server.on("/asc", status(503, "Retry-After: " + format("EEE MMM ppd HH:mm:ss yyyy", then)));
    for (String path : List.of("/850", "/asc")) {
      Row row = Scrape.of("--retries", "1", server.url(path)).only();
      assertThat(row.error()).as(path).contains("30 s");
      assertThat(row.attempts()).isEqualTo(1);
    }
  }

  @Test
  void aRetryAfterOnAMissingPageOrAGoodOneMeansNothing() {
    server.on("/missing", status(404, "Retry-After: 3600"));
    server.on("/fine", status(200, "Retry-After: 3600"));
    List<Row> rows =
        Scrape.of("--retries", "3", server.url("/missing"), server.url("/fine")).rows();
    assertThat(rows.get(0).error()).isEqualTo("HTTP 404");
    assertThat(rows.get(1).error()).isNull();
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void whoWaitsTakesNoPlace() {
    once("/busy", status(429, "Retry-After: 2"));
    List<Row> rows =
        Scrape.of(
                "-c",
                "1",
                "--retries",
                "1",
                server.url("/busy"),
                server.url("/good"),
                server.url("/good"))
            .rows();
    assertThat(rows).extracting(Row::title).containsExactly("200", "good", "good");
    assertThat(server.requests())
        .extracting(line -> line.split(" ")[1])
        .containsExactly("/busy", "/good", "/good", "/busy");
  }

  @Test
  void whatWillNotPassIsTriedOnce() {
    server.on("/garbage", Cases.stalls("garbage\r\n\r\n"));
    server.on("/loop", "HTTP/1.1 302 X\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n");
    server.on(
        "/large",
        Cases.stalls("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", "x".repeat(20_000)));
    server.on("/packed", exchange -> exchange.page(200, "Content-Encoding: br", new byte[3]));
    List<Row> rows =
        Scrape.of(
                "--retries",
                "3",
                server.url("/garbage"),
                server.url("/loop"),
                server.url("/large"),
                server.url("/packed"),
                "http://treadle.invalid/",
                "not a URL")
            .rows();
    assertThat(rows).allSatisfy(row -> assertThat(row.error()).isNotNull());
    assertThat(rows)
        .allSatisfy(row -> assertThat(row.attempts()).as(row.url()).isLessThanOrEqualTo(1));
    assertThat(rows.get(4).error()).isEqualTo("host not found");
  }

  private static String http(Duration from) {
    return format("EEE, dd MMM yyyy HH:mm:ss 'GMT'", ZonedDateTime.now(ZoneOffset.UTC).plus(from));
  }

  private static String format(String pattern, ZonedDateTime time) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
  }
}
