package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Redirects lead where a browser would go, and nowhere else.
class ScrapeRedirectTest {
  private HostileServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
    server.page("/good", "text/html", "<title>good</title>".getBytes(UTF_8));
    server.page("/a/b", "text/html", "<title>good</title>".getBytes(UTF_8));
    server.page("/good?q=1&r=2", "text/html", "<title>query</title>".getBytes(UTF_8));
    server.page("/caf%C3%A9", "text/html", "<title>coffee</title>".getBytes(UTF_8));
    server.page("/a/from?x=1", "text/html", "<title>query</title>".getBytes(UTF_8));
    server.page("/a/c//d", "text/html", "<title>empty segment</title>".getBytes(UTF_8));
    server.page("/a//%C3%BC/d", "text/html", "<title>umlaut</title>".getBytes(UTF_8));
    server.page("/a%20b", "text/html", "<title>blank</title>".getBytes(UTF_8));
    server.page("/100%25", "text/html", "<title>percent</title>".getBytes(UTF_8));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private void redirect(String path, int status, String location) {
    byte[] bytes = location.getBytes(UTF_8);
    String raw = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    server.on(
        path, "HTTP/1.1 " + status + " X\r\nLocation: " + raw + "\r\nContent-Length: 0\r\n\r\n");
  }

  /// Scrapes a page that redirects there, and good ones around it.
  private Row to(String location) {
    redirect("/a/from", 302, location);
    return visit("/a/from");
  }

