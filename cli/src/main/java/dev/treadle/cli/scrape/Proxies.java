package dev.treadle.cli.scrape;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/// Says by which proxy a URL is fetched: as `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`
/// say in the environment, as curl reads them, or as `--proxy` says.
///
/// @param http for `http` URLs; null for none
/// @param https for `https` URLs; null for none
/// @param without hosts that are asked directly, as `no_proxy` lists them
record Proxies(@Nullable Proxy http, @Nullable Proxy https, List<String> without) {
  static final Proxies NONE = new Proxies(null, null, List.of());

  /// A proxy.
  ///
  /// @param host where it listens
  /// @param credentials `user:password`, percent-decoded; null if it asks for none
  record Proxy(HttpHost host, @Nullable String credentials) {}

  Proxies {
    without = List.copyOf(without);
  }

  /// Reads the environment. The names in lower case win; `HTTP_PROXY` does not count, because a web
  /// server sets it from the header `Proxy` of a stranger's request.
  ///
  /// @param option what `--proxy` names, or null; empty for no proxy at all
  /// @throws Problem.Told if a proxy is no URL of a proxy; the message names the variable
  static Proxies of(Map<String, String> environment, @Nullable String option) throws Problem.Told {
    List<String> without = new ArrayList<>();
    for (String entry : either(environment, "no_proxy").split("[,\\s]+")) {
      if (!entry.isEmpty()) {
        without.add(entry.toLowerCase(Locale.ROOT));
      }
    }
    if (option != null) {
      @Nullable Proxy one = proxy("--proxy", option);
      return new Proxies(one, one, without);
    }
    String all = either(environment, "all_proxy");
    String http = environment.getOrDefault("http_proxy", "");
    String https = either(environment, "https_proxy");
    return new Proxies(
        http.isEmpty() ? proxy("all_proxy", all) : proxy("http_proxy", http),
        https.isEmpty() ? proxy("all_proxy", all) : proxy("https_proxy", https),
        without);
  }

  private static String either(Map<String, String> environment, String name) {
    String low = environment.getOrDefault(name, "");
    return low.isEmpty() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : low;
  }

  private static @Nullable Proxy proxy(String where, String text) throws Problem.Told {
    if (text.isEmpty()) {
      return null;
    }
    String address = text.contains("://") ? text : "http://" + text;
    try {
      Url url = Address.parse(address);
      int at = address.lastIndexOf('@');
      @Nullable String credentials =
          at < 0
              ? null
              : java.net.URLDecoder.decode(
                  address.substring(address.indexOf("://") + 3, at).replace("+", "%2B"),
                  java.nio.charset.StandardCharsets.UTF_8);
      int port = url.port() >= 0 ? url.port() : url.scheme().equals("https") ? 443 : 1080;
      return new Proxy(new HttpHost(url.scheme(), bare(url.host()), port), credentials);
    } catch (Problem.Told | IllegalArgumentException e) {
      throw new Problem.Told(
          "%s is %s: not the address of an HTTP proxy, such as http://proxy.example:3128 (%s)"
              .formatted(where, Problem.line(text), e.getMessage()));
    }
  }

  /// Returns the proxy for a URL, null if its host is asked directly.
  @Nullable Proxy proxyFor(String scheme, String host) {
    @Nullable Proxy proxy = scheme.equals("https") ? https : http;
    return proxy == null || isDirect(bare(host)) ? null : proxy;
  }

  // A name stands for itself and all below it; an address for itself, or, with a length, for a net.
  private boolean isDirect(String host) {
    for (String entry : without) {
      String name = entry.startsWith(".") ? entry.substring(1) : entry;
      if (name.equals("*")
          || host.equals(bare(name))
          || (host.endsWith("." + name) && !isAddress(host))
          || isInNet(host, name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
  }

  private static boolean isInNet(String host, String net) {
    int slash = net.indexOf('/');
    if (slash < 0 || !isAddress(host)) {
      return false;
    }
    try {
      byte[] address = java.net.InetAddress.ofLiteral(host).getAddress();
      byte[] base = java.net.InetAddress.ofLiteral(bare(net.substring(0, slash))).getAddress();
      int bits = Integer.parseInt(net.substring(slash + 1));
      if (address.length != base.length || bits < 0 || bits > 8 * base.length) {
        return false;
      }
      for (int i = 0; i < bits; i++) {
        int mask = 0x80 >> (i % 8);
        if ((address[i / 8] & mask) != (base[i / 8] & mask)) {
          return false;
        }
      }
      return true;
    } catch (IllegalArgumentException e) {
      return false; // no net, so nothing is in it
    }
  }

  /// Returns a host without the brackets of an IPv6 address.
  static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
