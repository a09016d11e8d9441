package dev.treadle.cli.scrape;

import static dev.treadle.cli.scrape.Cases.cuts;
import static dev.treadle.cli.scrape.Cases.resets;
import static dev.treadle.cli.scrape.Cases.says;
import static dev.treadle.cli.scrape.Cases.stalls;

import org.junit.jupiter.api.Test;

/// Responses that are no HTTP, or HTTP that lies about its length, or end too early: each gives its
/// own record and harms no other.
class ScrapeFramingTest {
  private static final String PAGE = "<title>x</title>";
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
  private static final String SIXTEEN = OK + "Content-Length: 16\r\n\r\n";
  private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";
  private static final String NO_HTTP = "not valid HTTP: .+";
  private static final String CUT = "connection (cut|reset|closed without an answer).*";

  private final Cases cases = new Cases();

  private void run() throws Exception {
    cases.oneByOne();
    cases.allAtOnce();
  }

  @Test
  void contentLength() throws Exception {
    cases
        .good("right", says(SIXTEEN, PAGE), "x")
        .good("spaced", says(OK, "Content-Length:   16  \r\n\r\n", PAGE), "x")
        .good(
            "twice the same",
            says(OK, "Content-Length: 16\r\nContent-Length: 16\r\n\r\n", PAGE),
            "x")
        .good("none", cuts(OK, "\r\n", PAGE), "x")
        .good("too small", says(SIXTEEN, PAGE, "and more"), "x")
        .good(
            "too small and a response after it",
            says(SIXTEEN, PAGE, OK, "Content-Length: 21\r\n\r\n<title>poison</title>"),
            "x")
        .good("zero", says(OK, "Content-Length: 0\r\n\r\n", PAGE), null)
        .bad(
            "too large",
            cuts(OK, "Content-Length: 100\r\n\r\n", PAGE),
            200,
            "x",
            "connection cut: Content-Length says 100 bytes, 16 came")
        .bad("too large and a reset", resets(OK, "Content-Length: 100\r\n\r\n", PAGE), CUT)
        .bad("negative", stalls(OK, "Content-Length: -16\r\n\r\n", PAGE), NO_HTTP)
        .bad("text", stalls(OK, "Content-Length: sixteen\r\n\r\n", PAGE), NO_HTTP)
        .bad("hexadecimal", stalls(OK, "Content-Length: 0x10\r\n\r\n", PAGE), NO_HTTP)
        .bad("fraction", stalls(OK, "Content-Length: 16.0\r\n\r\n", PAGE), NO_HTTP)
        .bad(
            "two different",
            says(OK, "Content-Length: 16\r\nContent-Length: 5\r\n\r\n", PAGE),
            NO_HTTP)
        .bad("list of two", stalls(OK, "Content-Length: 16, 5\r\n\r\n", PAGE), NO_HTTP)
        .bad(
            "beyond any number",
            stalls(OK, "Content-Length: 99999999999999999999999\r\n\r\n", PAGE),
            "not valid HTTP.*|.*over the limit.*")
        .bad(
            "huge",
            cuts(OK, "Content-Length: 9223372036854775807\r\n\r\n", PAGE),
            200,
            "*",
            "the body is over the limit of 10 MB.*");
    run();
  }

