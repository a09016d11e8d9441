package dev.treadle.cli.scrape;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads URLs as people write them and servers send them: spaces, umlauts and stray signs are
/// encoded as a browser does, all but http and https is refused.
final class Address {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final int LENGTH_MAX = 8_192;

  // Up to the host, and the host with its port.
  private static final Pattern FRONT =
      Pattern.compile("((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?[/\\\\]{2})([^/?\\\\]*)");

  private Address() {}

  /// Reads an absolute URL.
  ///
  /// @throws Problem.Told if it is none that can be fetched; the message says why
  static URI parse(String text) throws Problem.Told {
    try {
      return check(read(text.strip()));
    } catch (Problem.Told e) {
      throw new Problem.Told("bad URL: " + e.getMessage());
    }
  }

  /// Reads the target of a redirect, absolute or relative to where it came from.
  ///
  /// @throws Problem.Told if it cannot be fetched; the message says why
  static URI resolve(URI base, String location) throws Problem.Told {
    // Header bytes arrive as Latin-1; what is UTF-8 in them is read as such.
    byte[] raw = location.strip().getBytes(StandardCharsets.ISO_8859_1);
    String target = new String(raw, StandardCharsets.UTF_8);
    try {
      return check(against(base, read(target)));
    } catch (Problem.Told e) {
      throw new Problem.Told(
          "redirect refused: %s (Location: %s)".formatted(e.getMessage(), Problem.line(target)));
    }
  }

  // By RFC 3986. URI.resolve follows an older one for a bare query, keeps leading dots, and drops
  // empty segments.
  private static URI against(URI base, URI target) {
    if (target.isAbsolute()) {
      return target;
    }
    if (target.getRawAuthority() != null) {
      return URI.create(base.getScheme() + ":" + target);
    }
    String path = target.getRawPath();
    @Nullable String query = target.getRawQuery();
    if (path.isEmpty()) {
      query = query == null ? base.getRawQuery() : query;
      path = base.getRawPath();
    } else if (!path.startsWith("/")) {
      path = base.getRawPath().substring(0, base.getRawPath().lastIndexOf('/') + 1) + path;
    }
    String end = query == null ? "" : "?" + query;
    return URI.create(base.getScheme() + "://" + base.getRawAuthority() + path + end);
  }

  /// The host and port by which connections are limited.
  static String host(URI uri) {
    int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    return uri.getHost() + ":" + port;
  }

  private static URI check(URI uri) throws Problem.Told {
    @Nullable String scheme = uri.getScheme();
    if (scheme == null) {
      throw new Problem.Told("no http:// or https:// in front");
    }
    String low = scheme.toLowerCase(Locale.ROOT);
    if (!low.equals("http") && !low.equals("https")) {
      throw new Problem.Told(low + " is not http or https");
    }
    if (uri.getHost() == null || uri.getHost().isEmpty()) {
      throw new Problem.Told("no usable host name in it");
    }
    if (uri.getPort() > 65_535 || uri.getPort() == 0) {
      throw new Problem.Told("port " + uri.getPort() + " is not in 1 to 65535");
    }
    StringBuilder clean = new StringBuilder(low).append("://");
    clean.append(uri.getHost().toLowerCase(Locale.ROOT));
    if (uri.getPort() >= 0) {
      clean.append(':').append(uri.getPort());
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    clean.append(withoutDots(path.isEmpty() ? "/" : path));
    if (uri.getRawQuery() != null) {
      clean.append('?').append(uri.getRawQuery());
    }
    String address = clean.toString();
    return address.equals(uri.toString()) ? uri : URI.create(address);
  }

  private static String withoutDots(String path) {
    if (!path.contains("/.") && !path.contains("/%2")) {
      return path;
    }
    String[] segments = path.substring(1).split("/", -1);
    Deque<String> kept = new ArrayDeque<>();
    for (int i = 0; i < segments.length; i++) {
      @Nullable String end = i == segments.length - 1 ? "" : null;
      switch (segments[i].replace("%2e", ".").replace("%2E", ".")) {
        case "." -> {}
        case ".." -> kept.pollLast();
        default -> end = segments[i];
      }
      if (end != null) {
        kept.add(end);
      }
    }
    return "/" + String.join("/", kept);
  }

  private static URI read(String text) throws Problem.Told {
    if (text.length() > LENGTH_MAX) {
      throw new Problem.Told("longer than " + LENGTH_MAX + " characters");
    }
    int hash = text.indexOf('#'); // what follows is for browsers
    String sent = hash < 0 ? text : text.substring(0, hash);
    try {
      if (isPlain(sent)) {
        return new URI(sent);
      }
      Matcher front = FRONT.matcher(sent);
      return new URI(
          front.lookingAt()
              ? encode(front.group(1), "")
                  + encode(hostToAscii(front.group(2)), "")
                  + encode(sent.substring(front.end()), "[]")
              : encode(sent, "[]"));
    } catch (URISyntaxException e) {
      throw new Problem.Told(e.getReason().toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new Problem.Told("no usable host name in it");
    }
  }

  // Whether there is nothing to encode: so are most, and a list may be long.
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= '-' && c <= ':') // also . / and the digits
              || (c >= 'A' && c <= 'Z')
              || c == '_'
              || c == '?'
              || c == '='
              || c == '&';
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  private static String hostToAscii(String authority) {
    if (authority.chars().allMatch(c -> c < 128)) {
      return authority;
    }
    int from = authority.lastIndexOf('@') + 1;
    int colon = authority.indexOf(':', from);
    int to = colon < 0 ? authority.length() : colon;
    return authority.substring(0, from)
        + IDN.toASCII(authority.substring(from, to), IDN.ALLOW_UNASSIGNED)
        + authority.substring(to);
  }

  private static String encode(String text, String strays) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    int query = text.indexOf('?');
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      boolean lonePercent = c == '%' && !(hex(text, i + 1) && hex(text, i + 2));
      if (c == '\\' && (query < 0 || i < query)) {
        out.append('/'); // as browsers do
      } else if (c > 126
          || c <= 32
          || lonePercent
          || "\"<>\\^`{|}".indexOf(c) >= 0
          || strays.indexOf(c) >= 0) {
        for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
          out.append('%').append(HEX.toHexDigits(b));
        }
      } else {
        out.appendCodePoint(c);
      }
      i += Character.charCount(c);
    }
    return out.toString();
  }

  private static boolean hex(String text, int at) {
    return at < text.length() && HexFormat.isHexDigit(text.charAt(at));
  }
}
