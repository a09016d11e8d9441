package dev.treadle.cli.scrape;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/// The character set of a text, found as browsers find it (WHATWG Encoding, HTML "encoding
/// sniffing"): byte order mark, then header, then meta element or XML declaration, then UTF-8 if
/// the text is, else windows-1252.
///
/// @param charset how to decode
/// @param bom bytes of byte order mark before the text
record Encoding(Charset charset, int bom) {
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
  private static final Pattern XML_DECLARATION =
      Pattern.compile("^<\\?xml[^>]{0,200}?encoding\\s*=\\s*[\"']([^\"']+)[\"']");

  /// Finds it from the first `length` bytes of a body.
  static Encoding of(byte[] start, int length, ContentType type, ContentType.Kind kind) {
    if (starts(start, length, 0xEF, 0xBB, 0xBF)) {
      return new Encoding(StandardCharsets.UTF_8, 3);
    }
    if (starts(start, length, 0xFE, 0xFF)) {
      return new Encoding(StandardCharsets.UTF_16BE, 2);
    }
    if (starts(start, length, 0xFF, 0xFE)) {
      return new Encoding(StandardCharsets.UTF_16LE, 2);
    }
    @Nullable Charset found = byLabel(type.charset());
    if (found == null) {
      found = inside(start, length, type, kind);
    }
    if (found == null) {
      found = isUtf8(start, length) ? StandardCharsets.UTF_8 : WINDOWS_1252;
    }
    return new Encoding(found, 0);
  }

  /// The text of a body that is no longer than these bytes. What cannot be decoded becomes U+FFFD.
  String decode(byte[] body, int length) {
    return new String(body, bom, length - bom, charset);
  }

  private static boolean starts(byte[] bytes, int length, int... sign) {
    if (length < sign.length) {
      return false;
    }
    for (int i = 0; i < sign.length; i++) {
      if ((bytes[i] & 0xFF) != sign[i]) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable Charset inside(
      byte[] start, int length, ContentType type, ContentType.Kind kind) {
    String latin = new String(start, 0, length, StandardCharsets.ISO_8859_1);
    Matcher declaration = XML_DECLARATION.matcher(latin);
    if ((kind != ContentType.Kind.TEXT || type.type().endsWith("xml")) && declaration.find()) {
      return notWide(byLabel(declaration.group(1)));
    }
    if (kind != ContentType.Kind.HTML || !latin.toLowerCase(Locale.ROOT).contains("charset")) {
      return null;
    }
    for (Element meta : Jsoup.parse(latin).select("meta[charset], meta[http-equiv][content]")) {
      @Nullable String label =
          meta.hasAttr("charset")
              ? meta.attr("charset")
              : meta.attr("http-equiv").equalsIgnoreCase("content-type")
                  ? ContentType.charset(meta.attr("content"))
                  : null;
      @Nullable Charset charset = notWide(byLabel(label));
      if (charset != null) {
        return charset;
      }
    }
    return null;
  }

  // A meta element that could be read byte by byte is not in UTF-16.
  private static @Nullable Charset notWide(@Nullable Charset charset) {
    return charset != null && charset.name().startsWith("UTF-16")
        ? StandardCharsets.UTF_8
        : charset;
  }

  /// The charset browsers mean by a label, or null for one that nobody knows.
  static @Nullable Charset byLabel(@Nullable String label) {
    if (label == null) {
      return null;
    }
    String name = label.strip().toLowerCase(Locale.ROOT);
    try {
      return browsers(Charset.forName(java(name)));
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return null;
    }
  }

  // Labels that Java does not know.
  private static String java(String label) {
    return switch (label) {
      case "macintosh", "mac", "csmacintosh", "x-mac-roman" -> "x-MacRoman";
      case "x-mac-cyrillic", "x-mac-ukrainian" -> "x-MacUkraine";
      case "dos-874" -> "x-windows-874";
      case "iso-8859-6-e", "iso-8859-6-i", "csiso88596e", "csiso88596i" -> "ISO-8859-6";
      case "iso-8859-8-e", "iso-8859-8-i", "csiso88598e", "csiso88598i", "logical", "visual" ->
          "ISO-8859-8";
      case "koi" -> "KOI8-R";
      case "koi8-ru" -> "KOI8-U";
      case "chinese",
          "csgb2312",
          "csiso58gb231280",
          "gb_2312",
          "gb_2312-80",
          "iso-ir-58",
          "x-gbk" ->
          "GBK";
      case "cn-big5", "x-x-big5" -> "Big5";
      case "korean", "csksc56011987", "iso-ir-149", "ks_c_5601-1989" -> "EUC-KR";
      case "x-unicode20utf8", "unicode11utf8", "unicode20utf8" -> "UTF-8";
      case "ucs-2", "iso-10646-ucs-2", "csunicode", "unicodefeff" -> "UTF-16LE";
      case "unicodefffe" -> "UTF-16BE";
      default ->
          label.startsWith("x-cp125")
              ? label.substring(2)
              : label.matches("iso8859\\d+") ? "ISO-8859-" + label.substring(7) : label;
    };
  }

  // What browsers read in the name of these is the wider set that people meant.
  private static Charset browsers(Charset charset) {
    return switch (charset.name()) {
      case "ISO-8859-1", "US-ASCII" -> WINDOWS_1252;
      case "ISO-8859-9" -> Charset.forName("windows-1254");
      case "TIS-620", "x-iso-8859-11" -> Charset.forName("x-windows-874");
      case "GB2312", "GBK" -> Charset.forName("GB18030");
      case "Shift_JIS" -> Charset.forName("windows-31j");
      case "EUC-KR" -> Charset.forName("x-windows-949");
      case "Big5" -> Charset.forName("Big5-HKSCS");
      case "UTF-16" -> StandardCharsets.UTF_16LE;
      default -> charset;
    };
  }

  private static boolean isUtf8(byte[] bytes, int length) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer out = CharBuffer.allocate(length + 1);
    // Not the end of the input: a character cut by the end of the piece is no mistake.
    return !decoder.decode(ByteBuffer.wrap(bytes, 0, length), out, false).isError();
  }
}
