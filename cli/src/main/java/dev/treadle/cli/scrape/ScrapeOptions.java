package dev.treadle.cli.scrape;

import java.time.Duration;

/// How to scrape.
///
/// @param concurrency attempts at once
/// @param perHost attempts at once for one host and port
/// @param timeout the longest an attempt may take, from the look-up of the name to the last byte
/// @param retries attempts after the first, at most
/// @param maxBytes the longest body that is read
/// @param delay the time between the starts of two attempts at one host and port; zero for none
public record ScrapeOptions(
    int concurrency, int perHost, Duration timeout, int retries, long maxBytes, Duration delay) {
  /// Options without a delay.
  public ScrapeOptions(int concurrency, int perHost, Duration timeout, int retries, long maxBytes) {
    this(concurrency, perHost, timeout, retries, maxBytes, Duration.ZERO);
  }
}
