package dev.treadle.cli.scrape;

import org.jspecify.annotations.Nullable;

/// The address of a page: what [Address] made of a text, ready to be asked for.
///
/// It stands in for `java.net.URI`, which knows no host such as `foo_bar.example` or `a-.example`.
///
/// @param scheme `http` or `https`
/// @param host a name in lower-case ASCII, an IPv4 address, or an IPv6 address in brackets
/// @param port the port, -1 if the text named none
/// @param path the path, percent-encoded; begins with a slash
/// @param query what follows the question mark, percent-encoded; null if there is none
record Url(String scheme, String host, int port, String path, @Nullable String query) {

  /// Returns path and query, as a request line has them.
  String target() {
    return query == null ? path : path + "?" + query;
  }

  /// Returns the port to connect to.
  int realPort() {
    return port >= 0 ? port : scheme.equals("https") ? 443 : 80;
  }

  /// Returns the host and port by which connections are limited.
  String hostAndPort() {
    return host + ":" + realPort();
  }

  @Override
  public String toString() {
    return scheme + "://" + host + (port < 0 ? "" : ":" + port) + target();
  }
}
