package dev.treadle.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A small web site on this machine, so that examples need no network: two pages, one of them
/// without a title, one that is not there, and one that never answers.
public final class LocalSite implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private LocalSite(HttpServer server) {
    this.server = server;
  }

  /// Starts on a free port of the loopback address.
  public static LocalSite start() {
    LocalSite site = new LocalSite(listen());
    site.server.setExecutor(site.threads);
    site.server.createContext("/", exchange -> answer(exchange, 404, "<title>Gone</title>"));
    site.server.createContext(
        "/home", exchange -> answer(exchange, 200, "<title>A local site</title><p>Welcome."));
    site.server.createContext("/untitled", exchange -> answer(exchange, 200, "<p>No title here."));
    site.server.createContext("/silent", exchange -> {}); // answers nothing, ever
    site.server.start();
    return site;
  }

  private static HttpServer listen() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, String html) throws IOException {
    byte[] body = html.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /// The addresses of the pages.
  public List<String> urls() {
    String root = "http://localhost:" + server.getAddress().getPort();
    return List.of(root + "/home", root + "/untitled", root + "/missing", root + "/silent");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
