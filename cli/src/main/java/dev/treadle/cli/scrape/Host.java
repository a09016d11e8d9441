package dev.treadle.cli.scrape;

import com.ibm.icu.text.IDNA;
import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/// Reads the host of a URL as the URL Standard of the WHATWG says (section "Host parsing"), and so
/// as browsers do: `foo_bar.example` is a host, `127.1` is `127.0.0.1`, `ex%61mple` is `example`,
/// and names beyond ASCII follow UTS #46.
final class Host {
  // What the standard's "domain to ASCII" does not ask for unless it is strict.
  private static final Set<IDNA.Error> ALLOWED =
      EnumSet.of(
          IDNA.Error.EMPTY_LABEL,
          IDNA.Error.LABEL_TOO_LONG,
          IDNA.Error.DOMAIN_NAME_TOO_LONG,
          IDNA.Error.LEADING_HYPHEN,
          IDNA.Error.TRAILING_HYPHEN,
          IDNA.Error.HYPHEN_3_4);

  private static final String FORBIDDEN = " #/:<>?@[\\]^|%";

  private Host() {}

  /// Returns the host in ASCII.
  ///
  /// @throws Problem.Told if it cannot be a host; the message says why
  static String parse(String text) throws Problem.Told {
    if (text.startsWith("[")) {
      return six(text);
    }
    String name = toAscii(percentDecode(text));
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < ' ' || c == 0x7F || FORBIDDEN.indexOf(c) >= 0) {
        throw new Problem.Told(
            "no usable host name in it: %s is not allowed there"
                .formatted(c <= ' ' || c == 0x7F ? "U+%04X".formatted((int) c) : "'" + c + "'"));
      }
    }
    if (name.isEmpty()) {
      throw new Problem.Told("no usable host name in it");
    }
    return endsInNumber(name) ? four(name) : name;
  }

  private static String six(String text) throws Problem.Told {
    String address = text.endsWith("]") ? text.substring(1, text.length() - 1) : "";
    boolean plain = address.chars().allMatch(c -> HexFormat.isHexDigit(c) || c == ':' || c == '.');
    try {
      if (plain && address.contains(":")) {
        var unused = Inet6Address.ofLiteral(address);
        return "[" + address.toLowerCase(Locale.ROOT) + "]";
      }
    } catch (IllegalArgumentException e) {
      // It is told below.
    }
    throw new Problem.Told("no usable host name in it: not an IPv6 address");
  }

  private static String percentDecode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '%'
          && i + 2 < bytes.length
          && HexFormat.isHexDigit(bytes[i + 1])
          && HexFormat.isHexDigit(bytes[i + 2])) {
        out.write(HexFormat.fromHexDigit(bytes[i + 1]) << 4 | HexFormat.fromHexDigit(bytes[i + 2]));
        i += 2;
      } else {
        out.write(bytes[i]);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String toAscii(String name) throws Problem.Told {
    String low = name.toLowerCase(Locale.ROOT);
    if (low.chars().allMatch(c -> c < 128) && !low.contains("xn--")) {
      return low; // so are nearly all, and the tables of the library take a while to load
    }
    IDNA.Info info = new IDNA.Info();
    StringBuilder ascii = new StringBuilder();
    IDNA.getUTS46Instance(IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ | IDNA.NONTRANSITIONAL_TO_ASCII)
        .nameToASCII(name, ascii, info);
    if (!ALLOWED.containsAll(info.getErrors())) {
      Set<IDNA.Error> errors = EnumSet.copyOf(info.getErrors());
      errors.removeAll(ALLOWED);
      throw new Problem.Told(
          "no usable host name in it: "
              + errors.iterator().next().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }
    return ascii.toString();
  }

  // The standard's "ends in a number checker".
  private static boolean endsInNumber(String name) {
    String trimmed = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    String last = trimmed.substring(trimmed.lastIndexOf('.') + 1);
    return !last.isEmpty()
        && (last.chars().allMatch(c -> c >= '0' && c <= '9') || last.matches("0[xX][0-9a-fA-F]*"));
  }

  // The standard's "IPv4 parser": one to four numbers, the last fills what is left.
  private static String four(String name) throws Problem.Told {
    String[] parts =
        (name.endsWith(".") ? name.substring(0, name.length() - 1) : name).split("\\.", -1);
    if (parts.length > 4) {
      throw notFour();
    }
    long address = 0;
    for (int i = 0; i < parts.length; i++) {
      long number = number(parts[i]);
      boolean last = i == parts.length - 1;
      int room = last ? 8 * (4 - i) : 8;
      if (number >= 1L << room) {
        throw notFour();
      }
      address |= last ? number : number << (8 * (3 - i));
    }
    return "%d.%d.%d.%d"
        .formatted(address >> 24, address >> 16 & 0xFF, address >> 8 & 0xFF, address & 0xFF);
  }

  private static long number(String part) throws Problem.Told {
    int radix = 10;
    String digits = part;
    if (part.startsWith("0x")) {
      radix = 16;
      digits = part.substring(2);
    } else if (part.length() > 1 && part.startsWith("0")) {
      radix = 8;
      digits = part.substring(1);
    }
    try {
      boolean signed = digits.startsWith("+") || digits.startsWith("-");
      if (!part.isEmpty() && !signed) {
        return digits.isEmpty() ? 0 : Long.parseLong(digits, radix);
      }
    } catch (NumberFormatException e) {
      // It is told below.
    }
    throw notFour();
  }

  private static Problem.Told notFour() {
    return new Problem.Told("no usable host name in it: ends in a number, but is no IPv4 address");
  }
}
