package dev.treadle.cli.scrape;

import dev.treadle.Snooze;
import dev.treadle.cli.terminal.DurationConverter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.StringJoiner;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.cookie.BasicCookieStore;
import org.apache.hc.client5.http.cookie.CookieStore;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/// Fetches web pages: the code of the scrape task. One call is one attempt.
///
/// It has no time limit of its own. The task's timeout interrupts the thread, and every wait in
/// here heeds that. Thread-safe.
public final class Scraper implements AutoCloseable {
  private static final URI ROOT = URI.create("/");
  private static final Duration FILES_PAUSE = Duration.ofMillis(200);

  private final long maxBytes;
  private final InstantSource clock;
  private final HttpOptions options;
  private final @Nullable BodyFolder bodies;
  private final Resolver resolver = new Resolver();
  private final CloseableHttpClient client;

  /// @param maxBytes the longest body that is read, packed or unpacked
  public Scraper(long maxBytes, InstantSource clock) {
    this(maxBytes, clock, HttpOptions.DEFAULT, null);
  }

  /// @param maxBytes the longest body that is read, packed or unpacked
  /// @param bodies keeps the bodies of good pages; null if nothing does
  Scraper(long maxBytes, InstantSource clock, HttpOptions options, @Nullable BodyFolder bodies) {
    this.bodies = bodies;
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.options = options;
    this.client = Connections.client(options, resolver);
  }

  /// A page together with its text.
  public record Article(Page page, String text) {}

  /// Makes one attempt.
  ///
  /// @throws Snooze if the server asked for a pause that is not over
  /// @throws ScrapeFailure if there is no whole, good page
  Page scrape(Visit visit) throws ScrapeFailure, InterruptedException {
    return attempt(visit, null);
  }

  /// Makes one attempt and keeps the text.
  Article article(Visit visit) throws ScrapeFailure, InterruptedException {
    StringBuilder text = new StringBuilder();
    Page page = attempt(visit, text);
    return new Article(page, text.toString());
  }

  private Page attempt(Visit visit, @Nullable StringBuilder copy)
      throws ScrapeFailure, InterruptedException {
    Instant now = clock.instant();
    if (now.isBefore(visit.notBefore())) {
      throw Snooze.of(Duration.between(now, visit.notBefore()));
    }
    Draft draft = new Draft(visit.url(), visit.begin(), System.nanoTime());
    Page end = draft.page("the attempt did not end", System.nanoTime());
    visit.saw(end);
    try {
      Problem problem = fetch(visit, draft, copy);
      end = draft.page(problem == null ? null : problem.text(), System.nanoTime());
      if (problem != null) {
        throw new ScrapeFailure(end, problem.retryable(), null);
      }
      return end;
    } catch (IOException | RuntimeException e) {
      end = stopped(draft);
      if (Thread.interrupted() || interrupted(e)) {
        throw new InterruptedException(end.error());
      }
      if (Problem.tooManyFiles(e)) {
        visit.unbegin();
        throw Snooze.of(FILES_PAUSE); // it is this process that lacks something, not the page
      }
      Problem problem = Problem.of(e);
      end = draft.page(problem.text(), System.nanoTime());
      throw new ScrapeFailure(end, problem.retryable(), e);
    } catch (InterruptedException e) {
      end = stopped(draft);
      throw e;
    } finally {
      visit.saw(end);
    }
  }

  private static Page stopped(Draft draft) {
    return draft.page(
        draft.status == null ? "no answer" : "in the middle of the body", System.nanoTime());
  }

  private static boolean interrupted(Throwable thrown) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (at instanceof InterruptedException || at instanceof InterruptedIOException) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Problem fetch(Visit visit, Draft draft, @Nullable StringBuilder copy)
      throws IOException, InterruptedException {
    Url first = visit.target();
    Url url = first;
    List<Url> seen = new ArrayList<>(1); // empty again when a cookie may change the answer
    HttpClientContext chain = HttpClientContext.create();
    chain.setCookieStore(new BasicCookieStore());
    for (int redirects = 0; ; redirects++) {
      seen.add(url);
      draft.target = redirects == 0 ? null : url;
      List<String> cookies = values(chain.getCookieStore());
      HttpGet request = request(url, url.hostAndPort().equals(first.hostAndPort()));
      ClassicHttpResponse response = send(url, request, chain);
      try {
        draft.target = null;
        draft.finalUrl = url.toString();
        draft.status = response.getCode();
        visit.saw(draft.page("the attempt did not end", System.nanoTime()));
        checkLength(response);
        if (!redirects(response)) {
          return read(visit, response, draft, copy);
        }
        url = Address.resolve(url, header(response, HttpHeaders.LOCATION));
      } finally {
        discard(request, response);
      }
      if (!values(chain.getCookieStore()).equals(cookies)) {
        seen.clear();
      }
      if (seen.contains(url)) {
        throw new Problem.Told("the redirects go round in a circle");
      }
      if (redirects == options.redirectsMax()) {
        throw new Problem.Told("more than " + options.redirectsMax() + " redirects");
      }
    }
  }

