package dev.treadle.cli.scrape;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a `Content-Type` header says.
///
/// @param type such as `text/html`, in lower case; empty if the header is missing
/// @param charset the label of the character set; null if it names none
record ContentType(String type, @Nullable String charset) {
  private static final Pattern CHARSET =
      Pattern.compile("charset\\s*=\\s*[\"']?([^\\s\"';,]+)", Pattern.CASE_INSENSITIVE);

  /// Reads the header.
  static ContentType of(String header) {
    int end = 0;
    while (end < header.length() && header.charAt(end) != ';' && header.charAt(end) != ',') {
      end++;
    }
    String type = header.substring(0, end).strip().toLowerCase(Locale.ROOT);
    return new ContentType(type, header.indexOf('=') < 0 ? null : charset(header));
  }

  /// The label after `charset=`, or null.
  static @Nullable String charset(String text) {
    Matcher matcher = CHARSET.matcher(text);
    return matcher.find() ? matcher.group(1) : null;
  }

  /// How a browser would take a body that starts so.
  Kind kind(byte[] start, int length) {
    return switch (type) {
      case "text/html" -> Kind.HTML;
      case "application/xhtml+xml" -> Kind.XHTML;
      case "", "unknown/unknown", "application/unknown", "*/*" -> sniff(start, length);
      case "application/json", "application/xml", "application/javascript", "image/svg+xml" ->
          Kind.TEXT;
      default ->
          type.startsWith("text/") || type.endsWith("+xml") || type.endsWith("+json")
              ? Kind.TEXT
              : Kind.BINARY;
    };
  }

  private static Kind sniff(byte[] start, int length) {
    boolean bom16 =
        length >= 2
            && ((start[0] == (byte) 0xFE && start[1] == (byte) 0xFF)
                || (start[0] == (byte) 0xFF && start[1] == (byte) 0xFE));
    if (bom16) {
      return Kind.HTML;
    }
    boolean bom8 = length >= 3 && start[0] == (byte) 0xEF && start[1] == (byte) 0xBB;
    Kind kind = Kind.TEXT;
    boolean first = true;
    for (int i = bom8 ? 3 : 0; i < length; i++) {
      if (start[i] == 0) {
        return Kind.BINARY;
      }
      if (first && start[i] > ' ') {
        first = false;
        kind = start[i] == '<' ? Kind.HTML : Kind.TEXT;
      }
    }
    return kind;
  }

  /// How a body is read.
  enum Kind {
    /// Text with a title.
    HTML,
    /// Text with a title, in XML.
    XHTML,
    /// Text without a title.
    TEXT,
    /// No text at all.
    BINARY
  }
}
