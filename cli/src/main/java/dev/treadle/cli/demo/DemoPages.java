package dev.treadle.cli.demo;

import dev.treadle.Attempt;
import dev.treadle.Job;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.scrape.ScrapeOptions;
import dev.treadle.cli.scrape.ScrapeTask;
import dev.treadle.cli.scrape.Scraper;
import dev.treadle.cli.scrape.Visit;
import dev.treadle.cli.terminal.Bar;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.Meter;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jsoup.Jsoup;

/// The first acts of the demo: a web site, its pages fetched on `io` and counted on `cpu`.
final class DemoPages implements AutoCloseable {
  static final int PAGES = 200;

  private static final int PER_HOST = 20;
  private static final int ENDLESS_PAGE = 0; // first, so that it is over in time
  private static final Duration DELAY = Duration.ofMillis(50);
  private static final ScrapeOptions OPTIONS =
      new ScrapeOptions(256, PER_HOST, Duration.ofSeconds(2), 2, 1_000_000);

  /// Counts the words that a reader of the page sees.
  static final Task<Scraper.Article, Integer> COUNT =
      Task.cpu(
          "count",
          Scraper.Article.class,
          Integer.class,
          article -> Jsoup.parse(article.text()).body().text().split(" ").length);

  private final Story story;
  private final Scraper scraper = new Scraper(OPTIONS.maxBytes(), InstantSource.system());
  private final Task<Visit, Scraper.Article> fetch = ScrapeTask.articles(scraper, OPTIONS);
  private final LocalSite site;
  private final List<Job<Scraper.Article>> fetches = new ArrayList<>();
  private final List<Job<Integer>> counts = new ArrayList<>();

  DemoPages(Story story) throws IOException {
    this.story = story;
    this.site = LocalSite.start(PAGES, DELAY, DemoPages::kind);
  }

  /// How each page behaves.
  static LocalSite.Kind kind(int page) {
    if (page == ENDLESS_PAGE) {
      return LocalSite.Kind.ENDLESS;
    }
    return switch (page % 50) {
      case 7, 27 -> LocalSite.Kind.SLOW;
      case 13, 33 -> LocalSite.Kind.FAILS_ONCE;
      case 21 -> LocalSite.Kind.MISSING;
      case 42 -> LocalSite.Kind.BROKEN;
      default -> LocalSite.Kind.PLAIN;
    };
  }

  Task<Visit, Scraper.Article> fetch() {
    return fetch;
  }

  /// How many pages cannot be had.
  int failing() {
    return pages(LocalSite.Kind.MISSING)
        + pages(LocalSite.Kind.BROKEN)
        + pages(LocalSite.Kind.ENDLESS);
  }

  private static int pages(LocalSite.Kind kind) {
    int found = 0;
    for (int page = 0; page < PAGES; page++) {
      found += kind(page) == kind ? 1 : 0;
    }
    return found;
  }

  void play(Treadle treadle) {
    story.act("A web site on this machine.");
    story.line(
        "%d pages: %d slow, %d fail once, %d missing, %d always fail, %d never ends."
            .formatted(
                PAGES,
                pages(LocalSite.Kind.SLOW),
                pages(LocalSite.Kind.FAILS_ONCE),
                pages(LocalSite.Kind.MISSING),
                pages(LocalSite.Kind.BROKEN),
                pages(LocalSite.Kind.ENDLESS)));

    story.act("Fetch them on io, count their words on cpu: jobs as inputs of jobs.");
    story.line(
        "At most %d at once for a host, %s for an attempt, two retries."
            .formatted(PER_HOST, DurationConverter.format(OPTIONS.timeout())));
    fetchAll(treadle);
    tellFailures();
    for (int page = 0; page < PAGES; page++) {
      if (page != ENDLESS_PAGE) {
        check(page);
      }
    }
    story.line(
        "The %d good pages have %,d words. The endless one goes on meanwhile."
            .formatted(PAGES - failing(), words()));
  }

  private void fetchAll(Treadle treadle) {
    AtomicInteger fetched = new AtomicInteger();
    AtomicInteger failed = new AtomicInteger();
    try (Meter meter =
        story.meter(
            "pages", Bar.Unit.COUNT, () -> new Progress(fetched.get(), PAGES, failed.get()))) {
      for (int page = 0; page < PAGES; page++) {
        Job<Scraper.Article> job = treadle.submit(fetch, new Visit(site.page(page).toString()));
        fetches.add(job);
        counts.add(treadle.submit(COUNT, job));
        job.whenEnded(outcome -> {
          if (!(outcome instanceof Outcome.Succeeded<?>)) {
            failed.incrementAndGet();
          }
          fetched.incrementAndGet();
        });
      }
      for (int page = 0; page < PAGES; page++) {
        if (page != ENDLESS_PAGE) {
          Outcome<Integer> unused = counts.get(page).settled();
        }
      }
    }
  }