  private static List<String> values(CookieStore store) {
    return store.getCookies().stream()
        .map(it -> it.getDomain() + it.getPath() + ' ' + it.getName() + '=' + it.getValue())
        .toList();
  }

  private HttpGet request(Url url, boolean sameHost) {
    HttpGet request = new HttpGet(ROOT);
    request.setPath(url.target());
    options.headers(sameHost).forEach(request::addHeader);
    request.setHeader(HttpHeaders.ACCEPT_ENCODING, "gzip");
    Proxies.@Nullable Proxy proxy = options.proxies().proxyFor(url.scheme(), url.host());
    if (proxy != null && proxy.credentials() != null && url.scheme().equals("http")) {
      byte[] credentials = proxy.credentials().getBytes(StandardCharsets.UTF_8);
      request.setHeader(
          HttpHeaders.PROXY_AUTHORIZATION,
          "Basic " + Base64.getEncoder().encodeToString(credentials));
    }
    return request;
  }

  // Asks once more, at once, where a connection ends without a single byte, as a kept one does when
  // the server has just dropped it.
  private ClassicHttpResponse send(Url url, HttpGet request, HttpClientContext chain)
      throws IOException {
    HttpHost host = new HttpHost(url.scheme(), Proxies.bare(url.host()), url.port());
    boolean again = true;
    while (true) {
      try {
        return client.executeOpen(host, request, chain);
      } catch (ResponseHead.LeftOver e) {
        // That connection is closed now; the next is another one.
      } catch (NoHttpResponseException e) {
        if (!again) {
          throw e;
        }
        again = false;
      }
    }
  }

  // What is left of a body is not waited for: the connection is closed. If the body was read to its
  // end, the connection has gone back to the pool already.
  private static void discard(HttpGet request, ClassicHttpResponse response) {
    request.cancel();
    try {
      response.close();
    } catch (IOException e) {
      // It tries to read the rest, and the connection is closed.
    }
  }

  // The HTTP client lets these pass.
  private static void checkLength(ClassicHttpResponse response) throws IOException {
    for (Header length : response.getHeaders(HttpHeaders.CONTENT_LENGTH)) {
      if (length.getValue().startsWith("-")) {
        throw new Problem.Told("not valid HTTP: Content-Length is negative");
      }
    }
  }

  private static boolean redirects(ClassicHttpResponse response) {
    return switch (response.getCode()) {
      case 301, 302, 303, 307, 308 -> response.containsHeader(HttpHeaders.LOCATION);
      default -> false;
    };
  }

  // Empty if there is none.
  private static String header(ClassicHttpResponse response, String name) {
    @Nullable Header first = response.getFirstHeader(name);
    return first == null || first.getValue() == null ? "" : first.getValue();
  }

  // The problem is that of the status: an error page that cannot be read does not change it.
  private @Nullable Problem read(
      Visit visit, ClassicHttpResponse response, Draft draft, @Nullable StringBuilder copy)
      throws IOException {
    @Nullable Problem problem = problem(visit, response);
    @Nullable HttpEntity entity = response.getEntity();
    if (entity == null) {
      return problem;
    }
    StringJoiner encoding = new StringJoiner(", ");
    for (Header header : response.getHeaders(HttpHeaders.CONTENT_ENCODING)) {
      encoding.add(header.getValue());
    }
    ContentType type = ContentType.of(header(response, HttpHeaders.CONTENT_TYPE));
    Body body =
        new Body(
            entity.getContent(), encoding.toString(), type, entity.getContentLength(), maxBytes);
    try (BodyFolder.@Nullable Draft file =
        problem == null && bodies != null ? bodies.begin(visit.target()) : null) {
      body.read(draft, copy, file);
      draft.file = file == null ? null : file.keep();
    } catch (IOException e) {
      if (problem == null || interrupted(e)) {
        throw e;
      }
    } finally {
      draft.bytes = body.bytes();
    }
    return problem;
  }

  private @Nullable Problem problem(Visit visit, ClassicHttpResponse response) {
    int status = response.getCode();
    if (status < 400) {
      boolean lost = status == 301 || status == 302 || status == 303 || status >= 307;
      return lost ? new Problem("HTTP " + status + " without a Location", false) : null;
    }
    if (status < 500 && status != 429) {
      return new Problem("HTTP " + status, false);
    }
    Instant now = clock.instant();
    Duration pause =
        RetryAfter.parse(header(response, HttpHeaders.RETRY_AFTER), now).orElse(Duration.ZERO);
    if (pause.compareTo(RetryAfter.MAX) > 0) {
      String text = "HTTP %d, Retry-After is %s, over the %s that are waited for";
      return new Problem(
          text.formatted(
              status, DurationConverter.format(pause), DurationConverter.format(RetryAfter.MAX)),
          false);
    }
    visit.notBefore(now.plus(pause));
    return new Problem("HTTP " + status, true);
  }

  @Override
  public void close() {
    resolver.close();
    client.close(CloseMode.IMMEDIATE);
  }
}