  @Test
  void chunks() throws Exception {
    String whole = "10\r\n" + PAGE + "\r\n0\r\n\r\n";
    cases
        .good("right", says(CHUNKED, whole), "x")
        .good("many", says(CHUNKED, "1\r\n<\r\n00e\r\ntitle>x</title\r\n1\r\n>\r\n0\r\n\r\n"), "x")
        .good("extensions", says(CHUNKED, "10;a=b;c=\"d\"\r\n", PAGE, "\r\n0;e\r\n\r\n"), "x")
        .good("trailers", says(CHUNKED, "10\r\n", PAGE, "\r\n0\r\nX-Y: z\r\nX-Z: y\r\n\r\n"), "x")
        .good("upper case coding", says(OK, "Transfer-Encoding: Chunked\r\n\r\n", whole), "x")
        .good("empty", says(CHUNKED, "0\r\n\r\n"), null)
        .either(
            "length as well",
            cuts(OK, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", whole),
            NO_HTTP)
        .bad("no size", stalls(CHUNKED, "zz\r\n", PAGE), NO_HTTP)
        .bad("page instead", stalls(CHUNKED, PAGE, "\r\n"), NO_HTTP)
        .bad("negative size", stalls(CHUNKED, "-10\r\n", PAGE, "\r\n0\r\n\r\n"), NO_HTTP)
        .bad("size beyond long", stalls(CHUNKED, "FFFFFFFFFFFFFFFFFF\r\n", PAGE), NO_HTTP)
        .bad("no last one", cuts(CHUNKED, "10\r\n", PAGE, "\r\n"), 200, "x", CUT)
        .bad("cut in data", cuts(CHUNKED, "20\r\n", PAGE), 200, "x", CUT)
        .bad("cut in a size", cuts(CHUNKED, "10\r\n", PAGE, "\r\n1"), 200, "x", CUT)
        .bad("cut at once", cuts(CHUNKED), CUT)
        // These the HTTP client reads in its own way; what matters is that there is a record.
        .either("empty size", cuts(CHUNKED, "\r\n", PAGE), NO_HTTP)
        .either("size beyond int", cuts(CHUNKED, "100000010\r\n", PAGE, "\r\n0\r\n\r\n"), ".+")
        .either("size with rubbish", cuts(CHUNKED, "10 x\r\n", PAGE, "\r\n0\r\n\r\n"), NO_HTTP)
        .either("no line end", cuts(CHUNKED, "10\r\n", PAGE, "XX0\r\n\r\n"), NO_HTTP)
        .either("unknown coding", cuts(OK, "Transfer-Encoding: odd\r\n\r\n", PAGE), NO_HTTP);
    run();
  }

  @Test
  void cutsAndResets() throws Exception {
    String[] parts = {
      "",
      "H",
      "HTTP/1.1 20",
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.1 200 OK\r\nContent-Ty",
      OK,
      SIXTEEN,
      SIXTEEN + "<title>"
    };
    String[] where = {
      "at once",
      "in the first word",
      "in the status line",
      "after the status line",
      "in a header",
      "after a header",
      "after the headers",
      "in the body"
    };
    for (int i = 0; i < parts.length; i++) {
      cases.bad("cut " + where[i], cuts(parts[i]), CUT);
      cases.bad("reset " + where[i], resets(parts[i]), CUT);
    }
    run();
  }

  @Test
  void statusLines() throws Exception {
    String rest = "Content-Type: text/html\r\nContent-Length: 16\r\n\r\n" + PAGE;
    cases
        .good("no reason", says("HTTP/1.1 200 \r\n", rest), "x")
        .good("no blank either", says("HTTP/1.1 200\r\n", rest), "x")
        .good("long reason", says("HTTP/1.1 200 ", "x".repeat(2_000), "\r\n", rest), "x")
        .good("odd reason", says("HTTP/1.1 200 \u00fc 404 \u0001\r\n", rest), "x")
        .good("HTTP 1.0", cuts("HTTP/1.0 200 OK\r\n", rest), "x")
        .good(
            "HTTP 1.0 without length",
            cuts("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n", PAGE),
            "x")
        .good(
            "line feeds only",
            cuts("HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 16\n\n", PAGE),
            "x")
        .good("no headers", cuts("HTTP/1.1 200 OK\r\n\r\n"), null)
        .good("no headers but a page", cuts("HTTP/1.1 200 OK\r\n\r\n", PAGE), "x")
        .bad("HTTP 0.9", cuts(PAGE), "not valid HTTP: it begins with \"<title>x</title>\"|" + CUT)
        .bad("long HTTP 0.9", cuts(PAGE.repeat(1_000)), NO_HTTP + "|" + CUT)
        .bad("HTTP 2", stalls("HTTP/2 200 OK\r\n", rest), NO_HTTP)
        .bad(
            "HTTP 2 settings",
            cuts("\0\0\u000c\u0004\0\0\0\0\0\0\u0003\0\0\0d\0\u0004\0\0\u00ff\u00ff"),
            NO_HTTP + "|" + CUT)
        .bad("ICY", stalls("ICY 200 OK\r\n", rest), NO_HTTP)
        .bad("SSH", stalls("SSH-2.0-OpenSSH_9.6\r\n"), NO_HTTP)
        .bad("SMTP", stalls("220 mail.example ESMTP\r\n"), NO_HTTP)
        .bad(
            "TLS alert",
            cuts("\u0015\u0003\u0001\0\u0002\u0002\u0016"),
            "not valid HTTP: it begins with \"·\"|" + CUT)
        .bad("line ends only", stalls("\r\n\r\n\r\n\r\n"), NO_HTTP + "|" + CUT)
        .bad("NUL bytes", cuts("\0".repeat(1_000)), NO_HTTP + "|" + CUT)
        .bad("endless first line", exchange -> endless(exchange, "x"), NO_HTTP)
        .bad("endless reason", exchange -> endless(exchange, "HTTP/1.1 200 ", "x"), NO_HTTP)
        .bad("no number", stalls("HTTP/1.1 abc OK\r\n", rest), NO_HTTP)
        .bad("no status", stalls("HTTP/1.1\r\n", rest), NO_HTTP)
        .bad("two digits", stalls("HTTP/1.1 20 OK\r\n", rest), NO_HTTP)
        .either("four digits", cuts("HTTP/1.1 2000 OK\r\n", rest), NO_HTTP)
        .bad("negative", stalls("HTTP/1.1 -20 OK\r\n", rest), NO_HTTP)
        .bad("zero", stalls("HTTP/1.1 000 OK\r\n", rest), ".+")
        .bad("nine nine nine", says("HTTP/1.1 999 Denied\r\n", rest), 999, "x", "HTTP 999");
    run();
  }

  @Test
  void headers() throws Exception {
    String rest = "Content-Length: 16\r\n\r\n" + PAGE;
    cases
        .good("long line", says(OK, "X: ", "x".repeat(100_000), "\r\n", rest), "x")
        .good("thousands", says(OK, "X-Y: z\r\n".repeat(3_000), rest), "x")
        .good("folded", says(OK, "X-Y: a\r\n  b\r\n", rest), "x")
        .good("empty value", says(OK, "X-Y:\r\n", rest), "x")
        .good("beyond ASCII", says(OK, "X-Y: \u00fc\u00ff\r\n", rest), "x")
        .good("odd case", says("HTTP/1.1 200 OK\r\ncOnTeNt-TyPe: text/html\r\n", rest), "x")
        .either("no colon", cuts(OK, "rubbish\r\n", rest), NO_HTTP)
        .either("no name", cuts(OK, ": rubbish\r\n", rest), NO_HTTP)
        .either("space in the name", cuts(OK, "a b: c\r\n", rest), NO_HTTP)
        .either("space before the colon", cuts(OK, "X-Y : c\r\n", rest), NO_HTTP)
        .either("name beyond ASCII", cuts(OK, "X-\u00fc: c\r\n", rest), NO_HTTP)
        .either("NUL in a value", cuts(OK, "X-Y: a\0b\r\n", rest), NO_HTTP)
        .either("lone carriage return", cuts(OK, "X-Y: a\rb\r\n", rest), NO_HTTP)
        .bad("huge line", stalls(OK, "X: ", "x".repeat(5_000_000), "\r\n", rest), NO_HTTP)
        .bad("endless line", exchange -> endless(exchange, OK, "x"), NO_HTTP)
        .bad("endless lines", exchange -> endless(exchange, OK, "X-Y: z\r\n"), NO_HTTP)
        .bad("endless folds", exchange -> endless(exchange, OK, "X: y\r\n", " z\r\n"), NO_HTTP);
    run();
  }

  @Test
  void responsesWithoutABody() throws Exception {
    String rest = OK + "Content-Length: 16\r\n\r\n" + PAGE;
    cases
        .good("100", says("HTTP/1.1 100 Continue\r\n\r\n", rest), "x")
        .good("102 with headers", says("HTTP/1.1 102 Processing\r\nX-Y: z\r\n\r\n", rest), "x")
        .good("103", says("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n", rest), "x")
        .good("100 many times", says("HTTP/1.1 100 Continue\r\n\r\n".repeat(5), rest), "x")
        .bad("100 and an end", cuts("HTTP/1.1 100 Continue\r\n\r\n"), CUT)
        .bad(
            "101",
            stalls(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                "rubbish"),
            ".+")
        .bad(
            "101 to something",
            stalls(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                rest),
            ".+")
        .add("204", says("HTTP/1.1 204 No Content\r\n\r\n"), 204, null, "")
        .either(
            "204 with a length",
            says("HTTP/1.1 204 No Content\r\nContent-Length: 16\r\n\r\n"),
            NO_HTTP)
        .either(
            "204 with a body",
            cuts("HTTP/1.1 204 No Content\r\nContent-Length: 16\r\n\r\n", PAGE),
            NO_HTTP)
        .either(
            "204 with chunks",
            says("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"),
            NO_HTTP)
        .either("100 without end", exchange -> endless(exchange, "HTTP/1.1 100 X\r\n\r\n"), NO_HTTP)
        .add("205", says("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"), 205, null, "")
        .add("304", says("HTTP/1.1 304 Not Modified\r\n\r\n"), 304, null, "(HTTP 304.*)?")
        .add(
            "304 with a length",
            says("HTTP/1.1 304 Not Modified\r\nContent-Length: 16\r\n\r\n"),
            304,
            null,
            "(HTTP 304.*)?")
        .bad(
            "404",
            says("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
            404,
            null,
            "HTTP 404");
    run();
  }

  private static void endless(HostileServer.Exchange exchange, String... parts) throws Exception {
    for (int i = 0; i < parts.length - 1; i++) {
      exchange.send(parts[i]);
    }
    String block = parts[parts.length - 1].repeat(10_000 / parts[parts.length - 1].length());
    while (true) {
      exchange.send(block); // until the client hangs up
    }
  }
}