  /// The last act: the page that never ends has had its attempts by now, or soon will.
  void endless() {
    story.act("The page that never ends.");
    Outcome<Integer> count = counts.get(ENDLESS_PAGE).settled();
    fetches
        .get(ENDLESS_PAGE)
        .attempts()
        .forEach(attempt ->
            story.line(
                "attempt %d: timed out after %s"
                    .formatted(attempt.number(), DurationConverter.format(attempt.ran()))));
    story.line("So it failed, and the job that was to count its words was " + brief(count) + ".");
    check(ENDLESS_PAGE);
  }

  private void tellFailures() {
    Map<String, Integer> failures = new TreeMap<>();
    for (int page = 0; page < PAGES; page++) {
      if (page != ENDLESS_PAGE && fetches.get(page).settled() instanceof Outcome.Failed<?> it) {
        String attempts = it.attempts() == 1 ? "1 attempt" : it.attempts() + " attempts";
        failures.merge(it.cause().getMessage() + " after " + attempts, 1, Integer::sum);
      }
    }
    failures.forEach((what, times) ->
        story.line("%d failed (%s), and so their counts were cancelled.".formatted(times, what)));
  }

  // On a busy machine even a good page may need another attempt: more than told is no difference.
  private void check(int page) {
    String name = "page " + page + ", " + kind(page);
    Outcome<Scraper.Article> fetched = fetches.get(page).settled();
    Outcome<Integer> counted = counts.get(page).settled();
    story.count(fetched);
    story.count(counted);
    int attempts =
        switch (kind(page)) {
          case PLAIN, SLOW, MISSING -> 1;
          case FAILS_ONCE -> 2;
          case BROKEN, ENDLESS -> 3;
        };
    story.expect(name + ", enough attempts", true, fetched.attempts() >= attempts);
    switch (kind(page)) {
      case PLAIN, SLOW, FAILS_ONCE ->
          story.expect(name + ", words", String.valueOf(LocalSite.words(page) + 1), words(counted));
      case MISSING -> failing(name, "HTTP 404", fetched, counted);
      case BROKEN -> failing(name, "HTTP 500", fetched, counted);
      case ENDLESS -> failing(name, "TIMED_OUT", fetched, counted);
    }
  }

  private void failing(String name, String how, Outcome<?> fetched, Outcome<?> counted) {
    String found =
        switch (fetched) {
          case Outcome.Failed<?> it when it.reason() == Outcome.Failed.Reason.ERROR ->
              String.valueOf(it.cause().getMessage());
          case Outcome.Failed<?> it -> it.reason().name();
          case Outcome.Succeeded<?> it -> brief(it);
          case Outcome.Cancelled<?> it -> brief(it);
        };
    story.expect(name + ", fetched", how, found);
    story.expect(name + ", counted", "cancelled", brief(counted));
  }

  private static String words(Outcome<Integer> counted) {
    return counted instanceof Outcome.Succeeded<Integer> it
        ? String.valueOf(it.value())
        : brief(counted);
  }

  /// An outcome in a few words.
  static String brief(Outcome<?> outcome) {
    return switch (outcome) {
      case Outcome.Succeeded<?> it -> "succeeded " + it.attempts();
      case Outcome.Failed<?> it -> "failed " + it.reason() + " " + it.attempts();
      case Outcome.Cancelled<?> it -> "cancelled";
    };
  }

  /// Words on all pages that could be had.
  long words() {
    return counts.stream()
        .flatMap(job -> job.outcome().stream())
        .mapToLong(outcome -> outcome instanceof Outcome.Succeeded<Integer> it ? it.value() : 0)
        .sum();
  }

  /// What the attempts on `cpu` cost, by the clocks of their threads.
  Duration cpu() {
    return Duration.ofNanos(
        counts.stream()
            .flatMap(job -> job.attempts().stream())
            .map(Attempt::cpu)
            .mapToLong(cpu -> cpu.orElse(0))
            .sum());
  }

  @Override
  public void close() {
    scraper.close();
    site.close();
  }
}
