package dev.treadle.cli.scrape;

import static dev.treadle.cli.scrape.Cases.stalls;
import static dev.treadle.cli.scrape.HostileServer.gzip;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.scrape.HostileServer.Answer;
import dev.treadle.cli.scrape.HostileServer.Exchange;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// However a server stalls, each attempt ends within the timeout, and the others do not notice.
class ScrapeTimeoutTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
  private static final String PAGE = "<title>x</title>";
  private static final String NONE = "timed out after 4 s: no answer";
  private static final String SOME = "timed out after 4 s: HTTP 200, .* of the body";

  /// Sends the first text, then the second again and again, a few times a second: never silent,
  /// never done.
  private static Answer dribbles(String first, String then) {
    return exchange -> {
      exchange.send(first);
      do {
        exchange.send(then);
      } while (!exchange.closed().await(200, TimeUnit.MILLISECONDS));
    };
  }

  private static Answer byteByByte(String text) {
    return exchange -> {
      for (int i = 0;
          i < text.length() && !exchange.closed().await(500, TimeUnit.MILLISECONDS);
          i++) {
        exchange.send(text.substring(i, i + 1));
      }
      exchange.stall();
    };
  }

  @Test
  void everyKindOfStall() throws Exception {
    String chunked = OK + "Transfer-Encoding: chunked\r\n\r\n";
    String packed = new String(gzip((PAGE + "y".repeat(1_000)).getBytes(UTF_8)), ISO_8859_1);
    new Cases()
        .bad("silent", Exchange::stall, NONE)
        .bad("silent in the status line", stalls("HTTP/1.1 2"), NONE)
        .bad("silent in the headers", stalls(OK), NONE)
        .bad("silent after the headers", stalls(OK, "Content-Length: 100\r\n\r\n"), 200, null, SOME)
        .bad(
            "silent in the body",
            stalls(OK, "Content-Length: 100\r\n\r\n", PAGE),
            200,
            "x",
            "timed out after 4 s: HTTP 200, 16 bytes of the body")
        .bad(
            "silent before the last byte",
            stalls(OK, "Content-Length: 17\r\n\r\n", PAGE),
            200,
            "x",
            SOME)
        .bad("silent without a length", stalls(OK, "\r\n", PAGE), 200, "x", SOME)
        .bad("silent in a chunk", stalls(chunked, "20\r\n", PAGE), 200, "x", SOME)
        .bad("silent in a chunk size", stalls(chunked, "10\r\n", PAGE, "\r\n1"), 200, "x", SOME)
        .bad(
            "silent before the last chunk", stalls(chunked, "10\r\n", PAGE, "\r\n"), 200, "x", SOME)
        .bad("silent in the trailers", stalls(chunked, "10\r\n", PAGE, "\r\n0\r\n"), 200, "x", SOME)
        .bad(
            "silent while packed",
            stalls(
                OK,
                "Content-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n",
                packed.substring(0, packed.length() - 9)),
            200,
            "x",
            SOME)
        .bad("silent after 100", stalls("HTTP/1.1 100 Continue\r\n\r\n"), NONE)
        .bad("byte by byte", byteByByte(OK + "Content-Length: 16\r\n\r\n" + PAGE), NONE)
        .bad("dribbling headers", dribbles(OK, "X-Y: z\r\n"), NONE)
        .bad("dribbling a header", dribbles(OK + "X-Y: ", "z"), NONE)
        .bad(
            "dribbling 100",
            dribbles("", "HTTP/1.1 100 Continue\r\n\r\n"),
            NONE + "|not valid HTTP: .+")
        .bad("dribbling line ends", dribbles("", "\r\n"), "timed out.*|not valid HTTP.*")
        .bad("dribbling body", dribbles(OK + "\r\n" + PAGE, "y"), 200, "x", SOME)
        .bad(
            "dribbling chunks",
            dribbles(chunked + "10\r\n" + PAGE + "\r\n", "1\r\ny\r\n"),
            200,
            "x",
            SOME)
        .bad(
            "dribbling a chunk size",
            dribbles(chunked + "10\r\n" + PAGE + "\r\n", "0"),
            200,
            "x",
            "timed out.*|not valid HTTP.*")
        .bad(
            "dribbling a chunk extension",
            dribbles(chunked + "10\r\n" + PAGE + "\r\n1;", "x"),
            200,
            "x",
            SOME)
        .bad(
            "dribbling trailers",
            dribbles(chunked + "10\r\n" + PAGE + "\r\n0\r\n", "X-Y: z\r\n"),
            200,
            "x",
            SOME + "|")
        .bad("dribbling in a tag", dribbles(OK + "\r\n" + PAGE + "<p ", "y"), 200, "x", SOME)
        .bad(
            "silent missing page",
            stalls(
                "HTTP/1.1 404 X\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n", PAGE),
            404,
            "x",
            ".+")
        .allAtOnce("--timeout", "4s");
  }

  @Test
  void theTimeoutIsThatOfTheWholeChainOfRedirects() throws Exception {
    try (HostileServer server = new HostileServer()) {
      for (int i = 0; i < 5; i++) {
        String next = "HTTP/1.1 302 X\r\nLocation: /" + (i + 1) + "\r\nContent-Length: 0\r\n\r\n";
        server.on(
            "/" + i,
            exchange -> {
              if (!exchange.closed().await(2, TimeUnit.SECONDS)) {
                exchange.send(next);
              }
            });
      }
      server.page("/5", "text/html", PAGE.getBytes(UTF_8));
      Row row = Scrape.of("--timeout", "3s", server.url("/0")).only();
      assertThat(row.error()).isEqualTo("timed out after 3 s: no answer after HTTP 302");
      assertThat(row.status()).isEqualTo(302);
      assertThat(row.finalUrl()).isEqualTo(server.url("/0"));
    }
  }

  @Test
  void aTlsHandshakeThatStallsEndsToo() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
      Row row =
          Scrape.of("--timeout", "2s", "https://127.0.0.1:" + silent.getLocalPort() + "/").only();
      assertThat(row.error()).isEqualTo("timed out after 2 s: no answer");
      assertThat(row.status()).isNull();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX) // where a full queue of connections lets the next one wait
  void aConnectionThatIsNeverMadeEndsToo() throws Exception {
    List<Socket> others = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      for (int i = 0; i < 4; i++) {
        Socket socket = new Socket();
        others.add(socket);
        try {
          socket.connect(full.getLocalSocketAddress(), 300);
        } catch (java.net.SocketTimeoutException e) {
          break; // full
        }
      }
      Row row =
          Scrape.of("--timeout", "2s", "http://127.0.0.1:" + full.getLocalPort() + "/").only();
      assertThat(row.error()).isEqualTo("timed out after 2 s: no answer");
    } finally {
      for (Socket socket : others) {
        socket.close();
      }
    }
  }

  @Test
  void aStalledServerHoldsUpNoOther() throws Exception {
    try (HostileServer stalled = new HostileServer();
        HostileServer server = new HostileServer()) {
      stalled.on("/", Exchange::stall);
      server.page("/", "text/html", PAGE.getBytes(UTF_8));
      List<String> args = new ArrayList<>(List.of("-c", "4", "--timeout", "3s"));
      for (int i = 0; i < 20; i++) {
        args.add(i % 5 == 0 ? stalled.url("/") : server.url("/"));
      }
      List<Row> rows = Scrape.of(args.toArray(String[]::new)).rows();
      for (int i = 0; i < 20; i++) {
        if (i % 5 == 0) {
          assertThat(rows.get(i).error()).startsWith("timed out after 3 s");
        } else {
          assertThat(rows.get(i).title()).isEqualTo("x");
        }
      }
    }
  }
}
