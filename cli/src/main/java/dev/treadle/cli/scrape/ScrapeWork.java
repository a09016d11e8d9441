package dev.treadle.cli.scrape;

import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.cli.records.ListWork;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;

/// URLs in, pages out.
///
/// @param timeout of an attempt, for the words about it
record ScrapeWork(UrlList list, Task<Visit, Page> task, Duration timeout)
    implements ListWork<Visit, Page, Page> {
  @Override
  public String noun() {
    return "page";
  }

  @Override
  public long total() throws IOException {
    return list.total();
  }

  @Override
  public Stream<Visit> inputs() throws IOException {
    return list.urls().map(Visit::new);
  }

  @Override
  public Strategy strategy() {
    return Strategy.IO;
  }

  @Override
  public Page record(Visit visit, Outcome<Page> outcome) {
    return ScrapeTask.record(visit, outcome, timeout);
  }

  @Override
  public boolean ok(Page page) {
    return page.ok();
  }
}
