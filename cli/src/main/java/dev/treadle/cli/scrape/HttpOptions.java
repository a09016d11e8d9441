package dev.treadle.cli.scrape;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;

/// How requests are made.
///
/// @param headers headers of each request besides those that every request has; one that names
///   `User-Agent` or `Accept` stands in for it
/// @param redirectsMax redirects that are followed for one URL, at least 0
/// @param proxies the proxy for each URL
/// @param tls makes the TLS context, once the first `https` URL needs it
/// @param checkNames whether the name in a certificate must be that of the host
record HttpOptions(
    List<Header> headers,
    int redirectsMax,
    Proxies proxies,
    Callable<SSLContext> tls,
    boolean checkNames) {
  /// As many as curl and browsers follow.
  static final int REDIRECTS_MAX = 20;

  /// What a request has if nobody says otherwise.
  private static final List<Header> USUAL =
      List.of(
          new BasicHeader("User-Agent", "treadle-scrape"),
          new BasicHeader("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));

  // What another host must not learn.
  private static final Set<String> SECRET = Set.of("authorization", "cookie");

  /// No proxy, the certificates that the JDK trusts.
  static final HttpOptions DEFAULT =
      new HttpOptions(List.of(), REDIRECTS_MAX, Proxies.NONE, SSLContext::getDefault, true);

  HttpOptions {
    headers = List.copyOf(headers);
  }

  /// Returns all headers of a request but those that belong to the connection.
  ///
  /// @param sameHost whether it goes to the host of the URL that was named
  List<Header> headers(boolean sameHost) {
    List<Header> all = new ArrayList<>(headers);
    if (!sameHost) {
      all.removeIf(header -> SECRET.contains(header.getName().toLowerCase(Locale.ROOT)));
    }
    for (Header usual : USUAL) {
      if (headers.stream().noneMatch(given -> given.getName().equalsIgnoreCase(usual.getName()))) {
        all.add(usual);
      }
    }
    // An empty value says that the header is not to be sent, as with curl.
    all.removeIf(header -> header.getValue().isEmpty());
    return all;
  }
}