  private Row visit(String path) {
    List<Row> rows =
        Scrape.of("-c", "1", server.url("/good"), server.url(path), server.url("/good")).rows();
    assertThat(rows)
        .extracting(Row::url)
        .containsExactly(server.url("/good"), server.url(path), server.url("/good"));
    assertThat(rows.getFirst().title()).isEqualTo("good");
    assertThat(rows.getLast().title()).isEqualTo("good");
    return rows.get(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void eachKindIsFollowed(int status) {
    redirect("/from", status, "/good");
    Row row = visit("/from");
    assertThat(row.error()).isNull();
    assertThat(row.status()).isEqualTo(200);
    assertThat(row.finalUrl()).isEqualTo(server.url("/good"));
    assertThat(row.title()).isEqualTo("good");
    assertThat(row.attempts()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 304, 305, 306, 399})
  void otherKindsAreNot(int status) {
    redirect("/from", status, "/good");
    Row row = visit("/from");
    assertThat(row.status()).isEqualTo(status);
    assertThat(row.finalUrl()).isEqualTo(server.url("/from"));
  }

  @Test
  void aLocationOnAGoodPageOrAMissingOneIsNoRedirect() {
    redirect("/fine", 200, "/good");
    redirect("/missing", 404, "/good");
    redirect("/created", 201, "/good");
    assertThat(visit("/fine").finalUrl()).isEqualTo(server.url("/fine"));
    assertThat(visit("/created").status()).isEqualTo(201);
    assertThat(visit("/missing").error()).isEqualTo("HTTP 404");
  }

  @ParameterizedTest
  @CsvSource({
    "/good, /good, good",
    "../good, /good, good",
    "../../../good, /good, good",
    "./b, /a/b, good",
    "b, /a/b, good",
    "/a/./c/../b, /a/b, good",
    "/a/%2e/c/%2E%2e/b, /a/b, good",
    "?x=1, /a/from?x=1, query",
    "c//d, /a/c//d, empty segment",
    "/a//\u00fc/d, /a//%C3%BC/d, umlaut",
    "/good?q=1&r=2, /good?q=1&r=2, query",
    "/caf%C3%A9, /caf%C3%A9, coffee",
    "/café, /caf%C3%A9, coffee",
    "/a%20b, /a%20b, blank",
    "/a b, /a%20b, blank",
    "/100%25, /100%25, percent",
    "'\t /good \t', /good, good",
  })
  void theTargetIsResolvedAsInABrowser(String location, String path, String title) {
    Row row = to(location);
    assertThat(row.error()).isNull();
    assertThat(row.title()).isEqualTo(title);
    assertThat(row.finalUrl()).isEqualTo(server.url(path));
  }

  @Test
  void wholeAndProtocolRelativeTargetsAreFollowed() {
    assertThat(to(server.url("/good")).title()).isEqualTo("good");
    assertThat(to(server.url("/good").replace("http:", "HTTP:")).title()).isEqualTo("good");
    assertThat(to(server.url("/good").replace("http:", "")).title()).isEqualTo("good");
  }

  @Test
  void theFragmentIsNotSent() {
    assertThat(to("/good#part").title()).isEqualTo("good");
    assertThat(to("/good?q=1&r=2#a?b#c").title()).isEqualTo("query");
    assertThat(visit("/good#part").title()).isEqualTo("good");
    assertThat(server.requests()).noneMatch(line -> line.contains("#"));
  }

  @Test
  void aTargetOnAnotherServerIsAskedThere() throws Exception {
    try (HostileServer other = new HostileServer()) {
      other.page("/there", "text/html", "<title>there</title>".getBytes(UTF_8));
      Row row = to(other.url("/there"));
      assertThat(row.title()).isEqualTo("there");
      assertThat(row.finalUrl()).isEqualTo(other.url("/there"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "file:///etc/passwd, redirect refused: file is not http or https",
    "FILE:///etc/passwd, redirect refused: file is not http or https",
    "file:/etc/passwd, redirect refused: file is not http or https",
    "ftp://127.0.0.1/x, redirect refused: ftp is not http or https",
    "javascript:alert(1), redirect refused: javascript is not http or https",
    "'data:text/html,<title>x</title>', redirect refused: data is not http or https",
    "jar:file:/x.jar!/y, redirect refused: jar is not http or https",
    "about:blank, redirect refused: about is not http or https",
    "mailto:a@b.example, redirect refused: mailto is not http or https",
    "ws://127.0.0.1/, redirect refused: ws is not http or https",
  })
  void otherSchemesAreRefused(String location, String error) {
    Row row = to(location);
    assertThat(row.error()).isEqualTo(error + " (Location: " + location + ")");
    assertThat(row.status()).isEqualTo(302);
    assertThat(row.finalUrl()).isEqualTo(server.url("/a/from"));
    assertThat(row.attempts()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://",
        "http:///",
        "//",
        "http://[::1",
        "http://[::zz]/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "http://a b/",
        "http://%00/",
        "http://exa<mple/",
        "://",
      })
  void aTargetThatIsNoUrlIsNamed(String location) {
    Row row = to(location);
    assertThat(row.error())
        .startsWith("redirect refused: ")
        .endsWith(" (Location: " + location + ")");
    assertThat(row.status()).isEqualTo(302);
    assertThat(row.attempts()).isEqualTo(1);
  }

  @Test
  void aRedirectToNowhereIsNoSuccess() {
    server.on("/none", "HTTP/1.1 302 X\r\nContent-Length: 0\r\n\r\n");
    server.on("/empty", "HTTP/1.1 302 X\r\nLocation:\r\nContent-Length: 0\r\n\r\n");
    for (String path : List.of("/none", "/empty")) {
      Row row = visit(path);
      assertThat(row.status()).isEqualTo(302);
      assertThat(row.error()).isNotNull();
      assertThat(row.finalUrl()).isEqualTo(server.url(path));
    }
  }

  private void chain(int redirects) {
    for (int i = redirects; i > 0; i--) {
      redirect("/" + i, 302, i == 1 ? "/good" : "/" + (i - 1));
    }
  }

  @Test
  void twentyAreFollowedTheNextIsNot() {
    chain(22);
    assertThat(visit("/20").error()).isNull();
    assertThat(visit("/20").title()).isEqualTo("good");
    Row row = visit("/21");
    assertThat(row.error()).isEqualTo("more than 20 redirects");
    assertThat(row.status()).isEqualTo(302);
    assertThat(row.finalUrl()).isEqualTo(server.url("/1"));
    assertThat(row.attempts()).isEqualTo(1);
    assertThat(visit("/22").error()).isEqualTo("more than 20 redirects");
  }

  @Test
  void howManyAreFollowedCanBeSaid() {
    chain(40);
    String url = server.url("/30");
    assertThat(Scrape.of("--max-redirects", "30", url).only().error()).isNull();
    assertThat(Scrape.of("--max-redirects", "29", url).only().error())
        .isEqualTo("more than 29 redirects");
    assertThat(Scrape.of("--max-redirects", "0", url).only().error())
        .isEqualTo("more than 0 redirects");
  }

  @Test
  void circlesAreSeen() {
    redirect("/self", 301, "/self");
    redirect("/self-fragment", 301, "/self-fragment#x");
    redirect("/one", 302, "/two");
    redirect("/two", 302, "/one");
    redirect("/into", 302, "/self");
    redirect("/empty", 302, "");
    redirect("/fragment", 302, "#x");
    for (String path : List.of("/self", "/self-fragment", "/one", "/into", "/empty", "/fragment")) {
      Row row = visit(path);
      assertThat(row.error()).as(path).isEqualTo("the redirects go round in a circle");
      assertThat(row.attempts()).isEqualTo(1);
      assertThat(row.status()).isBetween(301, 302);
    }
  }

  @Test
  void aRedirectIntoNothingFailsWithWhatHappenedThere() throws Exception {
    int refused = refusedPort();
    Row row = to("http://127.0.0.1:" + refused + "/");
    assertThat(row.error())
        .isEqualTo("connection refused after a redirect to http://127.0.0.1:" + refused + "/");
    assertThat(row.status()).isEqualTo(302);
    assertThat(row.finalUrl()).isEqualTo(server.url("/a/from"));
    Row unknown = to("http://treadle.invalid/");
    assertThat(unknown.error())
        .isEqualTo("host not found after a redirect to http://treadle.invalid/");
    server.on("/cut", Cases.cuts());
    assertThat(to("/cut").error()).contains("connection");
    assertThat(to("/cut").status()).isEqualTo(302);
  }

  @Test
  void aTargetThatFailsIsTriedAgainFromTheStart() throws Exception {
    redirect("/from", 302, "/flaky");
    List<String> seen = new ArrayList<>();
    server.on(
        "/flaky",
        exchange -> {
          seen.add("x");
          if (seen.size() == 1) {
            exchange.page(503, "", new byte[0]);
          } else {
            exchange.page(200, "Content-Type: text/html", "<title>now</title>".getBytes(UTF_8));
          }
        });
    Row row = Scrape.of("--retries", "1", server.url("/from")).only();
    assertThat(row.title()).isEqualTo("now");
    assertThat(row.attempts()).isEqualTo(2);
    assertThat(server.requests()).hasSize(4);
  }

  @Test
  void theErrorOfTheTargetCounts() {
    server.on(
        "/gone",
        exchange ->
            exchange.page(410, "Content-Type: text/html", "<title>gone</title>".getBytes(UTF_8)));
    Row row = to("/gone");
    assertThat(row.error()).isEqualTo("HTTP 410");
    assertThat(row.title()).isEqualTo("gone");
    assertThat(row.finalUrl()).isEqualTo(server.url("/gone"));
  }

  @Test
  void theBodyOfARedirectIsNotWaitedFor() {
    String head = "HTTP/1.1 302 X\r\nLocation: /good\r\nContent-Type: text/html\r\n";
    server.on("/stalled", Cases.stalls(head, "Content-Length: 100\r\n\r\n<title>moved"));
    server.on("/huge", Cases.stalls(head, "Content-Length: 999999999999\r\n\r\n"));
    server.on("/cut", Cases.cuts(head, "Content-Length: 100\r\n\r\n<title>moved"));
    server.on("/chunks", Cases.stalls(head, "Transfer-Encoding: chunked\r\n\r\n5\r\nmoved"));
    server.on("/packed", Cases.says(head, "Content-Encoding: br\r\nContent-Length: 3\r\n\r\nabc"));
    server.on(
        "/endless",
        exchange -> {
          exchange.send(head + "\r\n");
          while (true) {
            exchange.send("x".repeat(10_000));
          }
        });
    for (String path : List.of("/stalled", "/huge", "/cut", "/chunks", "/packed", "/endless")) {
      Row row = visit(path);
      assertThat(row.error()).as(path).isNull();
      assertThat(row.title()).isEqualTo("good");
      assertThat(row.bytes()).isEqualTo(19);
    }
  }

  @Test
  void neitherReferrerNorPasswordGoesAlong() throws Exception {
    try (HostileServer other = new HostileServer()) {
      other.page("/there", "text/html", "<title>there</title>".getBytes(UTF_8));
      redirect("/secret", 302, other.url("/there"));
      Row row = Scrape.of(server.url("/secret").replace("http://", "http://user:secret@")).only();
      assertThat(other.headers())
          .noneMatch(header -> header.toLowerCase().startsWith("authorization"));
      assertThat(other.headers()).noneMatch(header -> header.toLowerCase().startsWith("referer"));
      assertThat(row.title()).isEqualTo("there");
    }
  }

  static int refusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
