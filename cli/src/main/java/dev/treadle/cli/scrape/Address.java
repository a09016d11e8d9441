package dev.treadle.cli.scrape;

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

  private static final Pattern SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*):");

  private Address() {}

  /// Reads an absolute URL.
  ///
  /// @throws Problem.Told if it is none that can be fetched; the message says why
  static Url parse(String text) throws Problem.Told {
    try {
      String sent = sent(text.strip());
      Matcher scheme = SCHEME.matcher(sent);
      if (!scheme.lookingAt()) {
        throw new Problem.Told("no http:// or https:// in front");
      }
      return absolute(scheme.group(1), sent.substring(scheme.end()));
    } catch (Problem.Told e) {
      throw new Problem.Told("bad URL: " + e.getMessage());
    }
  }

  /// Reads the target of a redirect, absolute or relative to where it came from.
  ///
  /// @throws Problem.Told if it cannot be fetched; the message says why
  static Url resolve(Url base, String location) throws Problem.Told {
    // Header bytes arrive as Latin-1; what is UTF-8 in them is read as such.
    byte[] raw = location.strip().getBytes(StandardCharsets.ISO_8859_1);
    String target = new String(raw, StandardCharsets.UTF_8);
    try {
      return against(base, sent(target));
    } catch (Problem.Told e) {
      throw new Problem.Told(
          "redirect refused: %s (Location: %s)".formatted(e.getMessage(), Problem.line(target)));
    }
  }

  private static Url against(Url base, String target) throws Problem.Told {
    Matcher scheme = SCHEME.matcher(target);
    if (scheme.lookingAt()) {
      return absolute(scheme.group(1), target.substring(scheme.end()));
    }
    if (target.startsWith(":")) {
      throw new Problem.Told("no scheme before the colon");
    }
    if (slashes(target) >= 2) {
      return absolute(base.scheme(), target);
    }
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    @Nullable String query = mark < 0 ? null : target.substring(mark + 1);
    if (path.isEmpty()) {
      return new Url(
          base.scheme(),
          base.host(),
          base.port(),
          base.path(),
          query == null ? base.query() : encode(query, false));
    }
    if (slashes(path) == 0) {
      path = base.path().substring(0, base.path().lastIndexOf('/') + 1) + path;
    }
    return new Url(base.scheme(), base.host(), base.port(), path(path), encoded(query));
  }

  private static Url absolute(String scheme, String rest) throws Problem.Told {
    String low = scheme.toLowerCase(Locale.ROOT);
    if (!low.equals("http") && !low.equals("https")) {
      throw new Problem.Told(low + " is not http or https");
    }
    if (slashes(rest) < 2) {
      throw new Problem.Told("no usable host name in it: // is missing after " + low + ":");
    }
    int end = 2;
    while (end < rest.length() && "/\\?".indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    String authority = rest.substring(2, end);
    String hostAndPort = authority.substring(authority.lastIndexOf('@') + 1); // no passwords
    int colon = hostAndPort.lastIndexOf(':');
    if (colon <= hostAndPort.lastIndexOf(']')) {
      colon = -1;
    }
    String host = Host.parse(colon < 0 ? hostAndPort : hostAndPort.substring(0, colon));
    int port = colon < 0 ? -1 : port(hostAndPort.substring(colon + 1));
    String after = rest.substring(end);
    int mark = after.indexOf('?');
    String path = mark < 0 ? after : after.substring(0, mark);
    return new Url(
        low,
        host,
        port,
        path(path.isEmpty() ? "/" : path),
        encoded(mark < 0 ? null : after.substring(mark + 1)));
  }

  private static int port(String text) throws Problem.Told {
    if (text.isEmpty()) {
      return -1;
    }
    boolean digits = text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits) {
      throw new Problem.Told("port " + Problem.line(text) + " is not a number");
    }
    int port = text.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(text);
    if (port == 0 || port > 65_535) {
      throw new Problem.Told("port " + Problem.line(text) + " is not in 1 to 65535");
    }
    return port;
  }

  // Slashes at the start; browsers take a backslash for one.
  private static int slashes(String text) {
    int count = 0;
    while (count < text.length() && (text.charAt(count) == '/' || text.charAt(count) == '\\')) {
      count++;
    }
    return count;
  }

  private static String path(String text) {
    return withoutDots(encode(text, true));
  }

  private static @Nullable String encoded(@Nullable String query) {
    return query == null ? null : encode(query, false);
  }

  // What is sent of it: all but the fragment, which is for browsers.
  private static String sent(String text) throws Problem.Told {
    if (text.length() > LENGTH_MAX) {
      throw new Problem.Told("longer than " + LENGTH_MAX + " characters");
    }
    int hash = text.indexOf('#');
    return hash < 0 ? text : text.substring(0, hash);
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

  private static String encode(String text, boolean path) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      boolean lonePercent = c == '%' && !(hex(text, i + 1) && hex(text, i + 2));
      if (c == '\\' && path) {
        out.append('/'); // as browsers do
      } else if (c > 126 || c <= 32 || lonePercent || "\"<>\\^`{|}[]".indexOf(c) >= 0) {
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
