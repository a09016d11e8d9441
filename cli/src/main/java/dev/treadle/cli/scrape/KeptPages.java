package dev.treadle.cli.scrape;

import dev.treadle.cli.records.ListRun;
import dev.treadle.cli.runs.Keeping;
import dev.treadle.cli.runs.Run;
import dev.treadle.cli.terminal.DurationConverter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How pages are kept in a file.
///
/// @param run which run it is
record KeptPages(Run run) implements Keeping<Visit, Page> {
  private static final String URL = "url";

  /// What decides whether there is a page is part of the run; how many are fetched at once is not.
  KeptPages(ScrapeOptions options) {
    this(
        Run.here(
            "scrape",
            List.of(),
            Map.of(
                "timeout", DurationConverter.format(options.timeout()),
                "retries", String.valueOf(options.retries()),
                "max-bytes", String.valueOf(options.maxBytes()))));
  }

  @Override
  public Class<Page> type() {
    return Page.class;
  }

  @Override
  public String text(Visit visit) {
    return visit.url();
  }

  @Override
  public Map<String, String> fields(Visit visit) {
    return Map.of(URL, visit.url());
  }

  @Override
  public Visit input(Map<String, String> fields) {
    return new Visit(fields.getOrDefault(URL, ""));
  }

  @Override
  public @Nullable String error(Page page) {
    return page.error();
  }

  // Pages that wait for another attempt, or for their host, must not keep others from theirs.
  @Override
  public int window(int concurrency) {
    return Math.clamp(4L * concurrency, 1_000, ListRun.AHEAD_MAX);
  }
}
