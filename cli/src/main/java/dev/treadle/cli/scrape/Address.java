package dev.treadle.cli.scrape;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads URLs as people write them and servers send them: spaces, umlauts and stray signs are
/// encoded as a browser does, all but http and https is refused.
final class Address {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final int LENGTH_MAX = 8_192;

  private Address() {}

  /// Reads an absolute URL.
  ///
  /// @throws Problem.Told if it is none that can be fetched; the message says why
  static URI parse(String text) throws Problem.Told {
    return check(read(text.strip()), "bad URL");
  }

  /// Reads the target of a redirect, absolute or relative to where it came from.
  ///
  /// @throws Problem.Told if it cannot be fetched; the message says why
  static URI resolve(URI base, String location) throws Problem.Told {
    // Header bytes arrive as Latin-1; what is UTF-8 in them is read as such.
    byte[] raw = location.strip().getBytes(StandardCharsets.ISO_8859_1);
    return check(base.resolve(read(new String(raw, StandardCharsets.UTF_8))), "redirect refused");
  }

  /// The host and port by which connections are limited.
  static String host(URI uri) {
    int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    return uri.getHost() + ":" + port;
  }

  private static URI check(URI uri, String what) throws Problem.Told {
    @Nullable String scheme = uri.getScheme();
    if (scheme == null) {
      throw new Problem.Told(what + ": no http:// or https:// in front");
    }
    String low = scheme.toLowerCase(Locale.ROOT);
    if (!low.equals("http") && !low.equals("https")) {
      throw new Problem.Told(what + ": " + low + " is not http or https");
    }
    if (uri.getHost() == null || uri.getHost().isEmpty()) {
      throw new Problem.Told(what + ": no usable host name in it");
    }
    if (uri.getPort() > 65_535 || uri.getPort() == 0) {
      throw new Problem.Told(what + ": port " + uri.getPort() + " is not in 1 to 65535");
    }
    StringBuilder clean = new StringBuilder(low).append("://");
    clean.append(uri.getHost().toLowerCase(Locale.ROOT));
    if (uri.getPort() >= 0) {
      clean.append(':').append(uri.getPort());
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    clean.append(path.isEmpty() ? "/" : path);
    if (uri.getRawQuery() != null) {
      clean.append('?').append(uri.getRawQuery());
    }
    String address = clean.toString();
    return address.equals(uri.toString()) ? uri : URI.create(address);
  }

  private static URI read(String text) throws Problem.Told {
    if (text.length() > LENGTH_MAX) {
      throw new Problem.Told("bad URL: longer than " + LENGTH_MAX + " characters");
    }
    try {
      return new URI(isPlain(text) ? text : encode(hostToAscii(text)));
    } catch (URISyntaxException e) {
      throw new Problem.Told("bad URL: " + e.getReason().toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new Problem.Told("bad URL: no usable host name in it");
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

  private static String hostToAscii(String text) {
    int start = text.indexOf("//") + 2;
    if (start < 2) {
      return text;
    }
    int end = start;
    while (end < text.length() && "/?#\\".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    String authority = text.substring(start, end);
    if (StandardCharsets.US_ASCII.newEncoder().canEncode(authority)) {
      return text;
    }
    int from = authority.lastIndexOf('@') + 1;
    int colon = authority.indexOf(':', from);
    int to = colon < 0 ? authority.length() : colon;
    return text.substring(0, start + from)
        + IDN.toASCII(authority.substring(from, to), IDN.ALLOW_UNASSIGNED)
        + text.substring(start + to);
  }

  private static String encode(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    int pathStart = text.indexOf('/', Math.max(0, text.indexOf("//") + 2));
    int query = text.indexOf('?');
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      boolean inAuthority = pathStart < 0 ? query < 0 || i < query : i < pathStart;
      boolean lonePercent = c == '%' && !(hex(text, i + 1) && hex(text, i + 2));
      if (c == '\\' && (query < 0 || i < query)) {
        out.append('/'); // as browsers do
      } else if (c > 126
          || c <= 32
          || lonePercent
          || "\"<>\\^`{|}".indexOf(c) >= 0
          || ((c == '[' || c == ']') && !inAuthority)) {
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
