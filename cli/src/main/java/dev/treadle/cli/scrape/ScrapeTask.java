package dev.treadle.cli.scrape;

import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.cli.records.Watch;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.SizeConverter;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The scrape task: what [Scraper] does in one attempt, with the timeout, retries and limits of the
/// command, and the record that each outcome gives.
public final class ScrapeTask {
  private static final Duration BACKOFF = Duration.ofMillis(250);
  private static final Duration BACKOFF_MAX = Duration.ofSeconds(10);

  private ScrapeTask() {}

  /// The task that gives pages.
  public static Task<Visit, Page> pages(Scraper scraper, ScrapeOptions options) {
    return pages(scraper, options, Watch.NONE);
  }

  /// The same, with somebody looking on.
  static Task<Visit, Page> pages(Scraper scraper, ScrapeOptions options, Watch watch) {
    return settle(
        Task.io(
            "scrape",
            Visit.class,
            Page.class,
            visit -> {
              watch.begins(visit.url());
              return scraper.scrape(visit);
            }),
        options);
  }

  /// The task that gives pages with their text.
  public static Task<Visit, Scraper.Article> articles(Scraper scraper, ScrapeOptions options) {
    return settle(Task.io("scrape", Visit.class, Scraper.Article.class, scraper::article), options);
  }

  private static <R> Task<Visit, R> settle(Task<Visit, R> task, ScrapeOptions options) {
    Task<Visit, R> settled =
        task.timeout(options.timeout())
            .retry(
                Retry.exponential(options.retries())
                    .base(BACKOFF)
                    .cap(BACKOFF_MAX)
                    .retryIf(ScrapeTask::retryable));
    if (options.delay().isPositive()) {
      settled = settled.rateBy(Visit::host, 1, options.delay());
    }
    return options.perHost() < options.concurrency()
        ? settled.limitBy(Visit::host, options.perHost())
        : settled;
  }

  private static boolean retryable(Throwable error) {
    return switch (error) {
      case ScrapeFailure failure -> failure.retryable();
      case TimeoutException e -> true;
      default -> false;
    };
  }

  /// The record of a visit that ended so.
  static Page record(Visit visit, Outcome<Page> outcome, Duration timeout) {
    return switch (outcome) {
      case Outcome.Succeeded<Page> it -> it.value();
      case Outcome.Cancelled<Page> it -> visit.seen().error("cancelled: " + it.cause());
      case Outcome.Failed<Page> it ->
          switch (it.reason()) {
            case ERROR -> failed(visit, it.cause());
            case TIMED_OUT -> timedOut(visit.seen(), timeout);
            case DEADLINE, LOST -> visit.seen().error(String.valueOf(it.cause().getMessage()));
          };
    };
  }

  private static Page failed(Visit visit, Throwable cause) {
    return cause instanceof ScrapeFailure failure
        ? failure.page()
        : visit.seen().error("internal error: " + cause);
  }

  private static Page timedOut(Page seen, Duration timeout) {
    @Nullable Integer status = seen.status();
    String where =
        status == null
            ? "no answer"
            : status / 100 == 3 // the body of a redirect is not read
                ? "no answer after HTTP " + status
                : "HTTP %d, %s of the body".formatted(status, SizeConverter.format(seen.bytes()));
    return seen.error("timed out after " + DurationConverter.format(timeout) + ": " + where);
  }
}
