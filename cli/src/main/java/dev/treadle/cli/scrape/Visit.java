package dev.treadle.cli.scrape;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One URL of a list on its way to its record: the input of the scrape task.
///
/// It keeps what the attempts saw, because an attempt that times out returns nothing.
public final class Visit {
  private final String url;
  private final @Nullable Url target;
  private final String host;
  private volatile int attempts;
  private volatile Instant notBefore = Instant.MIN;
  private volatile Page seen;

  /// A visit of a URL as somebody wrote it; whether it makes sense turns out when it is fetched.
  public Visit(String url) {
    this.url = url;
    Url parsed;
    try {
      parsed = Address.parse(url);
    } catch (Problem.Told e) {
      parsed = null; // Scraper parses it again, for the message
    }
    this.target = parsed;
    this.host = parsed == null ? "" : parsed.hostAndPort();
    this.seen = new Page(url, null, null, null, null, 0, 0, 0, null, null);
  }

  String url() {
    return url;
  }

  /// The URL to ask for.
  ///
  /// @throws Problem.Told if it is none
  Url target() throws Problem.Told {
    return target != null ? target : Address.parse(url);
  }

  /// What the per-host limit counts by; null if the URL has no host.
  @Nullable String host() {
    return host.isEmpty() ? null : host;
  }

  /// Counts an attempt that really asks the server.
  int begin() {
    return attempts += 1; // one attempt at a time
  }

  /// Takes an attempt back that never came to ask.
  void unbegin() {
    attempts -= 1;
  }

  /// No attempt before this: the server asked for a pause.
  Instant notBefore() {
    return notBefore;
  }

  void notBefore(Instant instant) {
    notBefore = instant;
  }

  /// What the latest attempt found.
  Page seen() {
    return seen;
  }

  void saw(Page page) {
    seen = page;
  }

  @Override
  public String toString() {
    return url;
  }
}
