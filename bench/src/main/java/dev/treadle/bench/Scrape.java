package dev.treadle.bench;

import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.scrape.Page;
import dev.treadle.cli.scrape.ScrapeOptions;
import dev.treadle.cli.scrape.ScrapeTask;
import dev.treadle.cli.scrape.Scraper;
import dev.treadle.cli.scrape.Visit;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.jsoup.Jsoup;

/// Pages of a local site scraped, so many at once: what is left of the throughput of a plain loop.
///
/// Treadle runs the task of `treadle scrape` with all that the real web asks for: timeout, retries,
/// a limit for the body, characters decoded as the page says. The loop has nothing of it.
final class Scrape implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /// What the loop keeps of a page.
  record Fetched(URI uri, int status, String title, int length) {}

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();

  static List<Result> run(Settings settings, int atOnce, Target target) throws Exception {
    int retries = 2;
    long maxBytes = 10_000_000;
    try (PageServer server = PageServer.start();
        Scraper scraper = new Scraper(maxBytes, InstantSource.system());
        Scrape peer = new Scrape()) {
      List<URI> uris =
          IntStream.range(0, settings.size(2_000, 500)).mapToObj(server::page).toList();
      Task<Visit, Page> pages =
          ScrapeTask.pages(scraper, new ScrapeOptions(atOnce, atOnce, TIMEOUT, retries, maxBytes));
      try (Treadle treadle = Treadle.with(pages).permits(Strategy.IO, atOnce).open()) {
        return List.of(
            new Rounds(settings)
                .compare(
                    Figures.count(uris.size()) + " pages of 50 ms, " + atOnce + " at once",
                    "pages/s",
                    new Contender("treadle scrape", () -> product(treadle, pages, uris)),
                    new Contender("HttpClient on virtual threads", () -> peer.loop(uris, atOnce)),
                    target));
      }
    }
  }

  private static double product(Treadle treadle, Task<Visit, Page> task, List<URI> uris) {
    long start = System.nanoTime();
    List<Visit> visits = uris.stream().map(uri -> new Visit(uri.toString())).toList();
    List<Page> pages = treadle.map(task, visits).get();
    double perSecond = perSecond(start, pages.size());
    for (int i = 0; i < uris.size(); i++) {
      Page page = pages.get(i);
      check(page.ok() && page.url().equals(uris.get(i).toString()) && page.title() != null, page);
    }
    return perSecond;
  }

  private Fetched fetch(URI uri) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    String title = Jsoup.parse(response.body(), uri.toString()).title();
    return new Fetched(uri, response.statusCode(), title, response.body().length());
  }

  private double loop(List<URI> uris, int atOnce) throws Exception {
    Semaphore permits = new Semaphore(atOnce);
    long start = System.nanoTime();
    List<Future<Fetched>> futures = new ArrayList<>(uris.size());
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
    List<Fetched> pages = new ArrayList<>(uris.size());
    for (Future<Fetched> future : futures) {
      pages.add(future.get());
    }
    double perSecond = perSecond(start, pages.size());
    for (int i = 0; i < uris.size(); i++) {
      Fetched page = pages.get(i);
      check(page.uri.equals(uris.get(i)) && page.status == 200 && !page.title.isEmpty(), page);
    }
    return perSecond;
  }

  private static double perSecond(long start, int pages) {
    return pages / ((System.nanoTime() - start) / 1e9);
  }

  private static void check(boolean right, Object page) {
    if (!right) {
      throw new IllegalStateException("not what was asked for: " + page);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
