package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LateTlsTest {
  private static final char[] PASSWORD = "secret".toCharArray();

  private final AtomicInteger made = new AtomicInteger();
  private HttpsServer server;
  @TempDir private Path folder;

  @BeforeEach
  void start() throws Exception {
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (exchange) {
            exchange.getResponseBody().write("<title>safe</title>".getBytes(UTF_8));
          }
        });
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /// A server whose certificate, signed by itself, is for that name; and a context that trusts it.
  private SSLContext serve(String name) throws Exception {
    SSLContext context = context(name);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.start();
    return context;
  }

  private SSLContext context(String name) throws Exception {
    Path file = folder.resolve("key.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String password = new String(PASSWORD);
    Process keygen =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "SAN=" + name,
                "-keystore",
                file.toString(),
                "-storepass",
                password)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    assertThat(keygen.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, PASSWORD);
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(keys);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  private HttpClient client(Callable<SSLContext> source) {
    return HttpClient.newBuilder()
        .sslContext(
            new LateTls(() -> {
              made.incrementAndGet();
              return source.call();
            }))
        .sslParameters(new SSLParameters())
        .build();
  }

  private static String get(HttpClient client, String url) throws Exception {
    return client
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }

  private String url() {
    return "https://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  @Test
  void isNotMadeForPlainHttp() throws Exception {
    try (HostileServer plain = new HostileServer();
        HttpClient client = client(() -> SSLContext.getInstance("TLS"))) {
      plain.page("/", "text/html", "open".getBytes(UTF_8));

      assertThat(get(client, plain.url("/"))).isEqualTo("open");
      assertThat(made).hasValue(0);
    }
  }

  @Test
  void isMadeOnceForHttps() throws Exception {
    SSLContext context = serve("ip:127.0.0.1");
    try (HttpClient client = client(() -> context)) {
      assertThat(get(client, url())).contains("safe");
      assertThat(get(client, url())).contains("safe");
      assertThat(made).hasValue(1);
    }
  }

  @Test
  void theNameInTheCertificateMustBeThatOfTheHost() throws Exception {
    SSLContext context = serve("dns:other.example");
    try (HttpClient client = client(() -> context)) {
      assertThatThrownBy(() -> get(client, url())).isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void aCertificateThatNobodySignedIsRefused() throws Exception {
    SSLContext unused = serve("ip:127.0.0.1");
    try (Scraper scraper = new Scraper(100_000, InstantSource.system())) {
      ScrapeFailure failure =
          catchThrowableOfType(ScrapeFailure.class, () -> scraper.scrape(new Visit(url())));
      assertThat(failure).hasMessageStartingWith("TLS failed: ");
      assertThat(failure.retryable()).isFalse();
    }
  }

  @Test
  void aContextThatCannotBeMadeIsToldAndTriedAgain() throws Exception {
    SSLContext context = serve("ip:127.0.0.1");
    try (HttpClient client =
        client(() -> {
          if (made.get() == 1) {
            throw new SSLException("no trust store");
          }
          return context;
        })) {
      Throwable thrown = catchThrowable(() -> get(client, url()));
      assertThat(Problem.of(thrown)).isEqualTo(new Problem("TLS failed: no trust store", false));
      assertThat(get(client, url())).contains("safe");
    }
  }
}
