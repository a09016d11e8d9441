package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Terminal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a request says of itself, which way it goes, and where the answer is kept.
class ScrapeRequestTest {
  @TempDir Path folder;
  private HostileServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
    server.page("/", "text/html", "<title>root</title>".getBytes(UTF_8));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private static String cookie(String attributes) {
    return "HTTP/1.1 302 X\r\nSet-Cookie: seen=1"
        + attributes
        + "\r\nLocation: /gate\r\nContent-Length: 0\r\n\r\n";
  }

  private void gate(String attributes) {
    server.on(
        "/gate",
        exchange -> {
          if (Collections.frequency(server.headers(), "Cookie: seen=1") > 0) {
            exchange.page(200, "Content-Type: text/html", "<title>in</title>".getBytes(UTF_8));
          } else {
            exchange.send(cookie(attributes));
          }
        });
  }

  @Test
  void aPageThatRedirectsToItselfUntilItsCookieComesIsFetched() {
    gate("; Path=/; HttpOnly");
    Row row = Scrape.of(server.url("/gate")).only();
    assertThat(row.error()).isNull();
    assertThat(row.title()).isEqualTo("in");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void aCookieOfAnotherPathOrDomainDoesNotOpenTheGate() {
    gate("; Path=/elsewhere");
    assertThat(Scrape.of(server.url("/gate")).only().error())
        .isEqualTo("the redirects go round in a circle");
    gate("; Domain=example.com");
    assertThat(Scrape.of(server.url("/gate")).only().error())
        .isEqualTo("the redirects go round in a circle");
  }

  @Test
  void aCookieThatChangesEachTimeEndsAtTheLimit() {
    server.on(
        "/gate",
        exchange ->
            exchange.send(
                "HTTP/1.1 302 X\r\nSet-Cookie: n=%d\r\nLocation: /gate\r\nContent-Length: 0\r\n\r\n"
                    .formatted(server.requests().size())));
    assertThat(Scrape.of(server.url("/gate")).only().error()).isEqualTo("more than 20 redirects");
  }

  @Test
  void cookiesOfOneUrlAreNotSentWithAnother() {
    gate("; Path=/");
    Scrape.of("-c", "1", server.url("/gate"), server.url("/"));
    assertThat(server.headers()).filteredOn(line -> line.startsWith("Cookie")).hasSize(1);
  }

  @Test
  void headersAndUserAgentAreSent() {
    Scrape.of("-H", "X-A: b: c", "--header", "accept: text/plain", "-A", "me/1", server.url("/"));
    assertThat(server.headers()).contains("X-A: b: c", "accept: text/plain", "User-Agent: me/1");
    assertThat(server.headers()).noneMatch(line -> line.startsWith("Accept: text/html"));
  }

  @Test
  void secretsAreNotSentToAnotherHost() throws Exception {
    try (HostileServer other = new HostileServer()) {
      other.page("/", "text/html", "<title>other</title>".getBytes(UTF_8));
      server.on(
          "/away",
          "HTTP/1.1 302 X\r\nLocation: " + other.url("/") + "\r\nContent-Length: 0\r\n\r\n");
      Scrape.of(
          "-H", "Authorization: secret", "-H", "Cookie: a=b", "-H", "X: y", server.url("/away"));
      assertThat(server.headers()).contains("Authorization: secret", "Cookie: a=b", "X: y");
      assertThat(other.headers())
          .contains("X: y")
          .noneMatch(line -> line.startsWith("Authorization") || line.startsWith("Cookie"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--header|no colon|'no colon' is no header; write it as 'Name: value'",
        "--header|a b: c|is no header",
        "--header|Host: x|Treadle itself decides",
        "--header|X: ä|printable ASCII",
        "--user-agent|a\u0007b|printable ASCII",
        "--max-redirects|-1|--max-redirects must be 0 to 1,000, not -1",
        "--proxy|ftp://x|--proxy is ftp://x: not the address of an HTTP proxy",
        "--proxy|http://|not the address of an HTTP proxy",
        "--cacert|/no/such|--cacert /no/such: there is no such file",
        "--delay|25h|--delay must be at most 24h",
      })
  void whatMakesNoSenseIsRefused(String option, String value, String message) {
    Cli cli = Cli.run("", Terminal.NONE, "scrape", option, value, server.url("/"));
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains(message);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aProxyIsAskedInPlaceOfTheHost() throws Exception {
    try (HostileServer proxy = new HostileServer()) {
      proxy.on(
          "*",
          exchange ->
              exchange.page(200, "Content-Type: text/html", "<title>p</title>".getBytes(UTF_8)));
      String address = proxy.url("").replace("http://", "http://me:se%40cret@");
      Row row = Scrape.of("--proxy", address, "http://foo_bar.invalid/a?b").only();
      assertThat(row.error()).isNull();
      assertThat(row.title()).isEqualTo("p");
      assertThat(row.finalUrl()).isEqualTo("http://foo_bar.invalid/a?b");
      assertThat(proxy.requests()).containsExactly("GET http://foo_bar.invalid/a?b HTTP/1.1");
      assertThat(proxy.headers())
          .contains("Host: foo_bar.invalid", "Proxy-Authorization: Basic bWU6c2VAY3JldA==");
    }
  }

  @Test
  void aProxyMakesATunnelForHttps() throws Exception {
    try (HostileServer proxy = new HostileServer()) {
      proxy.on("*", "HTTP/1.1 403 no\r\nContent-Length: 0\r\n\r\n");
      Row row = Scrape.of("--proxy", proxy.url(""), "https://a.invalid/").only();
      assertThat(proxy.requests()).first().isEqualTo("CONNECT a.invalid:443 HTTP/1.1");
      assertThat(row.error()).isNotNull();
      assertThat(row.title()).isNull();
    }
  }

  @Test
  void eachAddressOfAHostIsTried() throws Exception {
    int port;
    try (ServerSocket none = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"))) {
      port = none.getLocalPort();
    }
    try (ServerSocket second = new ServerSocket(port, 10, InetAddress.getByName("127.0.0.1"));
        CloseableHttpClient client =
            Connections.client(HttpOptions.DEFAULT, addresses("127.0.0.2", "127.0.0.1"))) {
      Thread.ofVirtual().start(() -> answer(second));
      int status = client.execute(new HttpGet("http://two.test:" + port + "/"), r -> r.getCode());
      assertThat(status).isEqualTo(204);
    }
  }

  private static void answer(ServerSocket listener) {
    try (var socket = listener.accept()) {
      socket.getInputStream().read(new byte[10_000]);
      socket.getOutputStream().write("HTTP/1.1 204 X\r\n\r\n".getBytes(UTF_8));
    } catch (IOException e) {
      // The test says what is missing.
    }
  }

  private static DnsResolver addresses(String... literals) {
    return new DnsResolver() {
      @Override
      public InetAddress[] resolve(String host) {
        return Stream.of(literals).map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
      }

      @Override
      public String resolveCanonicalHostname(String host) {
        return host;
      }
    };
  }

  @Test
  void hostsThatBrowsersKnowAreAsked() {
    String url = server.url("/").replace("127.0.0.1", "127.1");
    Row row = Scrape.of(url).only();
    assertThat(row.title()).isEqualTo("root");
    assertThat(row.finalUrl()).isEqualTo(server.url("/"));
    for (String host : List.of("foo_bar", "a-", "-a", "straße", "☕")) {
      assertThat(Scrape.of("http://" + host + ".invalid/").only().error())
          .isEqualTo("host not found");
    }
  }

  @Test
  void bodiesOfGoodPagesAreKept() throws Exception {
    byte[] picture = {0, 1, 2, (byte) 0xFF};
    server.page("/a/b.png", "image/png", picture);
    server.on(
        "/packed",
        exchange -> {
          byte[] body = HostileServer.gzip("<title>packed</title>".getBytes(UTF_8));
          exchange.page(200, "Content-Type: text/html\r\nContent-Encoding: gzip", body);
        });
    server.on("/gone", exchange -> exchange.page(404, "", "gone".getBytes(UTF_8)));
    server.on(
        "/cut",
        exchange -> {
          exchange.send("HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\nhalf");
          exchange.cut();
        });
    Path bodies = folder.resolve("bodies");
    List<Row> rows =
        Scrape.of(
                "-o",
                bodies.toString(),
                server.url("/a/b.png"),
                server.url("/packed"),
                server.url("/"),
                server.url("/gone"),
                server.url("/cut"),
                server.url("/a/b.png?x=../../etc/passwd"))
            .rows();
    List<String> kept = new ArrayList<>();
    try (Stream<Path> files = Files.walk(bodies)) {
      files.filter(Files::isRegularFile).forEach(file -> kept.add(file.toString()));
    }
    assertThat(rows.subList(0, 3)).allSatisfy(row -> assertThat(kept).contains(row.file()));
    assertThat(rows.subList(3, 5)).allSatisfy(row -> assertThat(row.file()).isNull());
    assertThat(kept).hasSize(3).noneMatch(file -> file.contains(".part"));
    assertThat(Path.of(rows.get(0).file())).hasBinaryContent(picture);
    assertThat(rows.get(0).file()).matches(".*/127\\.0\\.0\\.1_\\d+/b-[0-9a-f]{12}\\.png");
    assertThat(Path.of(rows.get(1).file())).hasContent("<title>packed</title>");
    assertThat(rows.get(2).file()).contains("/index-").endsWith(".html");
  }

  @Test
  void aBodyThatCannotBeKeptIsAnError() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Row row = Scrape.of("-o", file.toString(), server.url("/")).only();
    assertThat(row.error()).startsWith("cannot write " + file);
    assertThat(row.status()).isEqualTo(200);
  }

  @Test
  void attemptsAtOneHostStartAtLeastTheDelayApart() {
    List<Instant> starts = Collections.synchronizedList(new ArrayList<>());
    server.on(
        "/timed",
        exchange -> {
          starts.add(Instant.now());
          exchange.page(200, "Content-Type: text/html", "<title>t</title>".getBytes(UTF_8));
        });
    String url = server.url("/timed");
    assertThat(Scrape.of("--delay", "300ms", url, url, url).rows()).hasSize(3);
    assertThat(Duration.between(starts.getFirst(), starts.getLast()))
        .isGreaterThan(Duration.ofMillis(200)); // two delays, less what a busy machine blurs
  }
}
