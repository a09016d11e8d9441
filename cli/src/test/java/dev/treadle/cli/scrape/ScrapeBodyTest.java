package dev.treadle.cli.scrape;

import static dev.treadle.cli.scrape.Cases.cuts;
import static dev.treadle.cli.scrape.Cases.page;
import static dev.treadle.cli.scrape.Cases.says;
import static dev.treadle.cli.scrape.Cases.stalls;
import static dev.treadle.cli.scrape.HostileServer.gzip;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

/// Bodies that are packed in some way, or longer than anybody wants.
class ScrapeBodyTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
  private static final byte[] PAGE = ("<title>x</title>" + "abc".repeat(500)).getBytes(UTF_8);

  private static final String PAGE_START = "<title>x</title>";

  private final Cases cases = new Cases();

  private static String packed(String how) {
    return "Content-Type: text/html\r\nContent-Encoding: " + how;
  }

  private static byte[] deflate(boolean raw) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater =
        new DeflaterOutputStream(out, new Deflater(Deflater.DEFAULT_COMPRESSION, raw))) {
      deflater.write(PAGE);
    }
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @Test
  void gzipAskedOrUnasked() throws Exception {
    byte[] gzip = gzip(PAGE);
    byte[] corrupt = gzip.clone();
    Arrays.fill(corrupt, 12, corrupt.length - 8, (byte) 0xFF);
    byte[] checksum = gzip.clone();
    checksum[gzip.length - 6] ^= 1;
    byte[] noHeader = gzip.clone();
    noHeader[0] = 0;
    String chunk =
        Integer.toHexString(gzip.length) + "\r\n" + new String(gzip, ISO_8859_1) + "\r\n0\r\n\r\n";
    cases
        .good("gzip", page(packed("gzip"), gzip), "x")
        .good("x-gzip", page(packed("x-gzip"), gzip), "x")
        .good("upper case", page(packed("GZip"), gzip), "x")
        .good("spaced", page(packed("  gzip "), gzip), "x")
        .good(
            "chunked",
            says(OK, "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", chunk),
            "x")
        .good(
            "until the end",
            cuts(OK, "Content-Encoding: gzip\r\n\r\n", new String(gzip, ISO_8859_1)),
            "x")
        .good("empty body", page(packed("gzip"), new byte[0]), null)
        .good("packed nothing", page(packed("gzip"), gzip(new byte[0])), null)
        .good(
            "two members",
            page(
                packed("gzip"),
                join(gzip("<title>x".getBytes(UTF_8)), gzip("y</title>".getBytes(UTF_8)))),
            "xy")
        .good("rubbish after it", page(packed("gzip"), join(gzip, new byte[100])), "x")
        .good("identity", page(packed("identity"), PAGE), "x")
        .good("no name", page(packed(""), PAGE), "x")
        .good("file", page("Content-Type: application/gzip", gzip), null)
        .bad(
            "truncated",
            page(packed("gzip"), Arrays.copyOf(gzip, gzip.length - 12)),
            200,
            "x",
            ".*gzip.*")
        .bad(
            "truncated in its header",
            page(packed("gzip"), Arrays.copyOf(gzip, 5)),
            200,
            "*",
            ".*gzip.*")
        .bad(
            "cut",
            cuts(
                OK,
                "Content-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n",
                new String(gzip, ISO_8859_1)),
            200,
            "x",
            "connection cut: Content-Length says 1000 bytes, " + gzip.length + " came")
        .bad("corrupt", page(packed("gzip"), corrupt), 200, "*", ".*gzip.*")
        .bad("wrong checksum", page(packed("gzip"), checksum), 200, "x", ".*gzip.*")
        .bad("wrong magic", page(packed("gzip"), noHeader), 200, "*", ".*gzip.*")
        .bad("not packed at all", page(packed("gzip"), PAGE), 200, "*", ".*gzip.*")
        .bad(
            "missing page",
            exchange -> exchange.page(404, packed("gzip"), gzip),
            404,
            "x",
            "HTTP 404");
    cases.oneByOne();
    cases.allAtOnce();
  }

  @Test
  void otherEncodings() throws Exception {
    cases
        .add("deflate", page(packed("deflate"), deflate(false)), 200, "*", "(.*deflate.*)?")
        .add("raw deflate", page(packed("deflate"), deflate(true)), 200, "*", "(.*deflate.*)?")
        .add(
            "twice gzip",
            page(packed("gzip, gzip"), gzip(gzip(PAGE))),
            200,
            "*",
            "(.*gzip, gzip.*)?")
        .bad(
            "gzip in two headers",
            page("Content-Encoding: gzip\r\nContent-Encoding: gzip", gzip(gzip(PAGE))),
            200,
            null,
            "the body is packed with gzip, gzip, which was not asked for")
        .bad("brotli", page(packed("br"), new byte[] {1, 2, 3, 4, 5}), 200, null, ".*\\bbr\\b.*")
        .bad("zstd", page(packed("zstd"), new byte[] {1, 2, 3, 4, 5}), 200, null, ".*zstd.*")
        .bad(
            "unknown",
            page(packed("no-such"), new byte[] {1, 2, 3, 4, 5}),
            200,
            null,
            ".*no-such.*");
    cases.oneByOne();
    cases.allAtOnce();
  }

  @Test
  void theLengthOfAPackedPageIsThatOfItsTextAndItsBytesThoseOfTheWire() throws Exception {
    try (HostileServer server = new HostileServer()) {
      byte[] gzip = gzip(PAGE);
      server.on("/", page(packed("gzip"), gzip));
      Row row = Scrape.of(server.url("/")).only();
      assertThat(row.length()).isEqualTo(PAGE.length);
      assertThat(row.bytes()).isEqualTo(gzip.length);
      server.on("/half", page(packed("gzip"), Arrays.copyOf(gzip, gzip.length - 12)));
      assertThat(Scrape.of(server.url("/half")).only().length()).isNull();
    }
  }

  @Test
  void overTheLimit() throws Exception {
    String body = "<title>x</title>" + "y".repeat(984); // 1,000 bytes
    String chunk = "10\r\n<title>x</title>\r\n100\r\n" + "y".repeat(256) + "\r\n";
    String over = "the body is over the limit of 1 kB";
    String unpacked = "the unpacked body is over the limit of 1 kB";
    cases
        .good("just right", says(OK, "Content-Length: 1000\r\n\r\n", body), "x")
        .good("just right until the end", cuts(OK, "\r\n", body), "x")
        .good("just right packed", page(packed("gzip"), gzip(body.getBytes(UTF_8))), "x")
        .bad("one more", says(OK, "Content-Length: 1001\r\n\r\n", body, "y"), 200, "*", over)
        .bad("one more until the end", cuts(OK, "\r\n", body, "y"), 200, "x", over)
        .bad(
            "one more packed",
            page(packed("gzip"), gzip((body + "y").getBytes(UTF_8))),
            200,
            "x",
            unpacked)
        .bad(
            "length says so and little comes",
            stalls(OK, "Content-Length: 100000\r\n\r\n", body.repeat(20)),
            200,
            "x",
            over)
        .bad(
            "length says so and the connection is cut",
            cuts(OK, "Content-Length: 100000\r\n\r\n", PAGE_START),
            200,
            "x",
            over)
        .bad(
            "chunks",
            cuts(OK, "Transfer-Encoding: chunked\r\n\r\n", chunk.repeat(5), "0\r\n\r\n"),
            200,
            "x",
            over)
        .bad(
            "one huge chunk",
            stalls(OK, "Transfer-Encoding: chunked\r\n\r\nFFFFFFF\r\n", body, body),
            200,
            "x",
            over)
        .bad(
            "endless chunks",
            exchange -> endless(exchange, OK + "Transfer-Encoding: chunked\r\n\r\n", chunk),
            200,
            "x",
            over)
        .bad("endless", exchange -> endless(exchange, OK + "\r\n" + body, body), 200, "x", over)
        .bad("gzip bomb", page(packed("gzip"), gzip(new byte[100_000])), 200, null, unpacked)
        .bad("large and packed", page(packed("gzip"), gzip(new byte[3_000_000])), 200, "*", over)
        .bad(
            "endless gzip",
            exchange ->
                endless(
                    exchange,
                    OK + "Content-Encoding: gzip\r\n\r\n",
                    new String(gzip(body.getBytes(UTF_8)), ISO_8859_1)),
            200,
            "x",
            "the (unpacked )?body is over the limit of 1 kB")
        .bad(
            "missing page",
            says(
                "HTTP/1.1 404 X\r\nContent-Type: text/html\r\nContent-Length: 1001\r\n\r\n",
                body,
                "y"),
            404,
            "*",
            ".*(HTTP 404|over the limit).*")
        .add("image", page("Content-Type: image/png", new byte[1_000]), 200, null, "")
        .bad("large image", page("Content-Type: image/png", new byte[1_001]), 200, null, over);
    cases.oneByOne("--max-bytes", "1KB");
    cases.allAtOnce("--max-bytes", "1KB");
  }

  // Alone: what follows the body may be taken for the answer to the next request on the same
  // connection, and no client can tell.
  @Test
  void anEndlessBodyEndsWhereItsLengthSays() throws Exception {
    try (HostileServer server = new HostileServer()) {
      String head = OK + "Content-Length: 500\r\n\r\n" + PAGE_START;
      server.on("/", exchange -> endless(exchange, head, "y".repeat(1_000)));
      Row row = Scrape.of(server.url("/")).only();
      assertThat(row.error()).isNull();
      assertThat(row.title()).isEqualTo("x");
      assertThat(row.bytes()).isEqualTo(500);
    }
  }

  @Test
  void aGzipBombOfAGigabyteEndsAtTheLimit() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (java.util.zip.GZIPOutputStream gzip = new java.util.zip.GZIPOutputStream(out)) {
      byte[] block = new byte[1_000_000];
      for (int i = 0; i < 1_000; i++) {
        gzip.write(block);
      }
    }
    cases.bad(
        "bomb",
        page(packed("gzip"), out.toByteArray()),
        200,
        null,
        "the unpacked body is over the limit of 10 MB");
    cases.oneByOne();
  }

  private static void endless(HostileServer.Exchange exchange, String first, String then)
      throws Exception {
    exchange.send(first);
    while (true) {
      exchange.send(then); // until the client hangs up
    }
  }
}
