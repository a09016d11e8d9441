package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.Snooze;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One attempt against servers that do it all wrong.
class ScraperTest {
  private static final long LIMIT = 100_000;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final Scraper scraper = new Scraper(LIMIT, now::get);
  private HostileServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
  }

  @AfterEach
  void stop() throws Exception {
    scraper.close();
    server.close();
  }

  private Page scrape(String path) throws Exception {
    return scraper.scrape(new Visit(server.url(path)));
  }

  private ScrapeFailure failure(String path) {
    return failureOf(server.url(path));
  }

  private ScrapeFailure failureOf(String url) {
    return catchThrowableOfType(ScrapeFailure.class, () -> scraper.scrape(new Visit(url)));
  }

  private void assertServerStillServes() throws Exception {
    server.page("/good", "text/html", "<title>good</title>".getBytes(UTF_8));
    assertThat(scrape("/good").title()).isEqualTo("good");
  }

  @Test
  void aGoodPageGivesAWholeRecord() throws Exception {
    byte[] body = "<title>Grüße 😀</title>x".getBytes(UTF_8);
    server.page("/", "text/html; charset=utf-8", body);
    Page page = scrape("/");
    assertThat(page)
        .isEqualTo(
            new Page(
                server.url("/"),
                server.url("/"),
                200,
                "Grüße 😀",
                23L,
                body.length,
                page.millis(),
                1,
                null,
                null));
  }

  // --- character sets ---

  @Test
  void aByteOrderMarkBeatsTheHeader() throws Exception {
    server.page("/8", "text/html; charset=iso-8859-1", "\uFEFF<title>ä€</title>".getBytes(UTF_8));
    server.page("/be", "text/html; charset=utf-8", "\uFEFF<title>ä€</title>".getBytes(UTF_16BE));
    server.page("/le", "text/html", "\uFEFF<title>ä€</title>".getBytes(UTF_16LE));
    for (String path : new String[] {"/8", "/be", "/le"}) {
      Page page = scrape(path);
      assertThat(page.title()).isEqualTo("ä€");
      assertThat(page.length()).as("the mark is no character of the text").isEqualTo(17);
    }
  }

  @Test
  void theHeaderBeatsTheMeta() throws Exception {
    byte[] body = "<meta charset=iso-8859-1><title>ä</title>".getBytes(UTF_8);
    server.page("/", "text/html;Charset=\"UTF-8\"", body);
    assertThat(scrape("/").title()).isEqualTo("ä");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<meta charset=windows-1251>|windows-1251|Привет",
        "<meta charset='Shift_JIS'>|windows-31j|日本語",
        "<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=gb2312'>|GB18030|中文",
        "<meta name=x content=y><meta charset=euc-kr>|EUC-KR|한국",
        "<meta charset=latin1>|windows-1252|€uro",
        "<!-- <meta charset=utf-8> --><meta charset=koi8-r>|KOI8-R|Привет",
        "<meta charset=no-such-thing>|UTF-8|ä",
        "<meta charset=utf-16>|UTF-8|ä",
        "<p>|UTF-8|plain utf-8 ä",
        "<p>|windows-1252|old text ä €",
      })
  void otherwiseTheMetaThenTheBytesTell(String head, String charset, String title)
      throws Exception {
    byte[] body = (head + "<title>" + title + "</title>").getBytes(Charset.forName(charset));
    server.page("/", "text/html", body);
    assertThat(scrape("/").title()).isEqualTo(title);
  }

  @Test
  void anXmlDeclarationTellsTheCharset() throws Exception {
    String xml = "<?xml version='1.0' encoding='ISO-8859-1'?><html><title>ä</title></html>";
    server.page("/", "application/xhtml+xml", xml.getBytes(ISO_8859_1));
    assertThat(scrape("/").title()).isEqualTo("ä");
  }

  @Test
  void charactersAcrossBufferBordersAreWhole() throws Exception {
    String text = "a" + "😀".repeat(20_000);
    server.page("/", "text/plain; charset=utf-8", text.getBytes(UTF_8));
    assertThat(scrape("/").length()).isEqualTo(20_001);
  }

  // --- what is not a page ---

  @Test
  void binaryHasNoTitleAndNoLength() throws Exception {
    server.page("/", "image/png", "<title>no</title>".getBytes(UTF_8));
    Page page = scrape("/");
    assertThat(page.title()).isNull();
    assertThat(page.length()).isNull();
    assertThat(page.bytes()).isEqualTo(17);
  }

  @Test
  void plainTextAndSvgHaveNoTitle() throws Exception {
    server.page("/text", "text/plain", "<title>no</title>".getBytes(UTF_8));
    server.page("/svg", "image/svg+xml", "<svg><title>no</title></svg>".getBytes(UTF_8));
    assertThat(scrape("/text").title()).isNull();
    assertThat(scrape("/text").length()).isEqualTo(17);
    assertThat(scrape("/svg").title()).isNull();
  }

  @Test
  void withoutATypeTheBytesTell() throws Exception {
    server.on("/", exchange -> exchange.page(200, "", " <title>x</title>".getBytes(UTF_8)));
    server.on("/zero", exchange -> exchange.page(200, "", new byte[] {'<', 0, 1}));
    assertThat(scrape("/").title()).isEqualTo("x");
    assertThat(scrape("/zero").length()).isNull();
  }

  @Test
  void anEmptyBodyIsAPageWithoutTitle() throws Exception {
    server.page("/", "text/html", new byte[0]);
    server.on("/204", "HTTP/1.1 204 No Content\r\n\r\n");
    server.on("/gzip", exchange -> exchange.page(200, "Content-Encoding: gzip", new byte[0]));
    assertThat(scrape("/").length()).isEqualTo(0);
    assertThat(scrape("/204").status()).isEqualTo(204);
    assertThat(scrape("/gzip").length()).isEqualTo(0);
  }

  // --- packed bodies ---

  @Test
  void gzipIsUnpackedAndBytesAreThoseOfTheWire() throws Exception {
    byte[] plain = ("<title>packed</title>" + "x".repeat(10_000)).getBytes(UTF_8);
    byte[] packed = HostileServer.gzip(plain);
    String header = "Content-Type: text/html\r\nContent-Encoding: gzip";
    server.on("/", exchange -> exchange.page(200, header, packed));
    Page page = scrape("/");
    assertThat(page.title()).isEqualTo("packed");
    assertThat(page.length()).isEqualTo(plain.length);
    assertThat(page.bytes()).isEqualTo(packed.length);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deflateUnaskedIsUnpacked(boolean zlib) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (var out = new DeflaterOutputStream(packed, new java.util.zip.Deflater(9, !zlib))) {
      out.write("<title>deflated</title>".getBytes(UTF_8));
    }
    String header = "Content-Type: text/html\r\nContent-Encoding: deflate";
    server.on("/", exchange -> exchange.page(200, header, packed.toByteArray()));
    assertThat(scrape("/").title()).isEqualTo("deflated");
  }

  @Test
  void anUnknownPackingIsTold() throws Exception {
    server.on("/", exchange -> exchange.page(200, "Content-Encoding: br", new byte[10]));
    assertThat(failure("/")).hasMessage("the body is packed with br, which was not asked for");
    assertServerStillServes();
  }

  @Test
  void aGzipBombStopsAtTheLimit() throws Exception {
    byte[] packed = HostileServer.gzip(new byte[50_000_000]);
    assertThat(packed.length).isLessThan((int) LIMIT);
    String header = "Content-Type: text/html\r\nContent-Encoding: gzip";
    server.on("/", exchange -> exchange.page(200, header, packed));
    ScrapeFailure failure = failure("/");
    assertThat(failure).hasMessage("the unpacked body is over the limit of 100 kB");
    assertThat(failure.retryable()).isFalse();
    assertServerStillServes();
  }

  @Test
  void brokenAndShortGzipAreTold() throws Exception {
    byte[] packed = HostileServer.gzip("x".repeat(5_000).getBytes(UTF_8));
    byte[] half = java.util.Arrays.copyOf(packed, packed.length / 2);
    String header = "Content-Type: text/html\r\nContent-Encoding: gzip";
    server.on("/short", exchange -> exchange.page(200, header, half));
    server.on("/broken", exchange -> exchange.page(200, header, "not gzip".getBytes(UTF_8)));
    assertThat(failure("/short")).hasMessage("the gzip data ends too early");
    assertThat(failure("/broken")).hasMessageStartingWith("broken gzip: ");
  }

  // --- limits ---

  @Test
  void aBodyOverTheLimitKeepsWhatIsKnown() throws Exception {
    byte[] body = ("<title>big</title>" + "x".repeat(200_000)).getBytes(UTF_8);
    server.page("/", "text/html", body);
    Page page = failure("/").page();
    assertThat(page.error()).isEqualTo("the body is over the limit of 100 kB");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.title()).isEqualTo("big");
    assertThat(page.length()).isNull();
    assertThat(page.bytes()).as("what it took to find the title").isBetween(16L, LIMIT + 1);
    assertServerStillServes();
  }

  @Test
  void aBodyOfExactlyTheLimitPasses() throws Exception {
    server.page("/", "text/plain", new byte[(int) LIMIT]);
    assertThat(scrape("/").bytes()).isEqualTo(LIMIT);
  }

  @Test
  void anEndlessBodyStopsAtTheLimit() {
    server.on(
        "/",
        exchange -> {
          exchange.send("HTTP/1.1 200 OK\r\n\r\n");
          while (true) {
            exchange.send("more ".repeat(1_000));
          }
        });
    assertThat(failure("/")).hasMessage("the body is over the limit of 100 kB");
  }

  // --- broken connections ---

  @Test
  void aContentLengthThatIsTooLongIsACut() throws Exception {
    server.on(
        "/",
        exchange -> {
          exchange.send(
              "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n"
                  + "<title>cut</title>");
          exchange.cut();
        });
    ScrapeFailure failure = failure("/");
    assertThat(failure).hasMessage("connection cut: Content-Length says 100 bytes, 18 came");
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.page().title()).isEqualTo("cut");
    assertThat(failure.page().bytes()).isEqualTo(18);
    assertServerStillServes();
  }

  @Test
  void aContentLengthThatIsTooShortHarmsNoOther() throws Exception {
    server.on(
        "/",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\n"
            + "<title>abc</title>HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nBAD");
    assertThat(scrape("/").title()).isEqualTo("abc");
    assertServerStillServes();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "this is not HTTP at all\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: twelve\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        "\r\n\r\n\r\n\u0001\u0002\u0003",
      })
  void garbageIsTold(String response) throws Exception {
    server.on(
        "/",
        exchange -> {
          exchange.send(response);
          exchange.cut();
        });
    ScrapeFailure failure = failure("/");
    // The connection ends right behind the garbage. Where the client sees that end first, garbage
    // is not what it can tell, and another try is right.
    if (failure.retryable()) {
      assertThat(failure.getMessage())
          .isIn(
              "connection closed without an answer", "connection cut in the middle of the headers");
    } else {
      assertThat(failure.getMessage()).startsWith("not valid HTTP: ");
    }
    assertServerStillServes();
  }

  @Test
  void aChunkedBodyCutInTheMiddleIsTold() throws Exception {
    server.on(
        "/",
        exchange -> {
          exchange.send(
              "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
                  + "12\r\n<title>cut</title>\r\n40\r\nhalf");
          exchange.cut();
        });
    ScrapeFailure failure = failure("/");
    assertThat(failure).hasMessage("connection cut in the middle of the body");
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.page().title()).isEqualTo("cut");
  }

  @Test
  void aResetIsToldAndRetried() throws Exception {
    server.on("/", HostileServer.Exchange::reset);
    server.on(
        "/body",
        exchange -> {
          exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
          exchange.reset();
        });
    ScrapeFailure failure = failure("/");
    assertThat(failure).hasMessage("connection reset");
    assertThat(failure.retryable()).isTrue();
    assertThat(failure("/body").retryable()).isTrue();
    assertServerStillServes();
  }

  @Test
  void aSilentCloseIsToldAndRetried() {
    server.on("/", HostileServer.Exchange::cut);
    ScrapeFailure failure = failure("/");
    assertThat(failure).hasMessage("connection closed without an answer");
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void aRefusedConnectionIsToldAndRetried() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    ScrapeFailure failure = failureOf("http://127.0.0.1:" + port + "/");
    assertThat(failure).hasMessage("connection refused");
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.page().status()).isNull();
    assertThat(failure.page().finalUrl()).isNull();
  }

  @Test
  void anUnknownHostIsToldAndNotRetried() {
    ScrapeFailure failure = failureOf("http://no-such-host.invalid/");
    assertThat(failure).hasMessage("host not found");
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void aBadUrlIsToldAndNotRetried() {
    ScrapeFailure failure = failureOf("example.com");
    assertThat(failure).hasMessage("bad URL: no http:// or https:// in front");
    assertThat(failure.retryable()).isFalse();
    assertThat(failure.page().url()).isEqualTo("example.com");
  }

  // --- redirects ---

  private void redirect(String from, String to) {
    server.on(
        from,
        exchange ->
            exchange.send(
                "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 2\r\n\r\nhi"));
  }

  @Test
  void twentyRedirectsAreFollowedAndNoMore() throws Exception {
    for (int i = 0; i < 21; i++) {
      redirect("/" + i, "/" + (i + 1));
    }
    server.page("/21", "text/html", "<title>end</title>".getBytes(UTF_8));
    Page page = scrape("/1");
    assertThat(page.title()).isEqualTo("end");
    assertThat(page.url()).isEqualTo(server.url("/1"));
    assertThat(page.finalUrl()).isEqualTo(server.url("/21"));
    assertThat(failure("/0")).hasMessage("more than 20 redirects");
  }

  @Test
  void aRedirectLoopIsTold() {
    redirect("/a", "/b");
    redirect("/b", "/a");
    assertThat(failure("/a")).hasMessage("the redirects go round in a circle");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void aRedirectAwayFromHttpIsRefused() {
    redirect("/", "file:///etc/passwd");
    Page page = failure("/").page();
    assertThat(page.error()).startsWith("redirect refused: file is not http or https");
    assertThat(page.status()).isEqualTo(302);
  }

  @Test
  void aRedirectWithoutTargetIsTold() {
    server.on("/", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    assertThat(failure("/")).hasMessage("HTTP 302 without a Location");
  }

  // --- statuses ---

  @ParameterizedTest
  @CsvSource({"400,false", "404,false", "410,false", "429,true", "500,true", "503,true"})
  void anErrorStatusIsAnErrorAndKeepsThePage(int status, boolean retryable) {
    byte[] body = "<title>sorry</title>".getBytes(UTF_8);
    server.on("/", exchange -> exchange.page(status, "Content-Type: text/html", body));
    ScrapeFailure failure = failure("/");
    assertThat(failure).hasMessage("HTTP " + status);
    assertThat(failure.retryable()).isEqualTo(retryable);
    assertThat(failure.page().status()).isEqualTo(status);
    assertThat(failure.page().title()).isEqualTo("sorry");
    assertThat(failure.page().length()).isEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"20", "Thu, 01 Jan 2026 00:00:20 GMT"})
  void aPauseTheServerAsksForIsKept(String header) throws Exception {
    server.on("/", exchange -> exchange.page(429, "Retry-After: " + header, new byte[0]));
    Visit visit = new Visit(server.url("/"));
    assertThatThrownBy(() -> scraper.scrape(visit)).hasMessage("HTTP 429");

    now.set(now.get().plusSeconds(5));
    assertThatThrownBy(() -> scraper.scrape(visit))
        .isInstanceOfSatisfying(
            Snooze.class,
            snooze -> assertThat(snooze.duration()).isEqualTo(Duration.ofSeconds(15)));
    assertThat(server.requests()).hasSize(1);
    assertThat(visit.seen().attempts()).as("a pause is no attempt").isEqualTo(1);

    now.set(now.get().plusSeconds(15));
    server.page("/", "text/html", "<title>now</title>".getBytes(UTF_8));
    assertThat(scraper.scrape(visit).title()).isEqualTo("now");
    assertThat(visit.seen().attempts()).isEqualTo(2);
  }

  @Test
  void aPauseThatIsTooLongEndsTheRecord() {
    server.on("/", exchange -> exchange.page(503, "Retry-After: 31", new byte[0]));
    ScrapeFailure failure = failure("/");
    assertThat(failure)
        .hasMessage("HTTP 503, Retry-After is 31 s, over the 30 s that are waited for");
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void aPauseNobodyUnderstandsIsIgnored() {
    server.on("/", exchange -> exchange.page(503, "Retry-After: soon", new byte[0]));
    assertThat(failure("/").retryable()).isTrue();
  }

  // --- interrupts: how the timeout of the task reaches in here ---

  @Test
  void anInterruptEndsAWaitForAnAnswer() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    server.on(
        "/",
        exchange -> {
          asked.countDown();
          exchange.stall();
        });
    Visit visit = new Visit(server.url("/"));
    assertInterruptEnds(visit, asked);
    assertThat(visit.seen().status()).isNull();
  }

  @Test
  void anInterruptEndsABodyThatStalls() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    server.on(
        "/",
        exchange -> {
          exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
          asked.countDown();
          exchange.stall();
        });
    assertInterruptEnds(new Visit(server.url("/")), asked);
  }

  @Test
  void anInterruptEndsAnEndlessBodyAndKeepsWhatIsKnown() throws Exception {
    CountDownLatch much = new CountDownLatch(1);
    server.on(
        "/",
        exchange -> {
          exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>long</title>");
          byte[] piece = "x".repeat(100_000).getBytes(UTF_8);
          for (long sent = 0; true; sent += piece.length) {
            exchange.send(piece);
            if (sent > 50_000_000) { // far beyond what sockets buffer: the client has read
              much.countDown();
            }
          }
        });
    Visit visit = new Visit(server.url("/"));
    try (Scraper patient = new Scraper(Long.MAX_VALUE, now::get)) {
      assertInterruptEnds(patient, visit, much);
    }
    assertThat(visit.seen().status()).isEqualTo(200);
    assertThat(visit.seen().title()).isEqualTo("long");
    assertThat(visit.seen().bytes()).isPositive();
  }

  private void assertInterruptEnds(Visit visit, CountDownLatch ready) throws Exception {
    assertInterruptEnds(scraper, visit, ready);
  }

  private void assertInterruptEnds(Scraper scraper, Visit visit, CountDownLatch ready)
      throws Exception {
    FutureTask<Throwable> attempt =
        new FutureTask<>(() -> {
          try {
            scraper.scrape(visit);
            return new AssertionError("it ended");
          } catch (Throwable thrown) {
            return thrown;
          }
        });
    Thread thread = Thread.ofVirtual().start(attempt);
    assertThat(ready.await(20, TimeUnit.SECONDS)).isTrue();
    thread.interrupt();
    assertThat(attempt.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    assertServerStillServes();
  }
}
