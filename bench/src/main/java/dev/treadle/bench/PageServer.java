package dev.treadle.bench;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A web site in a JVM of its own that answers every request after 50 ms with a page of 2 KB.
///
/// As little of a web server as works (GET without a body, connections kept), so that it takes as
/// little as can be of the cores it shares with those who are measured.
final class PageServer implements Closeable {
  private static final int WAIT_MILLIS = 50;
  private static final int PAGE_BYTES = 2_048;

  private final Process process;
  private final int port;

  private PageServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static PageServer start() throws IOException {
    List<String> flags = List.of("-Xmx128m", "-XX:+UseSerialGC");
    Process process = ChildJvm.of(flags, PageServer.class).start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String port = lines.readLine();
    if (port == null) {
      throw new IOException("the page server did not start");
    }
    return new PageServer(process, Integer.parseInt(port));
  }

  URI page(int number) {
    return URI.create("http://127.0.0.1:" + port + "/page/" + number);
  }

  @Override
  public void close() {
    process.destroy();
  }

  /// Serves until its input ends, which it does when the JVM that started it is gone.
  public static void main(String[] args) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 4_096, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> accept(server));
      System.out.println(server.getLocalPort());
      while (System.in.read() >= 0) {
        // Nothing is said to it.
      }
    }
  }

  private static void accept(ServerSocket server) {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread.startVirtualThread(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed: the end.
    }
  }

  private static void serve(Socket socket) {
    byte[] answer = answer();
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream(), 1_024);
      OutputStream out = socket.getOutputStream();
      while (readRequest(in)) {
        Thread.sleep(WAIT_MILLIS);
        out.write(answer);
      }
    } catch (IOException e) {
      // The client has gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Reads up to the empty line that ends a request; false at the end of the connection.
  private static boolean readRequest(InputStream in) throws IOException {
    int newlines = 0;
    while (newlines < 2) {
      int next = in.read();
      if (next < 0) {
        return false;
      }
      newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
    }
    return true;
  }

  private static byte[] answer() {
    StringBuilder page =
        new StringBuilder("<!doctype html><html><head><title>A page</title></head><body>");
    for (int i = 0; page.length() < PAGE_BYTES - 80; i++) {
      page.append("<p>Paragraph ")
          .append(i)
          .append(" and <a href=\"/page/")
          .append(i)
          .append("\">a link</a>.</p>");
    }
    page.append("</body></html>");
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: "
            + page.length()
            + "\r\n\r\n";
    return (head + page).getBytes(StandardCharsets.US_ASCII);
  }
}
