package dev.treadle.cli.scrape;

import org.jspecify.annotations.Nullable;

/// The record of an attempt while it grows. Used by one thread.
final class Draft {
  private final String url;
  private final int attempt;
  private final long started;

  /// Where a redirect leads that nobody answered yet; null if the last request was answered.
  @Nullable Url target;

  @Nullable String finalUrl;
  @Nullable Integer status;
  @Nullable String title;
  @Nullable Long length;
  long bytes;
  @Nullable String file;

  Draft(String url, int attempt, long nanos) {
    this.url = url;
    this.attempt = attempt;
    this.started = nanos;
  }

  /// The record as it stands.
  Page page(@Nullable String error, long nanos) {
    long millis = Math.max(0, (nanos - started + 500_000) / 1_000_000);
    @Nullable String told =
        error == null || target == null ? error : error + " after a redirect to " + target;
    return new Page(url, finalUrl, status, title, length, bytes, millis, attempt, file, told);
  }
}
