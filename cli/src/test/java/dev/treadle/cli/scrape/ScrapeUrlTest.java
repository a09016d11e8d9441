package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Terminal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// URLs good and bad, and the lists they come in.
class ScrapeUrlTest {
  @TempDir Path folder;
  private HostileServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HostileServer();
    server.page("/good", "text/html", "<title>good</title>".getBytes(UTF_8));
    server.page("/other", "text/html", "<title>other</title>".getBytes(UTF_8));
    server.page("/", "text/html", "<title>root</title>".getBytes(UTF_8));
    server.page("/?q=1", "text/html", "<title>query</title>".getBytes(UTF_8));
    server.page("/caf%C3%A9", "text/html", "<title>coffee</title>".getBytes(UTF_8));
    server.page("/a%20b", "text/html", "<title>blank</title>".getBytes(UTF_8));
    server.page("/%7B%7D%7C", "text/html", "<title>brackets</title>".getBytes(UTF_8));
    server.page("/{}|", "text/html", "<title>brackets</title>".getBytes(UTF_8));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private Row visit(String url) {
    List<Row> rows = Scrape.of(server.url("/good"), url, server.url("/other")).rows();
    assertThat(rows)
        .extracting(Row::url)
        .containsExactly(server.url("/good"), url, server.url("/other"));
    assertThat(rows.getFirst().title()).isEqualTo("good");
    assertThat(rows.getLast().title()).isEqualTo("other");
    return rows.get(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "www.example.com",
        "127.0.0.1/x",
        "/no/such/path",
        "//127.0.0.1/x",
        "http",
        "http:",
        "http:/",
        "http://",
        "https://",
        "http:///",
        "http:///x",
        "http://:80/",
        "http://?q",
        "http://#f",
        "http://@/",
        "http://u@/",
        "://127.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "javascript:alert(1)",
        "mailto:a@b.example",
        "data:,x",
        "urn:x:y",
        "htp://127.0.0.1/",
        "http//127.0.0.1/",
        "http://[::1",
        "http://::1/",
        "http://[]/",
        "http://[::zz]/",
        "http://[1:2]/",
        "http://[::1]x/",
        "http://127.0.0.1:port/",
        "http://127.0.0.1:-1/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:99999999999999/",
        "http://127.0.0.1:8 0/",
        "http://a b/",
        "http://a\tb/",
        "http://exa<mple.com/",
        "http://exa\"mple.com/",
        "http://%zz/",
        "http://a..b.invalid/",
        "http://-/",
        "http://\u0000/",
        "\u0000",
        "\u001b[31m",
        "\ufffd",
        "😀",
        "http://\ud83d/",
      })
  void noUrlsAreNamedAndNeverAsked(String url) {
    Row row = visit(url.replace("\ud83d/", "?/"));
    assertThat(row.error()).as(url).matches("(?s)bad URL: .+|host not found");
    assertThat(row.status()).isNull();
    assertThat(row.title()).isNull();
    assertThat(row.length()).isNull();
    assertThat(row.bytes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP:, /good, good",
    "http:, '', root",
    "http:, ?q=1, query",
    "http:, /good#part, good",
    "http:, #part, root",
    "http:, /café, coffee",
    "http:, /a%20b, blank",
    "http:, /a b, blank",
    "http:, /{}|, brackets",
    "http:, /x/../good, good",
  })
  void oddUrlsAreAskedAsInABrowser(String scheme, String rest, String title) {
    Row row = visit(scheme + server.url(rest).substring(5));
    assertThat(row.error()).isNull();
    assertThat(row.title()).isEqualTo(title);
    assertThat(server.requests()).noneMatch(line -> line.contains("#"));
  }

