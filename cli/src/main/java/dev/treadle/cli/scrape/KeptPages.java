package dev.treadle.cli.scrape;

import dev.treadle.cli.runs.Keeping;
import dev.treadle.cli.runs.Run;
import dev.treadle.cli.terminal.DurationConverter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How pages are kept in a file.
///
/// @param run which run it is
/// @param limits what bounds the work
record KeptPages(Run run, Map<String, String> limits) implements Keeping<Visit, Page> {
  private static final String URL = "url";

  /// What only decides when to give a page up is not part of the run: with more time, those that
  /// failed are fetched again, and no others.
  ///
  /// @param naming the options that decide what a page is
  KeptPages(ScrapeOptions options, Map<String, String> naming) {
    this(
        Run.here("scrape", List.of(), naming),
        Map.of(
            "concurrency", String.valueOf(options.concurrency()),
            "timeout", DurationConverter.format(options.timeout()),
            "retries", String.valueOf(options.retries()),
            "max-bytes", String.valueOf(options.maxBytes())));
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
  public String shown(Visit visit) {
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
}
