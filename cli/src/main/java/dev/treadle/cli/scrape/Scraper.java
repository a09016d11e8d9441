package dev.treadle.cli.scrape;

import dev.treadle.Snooze;
import dev.treadle.cli.terminal.DurationConverter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Fetches web pages: the code of the scrape task. One call is one attempt.
///
/// It has no time limit of its own. The task's timeout interrupts the thread, and every wait in
/// here heeds that. Thread-safe.
public final class Scraper implements AutoCloseable {
  private static final int REDIRECTS_MAX = 5;

  static {
    // The task's retry policy decides about further attempts, not the client. One thing it still
    // does by itself: it asks once more, at once, where a connection ends without a single byte, as
    // a kept one does when the server has just dropped it.
    System.setProperty("jdk.httpclient.disableRetryConnect", "true");
  }

  private final long maxBytes;
  private final InstantSource clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Resolver resolver = new Resolver();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .executor(threads)
          .sslContext(new LateTls(SSLContext::getDefault))
          .sslParameters(LateTls.parameters())
          .build();

  /// @param maxBytes the longest body that is read, packed or unpacked
  public Scraper(long maxBytes, InstantSource clock) {
    this.maxBytes = maxBytes;
    this.clock = clock;
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
    URI uri = visit.uri();
    List<URI> seen = new ArrayList<>(1);
    for (int redirects = 0; ; redirects++) {
      seen.add(uri);
      draft.target = redirects == 0 ? null : uri;
      HttpResponse<InputStream> response = send(uri);
      draft.target = null;
      try (InputStream in = response.body()) {
        draft.finalUrl = uri.toString();
        draft.status = response.statusCode();
        checkLength(response);
        if (!redirects(response)) {
          return read(visit, response, in, draft, copy);
        }
        uri = Address.resolve(uri, response.headers().firstValue("location").orElseThrow());
      }
      if (seen.contains(uri)) {
        throw new Problem.Told("the redirects go round in a circle");
      }
      if (redirects == REDIRECTS_MAX) {
        throw new Problem.Told("more than " + REDIRECTS_MAX + " redirects");
      }
    }
  }

  private HttpResponse<InputStream> send(URI uri) throws IOException, InterruptedException {
    resolver.resolve(uri);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("User-Agent", "treadle-scrape")
            .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
            .header("Accept-Encoding", "gzip")
            .build();
    return client.send(request, BodyHandlers.ofInputStream());
  }

  // The HTTP client lets these pass.
  private static void checkLength(HttpResponse<?> response) throws IOException {
    List<String> lengths = response.headers().allValues("content-length");
    for (String length : lengths) {
      if (!length.equals(lengths.getFirst())) {
        throw new Problem.Told("not valid HTTP: two lengths for one body");
      }
      if (length.startsWith("-")) {
        throw new Problem.Told("not valid HTTP: Content-Length is negative");
      }
    }
  }

  private static boolean redirects(HttpResponse<?> response) {
    return switch (response.statusCode()) {
      case 301, 302, 303, 307, 308 -> response.headers().firstValue("location").isPresent();
      default -> false;
    };
  }

  // The problem is that of the status: an error page that cannot be read does not change it.
  private @Nullable Problem read(
      Visit visit,
      HttpResponse<?> response,
      InputStream in,
      Draft draft,
      @Nullable StringBuilder copy)
      throws IOException {
    @Nullable Problem problem = problem(visit, response);
    String encoding = String.join(", ", response.headers().allValues("content-encoding"));
    long announced = response.headers().firstValueAsLong("content-length").orElse(-1);
    Body body = new Body(in, encoding, type(response), announced, maxBytes);
    try {
      body.read(draft, copy);
    } catch (IOException e) {
      if (problem == null || interrupted(e)) {
        throw e;
      }
    } finally {
      draft.bytes = body.bytes();
    }
    return problem;
  }

  private static ContentType type(HttpResponse<?> response) {
    return ContentType.of(response.headers().firstValue("content-type").orElse(""));
  }

  private @Nullable Problem problem(Visit visit, HttpResponse<?> response) {
    int status = response.statusCode();
    if (status < 400) {
      boolean lost = status == 301 || status == 302 || status == 303 || status >= 307;
      return lost ? new Problem("HTTP " + status + " without a Location", false) : null;
    }
    if (status < 500 && status != 429) {
      return new Problem("HTTP " + status, false);
    }
    Instant now = clock.instant();
    Duration pause =
        response
            .headers()
            .firstValue("retry-after")
            .flatMap(header -> RetryAfter.parse(header, now))
            .orElse(Duration.ZERO);
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
    client.shutdownNow();
    threads.shutdownNow();
  }
}
