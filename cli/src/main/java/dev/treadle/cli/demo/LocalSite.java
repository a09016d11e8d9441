package dev.treadle.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// A small web site on the loopback interface, for the demo, tests and benchmarks: pages of made-up
/// but always equal text, some of them troublesome.
public final class LocalSite implements AutoCloseable {
  private static final String[] WORDS =
      ("loom shuttle warp weft thread treadle heddle bobbin spindle yarn linen cotton wool silk"
              + " weaver pattern cloth selvage reed beam shed pick twill satin plain dye")
          .split(" ");

  static {
    // Without this a kept connection waits 40 ms for the acknowledgement of a header.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxIdleConnections", "2000");
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final int pages;
  private final Duration delay;
  private final IntFunction<Kind> kinds;
  private final Map<Integer, Boolean> asked = new ConcurrentHashMap<>();

  /// How a page behaves.
  public enum Kind {
    /// Comes after the delay.
    PLAIN,
    /// Comes after ten times the delay.
    SLOW,
    /// Answers 500 the first time, then comes.
    FAILS_ONCE,
    /// Answers 404.
    MISSING,
    /// Answers 500 each time.
    BROKEN,
    /// Never ends.
    ENDLESS
  }

  private LocalSite(int pages, Duration delay, IntFunction<Kind> kinds) throws IOException {
    this.pages = pages;
    this.delay = delay;
    this.kinds = kinds;
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4_096);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /// Starts a site on a free port.
  ///
  /// @param kinds how the page of each number, from 0, behaves
  public static LocalSite start(int pages, Duration delay, IntFunction<Kind> kinds)
      throws IOException {
    return new LocalSite(pages, delay, kinds);
  }

  /// The address of a page.
  public URI page(int number) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/page/" + number);
  }

  /// The addresses of all pages.
  public List<URI> pages() {
    return IntStream.range(0, pages).mapToObj(this::page).toList();
  }

  /// How a page behaves.
  public Kind kind(int number) {
    return kinds.apply(number);
  }

  /// How many words the text of a page has.
  public static int words(int number) {
    return 200 + number % 50;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      int number =
          path.matches("/page/\\d{1,9}") ? Integer.parseInt(path.substring("/page/".length())) : -1;
      if (number < 0 || number >= pages) {
        send(exchange, 404, html("Not found", "There is no such page."));
        return;
      }
      switch (kinds.apply(number)) {
        case PLAIN -> page(exchange, number, delay);
        case SLOW -> page(exchange, number, delay.multipliedBy(10));
        case FAILS_ONCE -> {
          if (asked.putIfAbsent(number, true) == null) {
            send(exchange, 500, html("Error", "Something went wrong this once."));
          } else {
            page(exchange, number, delay);
          }
        }
        case MISSING -> send(exchange, 404, html("Not found", "This page has moved away."));
        case BROKEN -> send(exchange, 500, html("Error", "Something goes wrong each time."));
        case ENDLESS -> endless(exchange);
      }
    }
  }

  private void page(HttpExchange exchange, int number, Duration after) throws IOException {
    pause(after);
    send(exchange, 200, html("Page " + number, text(number)));
  }

  private String text(int number) {
    Random random = new Random(number);
    StringBuilder text = new StringBuilder("<p>");
    for (int i = 0; i < words(number); i++) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
    }
    int next = (number + 1) % pages;
    return text.append("</p>\n<a href=\"/page/%d\">next</a>".formatted(next)).toString();
  }

  private static String html(String title, String body) {
    return """
    <!doctype html>
    <html lang="en">
    <head><meta charset="utf-8"><title>%s</title></head>
    <body>
    %s
    </body>
    </html>
    """
        .formatted(title, body);
  }

  private static void send(HttpExchange exchange, int status, String html) throws IOException {
    byte[] bytes = html.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static void endless(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    out.write("<title>Endless</title>".getBytes(StandardCharsets.UTF_8));
    while (true) { // until the reader goes away
      out.write("more ".getBytes(StandardCharsets.UTF_8));
      out.flush();
      pause(Duration.ofMillis(10));
    }
  }

  private static void pause(Duration duration) throws IOException {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      throw new IOException("the site closes", e);
    }
  }

  /// Stops at once.
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
