package dev.treadle.cli;

import dev.treadle.Item;
import dev.treadle.Jobs;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One run of `treadle scrape`: a list goes in, records come out in its order.
///
/// Memory is bounded however long the list is: at most [#AHEAD_MAX] URLs are read beyond the first
/// whose record is not yet written.
final class ScrapeRun implements Stoppable {
  static final int AHEAD_MAX = 10_000;

  private final UrlList list;
  private final ScrapeOptions options;
  private final Stdio stdio;
  private final PageFormat format;
  private final Semaphore ahead = new Semaphore(AHEAD_MAX);
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private volatile long total;
  private volatile boolean stopped;
  private volatile @Nullable Jobs<Visit, Page> jobs;
  private volatile @Nullable UrlFeed feed;

  ScrapeRun(UrlList list, ScrapeOptions options, Stdio stdio) {
    this.list = list;
    this.options = options;
    this.stdio = stdio;
    Terminal terminal = stdio.terminal();
    this.format =
        options.json()
            ? new PageFormat.Json()
            : new PageFormat.Text(
                terminal.out() ? terminal.width() : 0, terminal.out() && terminal.colour());
  }

  /// Runs to the end of the list, or until it is stopped, and returns the exit code.
  int run() throws IOException {
    long started = System.nanoTime();
    total = list.total();
    try (Meter meter = Meter.start(stdio, "scrape", options.quiet(), this::progress);
        Scraper scraper = new Scraper(options.maxBytes(), InstantSource.system())) {
      Task<Visit, Page> task = ScrapeTask.pages(scraper, options);
      try (Treadle treadle =
          Treadle.with(task)
              .permits(Strategy.IO, options.concurrency())
              .mapWindow(Math.clamp(4L * options.concurrency(), 1_000, AHEAD_MAX))
              .open()) {
        write(treadle.map(task, visits()), meter);
      }
    } catch (Stdio.Closed e) {
      return exitCode(); // nobody reads on: nothing to say either
    }
    if (!options.quiet()) {
      stdio.tell(summary(Duration.ofNanos(System.nanoTime() - started)) + "\n");
    }
    return exitCode();
  }

  private void write(Jobs<Visit, Page> all, Meter meter) {
    jobs = all;
    if (stopped) {
      all.cancel();
    }
    InOrder<Page> order =
        new InOrder<>(page -> {
          ahead.release();
          meter.print(format.line(page));
        });
    try (Stream<Item<Visit, Page>> items = all.asCompleted()) {
      readAll(items, order);
    }
  }

  private void readAll(Stream<Item<Visit, Page>> items, InOrder<Page> order) {
    try {
      items.forEach(item -> {
        if (!(item.outcome() instanceof Outcome.Cancelled<Page>)) {
          Page page = ScrapeTask.record(item.input(), item.outcome(), options.timeout());
          if (!page.ok()) {
            failed.incrementAndGet();
          }
          done.incrementAndGet();
          order.add(item.index(), page);
        }
      });
      order.finish();
    } finally {
      endFeed(); // if nobody reads records any more, nobody needs URLs
    }
  }

  private void endFeed() {
    ahead.release(AHEAD_MAX);
    UrlFeed urls = feed;
    if (urls != null) {
      urls.stop();
    }
  }

  private Stream<Visit> visits() throws IOException {
    UrlFeed urls = new UrlFeed(list.urls());
    feed = urls;
    if (stopped) {
      urls.stop();
    }
    return urls.stream().takeWhile(url -> mayGoOn()).map(Visit::new);
  }

  // Waits while the reader of the list is too far ahead of the writer of the records.
  private boolean mayGoOn() {
    try {
      ahead.acquire();
      return !stopped;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Stops: what runs is cancelled, what is done is written.
  @Override
  public void stop() {
    stopped = true;
    endFeed();
    Jobs<Visit, Page> all = jobs;
    if (all != null) {
      all.cancel();
    }
  }

  /// How many records are finished, written or not.
  int progressDone() {
    return done.get();
  }

  private Progress progress() {
    Jobs<Visit, Page> all = jobs;
    long known = total >= 0 || all == null ? total : all.progress().total();
    return new Progress(done.get(), known, failed.get());
  }

  private int exitCode() {
    return stopped ? Main.INTERRUPTED : failed.get() > 0 ? Main.FAILED : Main.OK;
  }

  private String summary(Duration took) {
    long pages = done.get();
    String time = DurationConverter.format(took);
    if (stopped) {
      long known = progress().total();
      String of = known < 0 ? "" : " of " + Columns.number(known);
      return "interrupted after %s: %s%s pages done, %s of them failed"
          .formatted(time, Columns.number(pages), of, Columns.number(failed.get()));
    }
    return "%s %s in %s (%s/s): %s good, %s failed"
        .formatted(
            Columns.number(pages),
            pages == 1 ? "page" : "pages",
            time,
            Columns.number(Math.round(pages / Math.max(0.001, took.toNanos() / 1e9))),
            Columns.number(pages - failed.get()),
            Columns.number(failed.get()));
  }
}
