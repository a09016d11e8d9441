package dev.treadle.cli.scrape;

import org.jspecify.annotations.Nullable;

/// What scraping one URL found: one record of the output.
///
/// @param url the URL as it was given
/// @param finalUrl the URL of the last response, after redirects; null without a response
/// @param status the HTTP status of the last response; null without one
/// @param title the title as a browser shows it; null where there is none
/// @param length characters of the decoded text; null where there is no whole text
/// @param bytes bytes of the body as they came over the wire
/// @param millis how long the last attempt took
/// @param attempts how many attempts were made
/// @param file where the body is kept; null where it is not
/// @param error what went wrong; null if nothing did
public record Page(
    String url,
    @Nullable String finalUrl,
    @Nullable Integer status,
    @Nullable String title,
    @Nullable Long length,
    long bytes,
    long millis,
    int attempts,
    @Nullable String file,
    @Nullable String error) {

  /// Whether the page is there and whole.
  public boolean ok() {
    return error == null;
  }

  /// The same with an error.
  public Page error(String text) {
    return new Page(url, finalUrl, status, title, length, bytes, millis, attempts, file, text);
  }
}
