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
    String meant =
        switch (name) {
          case "iso-8859-1",
              "iso8859-1",
              "latin1",
              "l1",
              "ascii",
              "us-ascii",
              "cp1252",
              "x-cp1252" ->
              "windows-1252";
          case "iso-8859-9", "latin5", "iso8859-9" -> "windows-1254";
          case "iso-8859-11", "tis-620" -> "windows-874";
          case "gb2312", "gbk", "gb_2312-80", "chinese", "x-gbk" -> "GB18030";
          case "shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji" -> "windows-31j";
          case "euc-kr", "ks_c_5601-1987", "korean", "ksc5601" -> "x-windows-949";
          case "big5", "big5-hkscs", "x-x-big5" -> "Big5-HKSCS";
          case "utf8", "unicode-1-1-utf-8", "x-unicode20utf8" -> "UTF-8";
          case "utf-16", "unicode", "ucs-2", "iso-10646-ucs-2" -> "UTF-16LE";
          default -> name;
        };
    try {
      return Charset.forName(meant);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return null;
    }
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
