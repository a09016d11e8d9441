package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.Cli;
import dev.treadle.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// https where something else answers, or somebody whom nobody vouches for.
class ScrapeTlsTest {
  private static final String PASSWORD = "secret";

  @TempDir Path folder;
  private final AtomicInteger connections = new AtomicInteger();

  private interface Answer {
    void to(Socket socket) throws IOException;
  }

  private ServerSocket server(ServerSocket server, Answer answer) {
    Thread.ofVirtual()
        .start(() -> {
          while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
              connections.incrementAndGet();
              answer.to(socket);
            } catch (IOException e) {
              // The client, or the test, has gone.
            }
          }
        });
    return server;
  }

  private static ServerSocket plain() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
  }

  private static Row visit(ServerSocket server, String retries) throws Exception {
    try (HostileServer other = new HostileServer()) {
      other.page("/", "text/html", "<title>good</title>".getBytes(UTF_8));
      String url = "https://127.0.0.1:" + server.getLocalPort() + "/";
      List<Row> rows = Scrape.of("--retries", retries, other.url("/"), url, other.url("/")).rows();
      assertThat(rows.get(0).title()).isEqualTo("good");
      assertThat(rows.get(2).title()).isEqualTo("good");
      assertThat(rows.get(1).status()).isNull();
      return rows.get(1);
    }
  }

  private ServerSocket selfSigned() throws Exception {
    Path store = folder.resolve("store");
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process keytool =
        new ProcessBuilder(
                tool,
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "a",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context
        .getServerSocketFactory()
        .createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
  }

  @Test
  void aCertificateNobodyVouchesForIsRefusedOnce() throws Exception {
    try (ServerSocket server = server(selfSigned(), socket -> socket.getInputStream().read())) {
      Row row = visit(server, "3");
      assertThat(row.error()).startsWith("TLS failed: ").contains("certif");
      assertThat(row.attempts()).isEqualTo(1);
    }
  }

  private static void page(Socket socket) throws IOException {
    socket.getInputStream().read(new byte[10_000]);
    socket
        .getOutputStream()
        .write("HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n<title>safe</title>".getBytes(UTF_8));
  }

  private Path certificate() throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("store"))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    String base64 = Base64.getMimeEncoder().encodeToString(keys.getCertificate("a").getEncoded());
    return Files.writeString(
        folder.resolve("ca.pem"),
        "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
  }

  @Test
  void aCertificateThatTheUserVouchesForIsTrusted() throws Exception {
    try (ServerSocket server = server(selfSigned(), ScrapeTlsTest::page)) {
      String url = "https://127.0.0.1:" + server.getLocalPort() + "/";
      String other = "https://localhost:" + server.getLocalPort() + "/";
      String file = certificate().toString();
      assertThat(Scrape.of("--cacert", file, url).only().error()).isNull();
      assertThat(Scrape.of("--cacert", file, other).only().error()).startsWith("TLS failed: ");
      assertThat(Scrape.of("--insecure", other).only().error()).isNull();
      assertThat(Scrape.of(url).only().error()).startsWith("TLS failed: ");
    }
  }

  @Test
  void aFileWithoutACertificateIsWrongUsage() throws Exception {
    Path file = Files.writeString(folder.resolve("no.pem"), "nothing");
    Cli cli =
        Cli.run("", Terminal.NONE, "scrape", "--cacert", file.toString(), "https://127.0.0.1:1/");
    assertThat(cli.code()).isEqualTo(2);
    assertThat(cli.err()).contains("--cacert " + file + ": there is no certificate in it");
  }

  @Test
  void plainHttpIsNoTls() throws Exception {
    String bad = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    try (ServerSocket server =
        server(
            plain(),
            socket -> {
              socket.getOutputStream().write(bad.getBytes(UTF_8));
              socket.getInputStream().read(new byte[10_000]);
            })) {
      Row row = visit(server, "3");
      assertThat(row.error()).startsWith("TLS failed: ");
      assertThat(row.attempts()).isEqualTo(1);
    }
  }

  @Test
  void aHandshakeThatIsCutMayWorkTheNextTime() throws Exception {
    try (ServerSocket server =
        server(plain(), socket -> socket.getInputStream().read(new byte[10_000]))) {
      Row row = visit(server, "1");
      assertThat(row.error()).isEqualTo("connection cut in the TLS handshake");
      assertThat(row.attempts()).isEqualTo(2);
    }
  }

  @Test
  void aHandshakeThatIsResetMayWorkTheNextTime() throws Exception {
    try (ServerSocket server = server(plain(), socket -> socket.setSoLinger(true, 0))) {
      Row row = visit(server, "1");
      assertThat(row.error()).matches("connection (reset|cut in the TLS handshake)");
      assertThat(row.attempts()).isEqualTo(2);
    }
  }
}