  @Test
  void theHostHeaderIsThatOfTheUrl() {
    visit(server.url("/good"));
    String host = server.url("").substring(7);
    assertThat(server.headers().stream().filter(line -> line.toLowerCase().startsWith("host:")))
        .isNotEmpty()
        .allMatch(line -> line.equalsIgnoreCase("host: " + host));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/good HTTP/1.1\r\nX-Evil: 1\r\n\r\n",
        "/good\r\nX-Evil: 1",
        "/good\nX-Evil: 1",
        "/good\rX-Evil: 1",
        "/good\u0000",
        "/good\u2028X-Evil: 1",
        "/good\u560d\u560aX-Evil: 1", // CR and LF, if only the low bytes are taken
      })
  void noHeaderIsSmuggledIn(String rest) {
    server.on("*", exchange -> exchange.page(404, "", new byte[0]));
    List<Row> rows = Scrape.of(server.url(rest), server.url("/good")).rows();
    assertThat(rows).hasSize(2);
    assertThat(rows.get(1).title()).isEqualTo("good");
    assertThat(server.headers()).noneMatch(line -> line.startsWith("X-Evil"));
  }

  @Test
  void addressesOfVersionSix() throws Exception {
    try (ServerSocket six = new ServerSocket(0, 10, InetAddress.getByName("::1"))) {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket socket = six.accept()) {
              socket.getInputStream().read(new byte[10_000]);
              socket
                  .getOutputStream()
                  .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(UTF_8));
            } catch (java.io.IOException e) {
              // The record will say so.
            }
          });
      assertThat(visit("http://[::1]:" + six.getLocalPort() + "/").error()).isNull();
    } catch (java.net.SocketException e) {
      org.junit.jupiter.api.Assumptions.abort("no IPv6 here: " + e);
    }
  }

  @Test
  void hostsThatAreNotThere() {
    assertThat(visit("http://treadle.invalid/").error()).isEqualTo("host not found");
    assertThat(visit("http://exämple.invalid/").error()).isEqualTo("host not found");
    assertThat(visit("http://" + "a".repeat(64) + ".invalid/").error())
        .matches("host not found|bad URL: .+");
    assertThat(visit("http://" + "a.".repeat(500) + "invalid/").error())
        .matches("host not found|bad URL: .+");
  }

  @Test
  void anEmptyPortIsTheUsualOne() {
    // Nobody is likely to listen there, but somebody may.
    String error = visit("http://127.0.0.1:/").error();
    assertThat(error == null || !error.startsWith("bad URL")).as(error).isTrue();
  }

  @Test
  void anOverlongUrlHarmsNobody() {
    server.page("/" + "x".repeat(8_000), "text/html", "<title>long</title>".getBytes(UTF_8));
    assertThat(visit(server.url("/" + "x".repeat(8_000))).title()).isEqualTo("long");
    assertThat(visit(server.url("/" + "x".repeat(50_000))).error())
        .isEqualTo("bad URL: longer than 8192 characters");
  }

  @Test
  void aPasswordInTheUrlIsNotSent() {
    Row row = visit(server.url("/good").replace("http://", "http://user:secret@"));
    assertThat(row.title()).isEqualTo("good");
    assertThat(row.finalUrl()).isEqualTo(server.url("/good"));
    assertThat(server.headers()).noneMatch(line -> line.toLowerCase().startsWith("authorization"));
  }

  private Scrape list(String list, String... args) {
    return Scrape.ofList(list.replace("~", server.url("")), args);
  }

  private List<String> titles(Scrape scrape) {
    return scrape.rows().stream().map(row -> String.valueOf(row.title())).toList();
  }

  @Test
  void aListMayHoldBlankLinesAndComments() {
    assertThat(titles(list("# a\n\n~/good\n   \n\t\n  # b\n#~/good\n~/other#part\n")))
        .containsExactly("good", "other");
  }

  @Test
  void aListMayEndItsLinesInAnyWay() {
    assertThat(titles(list("~/good\r\n\r\n# a\r\n~/other\r\n"))).containsExactly("good", "other");
    assertThat(titles(list("~/good\n~/other"))).containsExactly("good", "other");
    assertThat(titles(list("~/good\r~/other\r"))).containsExactly("good", "other");
  }

  @Test
  void aListMayBeginWithAByteOrderMark() {
    Scrape scrape = list("\ufeff~/good\n~/other\n");
    assertThat(titles(scrape)).containsExactly("good", "other");
    assertThat(scrape.rows().getFirst().url()).isEqualTo(server.url("/good"));
    assertThat(titles(list("\ufeff# a\n~/good\n"))).containsExactly("good");
    assertThat(titles(list("\ufeff\n~/good\n"))).containsExactly("good");
  }

  @Test
  void whiteSpaceAroundAUrlIsNotPartOfIt() {
    Scrape scrape = list("  ~/good \t\r\n\t~/other\n");
    assertThat(scrape.rows())
        .extracting(Row::url)
        .containsExactly(server.url("/good"), server.url("/other"));
    assertThat(Scrape.of(" " + server.url("/good") + "\t").only().title()).isEqualTo("good");
  }

  @Test
  void theSameUrlTwiceGivesTwoRecords() {
    assertThat(titles(list("~/good\n~/good\n~/good\n"))).containsExactly("good", "good", "good");
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void argumentsComeBeforeTheFile() throws Exception {
    Path list =
        Files.writeString(
            folder.resolve("urls"), server.url("/good") + "\n" + server.url("/") + "\n");
    assertThat(titles(Scrape.of("--file", list.toString(), server.url("/other"))))
        .containsExactly("other", "good", "root");
    assertThat(titles(Scrape.of(server.url("/other"), "-f", list.toString())))
        .containsExactly("other", "good", "root");
    assertThat(titles(list("~/good\n", "--file", "-", server.url("/other"))))
        .containsExactly("other", "good");
    assertThat(titles(list("~/good\n", "--file=-"))).containsExactly("good");
  }

  @Test
  void withArgumentsStandardInputIsLeftAlone() {
    assertThat(titles(list("~/good\n", server.url("/other")))).containsExactly("other");
  }

  @Test
  void anEmptyListIsNoError() {
    for (String empty : List.of("", "\n\n", "# nothing\n", "\ufeff")) {
      Cli cli = Cli.run(empty, Terminal.NONE, "scrape", "--json");
      assertThat(cli.code()).isZero();
      assertThat(cli.out()).isEmpty();
    }
  }

  @Test
  void badLinesHarmNoOther() throws Exception {
    List<byte[]> lines = new ArrayList<>();
    lines.add(server.url("/good").getBytes(UTF_8));
    lines.add(new byte[] {'h', 't', 't', 'p', ':', '/', '/', (byte) 0xFF, (byte) 0xFE});
    lines.add(new byte[] {(byte) 0xC3});
    lines.add("x".repeat(3_000_000).getBytes(UTF_8));
    lines.add(("http://127.0.0.1/" + "x".repeat(3_000_000)).getBytes(UTF_8));
    lines.add(new byte[] {0, 1, 2, 3});
    lines.add(server.url("/other").getBytes(UTF_8));
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    for (byte[] line : lines) {
      all.writeBytes(line);
      all.write('\n');
    }
    Path list = Files.write(folder.resolve("urls"), all.toByteArray());
    Scrape scrape = Scrape.of("-f", list.toString());
    assertThat(scrape.rows()).hasSize(7);
    assertThat(scrape.rows().getFirst().title()).isEqualTo("good");
    assertThat(scrape.rows().getLast().title()).isEqualTo("other");
    assertThat(scrape.rows().subList(1, 6)).allSatisfy(row -> assertThat(row.error()).isNotNull());
  }
}
