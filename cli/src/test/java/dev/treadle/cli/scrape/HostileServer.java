package dev.treadle.cli.scrape;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;

/// A server on a raw socket that says exactly what a test tells it to, however wrong.
public final class HostileServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> headers = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /// What to do with one request.
  public interface Answer {
    void to(Exchange exchange) throws Exception;
  }

  public HostileServer() throws IOException {
    listener = new ServerSocket(0, 1_000, InetAddress.getByName("127.0.0.1"));
    Thread.ofVirtual().start(this::accept);
  }

  /// Answers requests for that path; `*` stands for all others.
  public HostileServer on(String path, Answer answer) {
    answers.put(path, answer);
    return this;
  }

  public HostileServer on(String path, String response) {
    return on(path, exchange -> exchange.send(response));
  }

  /// Answers with a whole, right response.
  public HostileServer page(String path, String type, byte[] body) {
    return on(path, exchange -> exchange.page(200, "Content-Type: " + type, body));
  }

  public String url(String path) {
    return "http://127.0.0.1:" + listener.getLocalPort() + path;
  }

  /// The request lines so far.
  public List<String> requests() {
    return requests;
  }

  /// The header lines of all requests so far.
  public List<String> headers() {
    return headers;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true); // or each answer in two parts takes 40 ms
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        requests.add(line);
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
          headers.add(header);
        }
        Answer answer = answers.getOrDefault(line.split(" ")[1], answers.get("*"));
        if (answer == null) {
          throw new AssertionError("no answer for " + line);
        }
        answer.to(new Exchange(socket, closed));
      }
    } catch (Exception e) {
      // The client went away, or the answer was to go.
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  public static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /// One request, and the bare socket to answer on.
  public record Exchange(Socket socket, CountDownLatch closed) {
    public void send(String text) throws IOException {
      send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public void send(byte[] bytes) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
    }

    public void page(int status, String header, byte[] body) throws IOException {
      String more = header.isEmpty() ? "" : header + "\r\n";
      send("HTTP/1.1 " + status + " X\r\n" + more + "Content-Length: " + body.length + "\r\n\r\n");
      send(body);
    }

    public void cut() throws IOException {
      socket.close();
    }

    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    public void stall() throws InterruptedException {
      closed.await();
    }
  }
}
