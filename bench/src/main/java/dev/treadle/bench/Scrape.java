package dev.treadle.bench;

import dev.treadle.Retry;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.jsoup.Jsoup;

/// Pages of a local site fetched and parsed, so many at once: what is left of the throughput of a
/// plain loop. The job has a timeout and retries, as a scraper's has; the loop has neither.
final class Scrape implements AutoCloseable {
  /// What is kept of a page.
  record Page(URI uri, int status, String title, int length) {}

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();

  static List<Result> run(Settings settings, int atOnce, Target target) throws Exception {
    try (PageServer server = PageServer.start();
        Scrape product = new Scrape();
        Scrape peer = new Scrape()) {
      List<URI> uris =
          IntStream.range(0, settings.size(2_000, 500)).mapToObj(server::page).toList();
      Task<URI, Page> fetch =
          Task.io("fetch", URI.class, Page.class, product::fetch)
              .timeout(Duration.ofSeconds(5))
              .retry(Retry.exponential(3));
      try (Treadle treadle = Treadle.with(fetch).permits(Strategy.IO, atOnce).open()) {
        return List.of(
            new Rounds(settings)
                .compare(
                    Figures.count(uris.size()) + " pages of 50 ms, " + atOnce + " at once",
                    "pages/s",
                    new Contender(
                        "Treadle io map",
                        () -> {
                          long start = System.nanoTime();
                          return perSecond(start, uris, treadle.map(fetch, uris).get());
                        }),
                    new Contender("HttpClient on virtual threads", () -> peer.loop(uris, atOnce)),
                    target));
      }
    }
  }

  private Page fetch(URI uri) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    String title = Jsoup.parse(response.body(), uri.toString()).title();
    return new Page(uri, response.statusCode(), title, response.body().length());
  }

  private double loop(List<URI> uris, int atOnce) throws Exception {
    Semaphore permits = new Semaphore(atOnce);
    long start = System.nanoTime();
    List<Future<Page>> futures = new ArrayList<>(uris.size());
    for (URI uri : uris) {
      futures.add(
          threads.submit(() -> {
            permits.acquire();
            try {
              return fetch(uri);
            } finally {
              permits.release();
            }
          }));
    }
    List<Page> pages = new ArrayList<>(uris.size());
    for (Future<Page> future : futures) {
      pages.add(future.get());
    }
    return perSecond(start, uris, pages);
  }

  private static double perSecond(long start, List<URI> uris, List<Page> pages) {
    double seconds = (System.nanoTime() - start) / 1e9;
    for (int i = 0; i < uris.size(); i++) {
      Page page = pages.get(i);
      if (!page.uri.equals(uris.get(i)) || page.status != 200 || page.title.isEmpty()) {
        throw new IllegalStateException("not what was asked for: " + page);
      }
    }
    return uris.size() / seconds;
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
