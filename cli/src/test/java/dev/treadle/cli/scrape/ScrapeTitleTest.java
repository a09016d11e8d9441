package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The title of a page is the one a browser shows, whatever the page does to hide it.
class ScrapeTitleTest {
  private static final String HTML = "Content-Type: text/html";
  private static final String UTF8 = "Content-Type: text/html; charset=utf-8";

  private final Cases cases = new Cases();

  private void html(String name, String html, @Nullable String title) {
    typed(name, UTF8, html, title);
  }

  private void typed(String name, String header, String text, @Nullable String title) {
    cases.good(name, Cases.page(header, text.getBytes(UTF_8)), title);
  }

  private void bytes(String name, String header, Charset charset, String html, String title) {
    cases.good(name, Cases.page(header, html.getBytes(charset)), title);
  }

  @Test
  void textOfTheTitle() throws Exception {
    html("plain", "<title>plain</title>", "plain");
    html("upper case", "<TITLE>upper</TITLE>", "upper");
    html("attributes", "<title lang=en id='x>y'>attributes</title>", "attributes");
    html("named entities", "<title>a &amp; b &lt;i&gt; &eacute; &hellip;</title>", "a & b <i> é …");
    html("numeric entities", "<title>&#65;&#x42; &#x1F600; &#233;</title>", "AB 😀 é");
    html("entities without semicolon", "<title>&copy 2026 &eacute &#65 x</title>", "© 2026 é A x");
    html("windows entities", "<title>a &#150; b &#x80;</title>", "a – b €");
    html("bad entities", "<title>&#0;|&#xD800;|&#x110000;</title>", "\ufffd|\ufffd|\ufffd");
    html("unknown entity", "<title>AT&T &nosuch; & x</title>", "AT&T &nosuch; & x");
    html("entity once only", "<title>&amp;amp;</title>", "&amp;");
    html("white space", "<title>\r\n\t  a \f\n b\t\tc  \n</title>", "a b c");
    html("no-break space", "<title>a&nbsp;b\u3000c</title>", "a\u00a0b\u3000c");
    html("markup inside", "<title>a<b>c</b><!-- d --></title>", "a<b>c</b><!-- d -->");
    html("self-closing slash", "<title/>open</title>", "open");
    html("unclosed", "<title>never closed", "never closed");
    html("unclosed before text", "<title>a<body><p>b", "a<body><p>b");
    html("end tag with rubbish", "<title>a</title x=y >b", "a");
    html("end tag cut off", "<title>a</title", "a</title");
    html("no end tag but one like it", "<title>a</titles>b</title>", "a</titles>b");
    html("NUL", "<title>a\0b</title>", "a\ufffdb");
    html("controls", "<title>a\u0001\u001b[31mb</title>", "a\u0001\u001b[31mb");
    html("quotes", "<title>\"a\" \\ 'b' \u2028</title>", "\"a\" \\ 'b' \u2028");
    html("right to left", "<title>שלום</title>", "שלום");
    html("long", "<title>" + "x".repeat(10_000) + "</title>", "x".repeat(10_000));
    cases.oneByOne();
  }

  @Test
  void placeOfTheTitle() throws Exception {
    html("none", "<html><head></head><body>text</body></html>", null);
    html("empty page", "", null);
    html("text only", "hello", null);
    html("in the body", "<body><p>text<title>late</title></p>", "late");
    html("after the body", "<html><body></body></html><title>last</title>", "last");
    html("between head and body", "<head></head><title>between</title><body>", "between");
    html("there and in the body", "<head></head><title>a</title><body><title>b</title>", "a");
    html("in a table", "<div><table><title>moved</title><tr></table></div><p>", "moved");
    html("in a row", "<table><tr><title>moved</title>x</table>", "moved");
    html("in a cell", "<table><tr><td><title>cell</title></table>", "cell");
    html("in a form in a list", "<ul><li><form><title>form</title>", "form");
    html("two", "<title>one</title><title>two</title>", "one");
    html("empty", "<title></title>", null);
    html("blank", "<title> \n </title>", null);
    html("comment", "<!-- <title>no</title> --><title>yes</title>", "yes");
    html("comment only", "<!-- <title>no</title> -->", null);
    html("comment unclosed", "<!-- <title>no</title>", null);
    html("comment with bang", "<!-- x --!><title>yes</title>", "yes");
    html("comment closed at once", "<!--><title>yes</title>", "yes");
    html("bogus comment", "<? <title>x?><title>yes</title>", "yes");
    html("script", "<script>'<title>no</title>'</script><title>yes</title>", "yes");
    html("style", "<style><title>no</title></style><title>yes</title>", "yes");
    html("textarea", "<body><textarea><title>no</title></textarea>", null);
    html("xmp", "<body><xmp><title>no</title></xmp><title>yes</title>", "yes");
    html("iframe", "<body><iframe><title>no</title></iframe><title>yes</title>", "yes");
    html("noembed", "<body><noembed><title>no</title></noembed><title>yes</title>", "yes");
    html(
        "noscript in the head",
        "<head><noscript><title>no</title></noscript><title>yes</title>",
        "yes");
    html("noscript in the body", "<body><noscript><title>no</title></noscript>", null);
    html("template", "<template><title>no</title></template><title>yes</title>", "yes");
    html("template only", "<template><title>no</title></template>", null);
    html("plaintext", "<body><plaintext><title>no</title>", null);
    html("attribute", "<meta content='<title>no</title>'><title>yes</title>", "yes");
    html("CDATA in HTML", "<![CDATA[<title>a</title>]]>", null);
    html("inline SVG", "<svg><title>icon</title></svg><title>page</title>", "page");
    html("inline SVG only", "<body><svg><g><title>icon</title></g></svg>", null);
    html("MathML", "<math><title>no</title></math><title>yes</title>", "yes");
    html("foreign object", "<svg><foreignObject><title>html</title></foreignObject></svg>", "html");
    html("frameset", "<head><title>frames</title></head><frameset><frame></frameset>", "frames");
    html("deep nesting", "<div>".repeat(20_000) + "<title>deep</title>", "deep");
    html("doctype rubbish", "<!DOCTYPE <title>a</title>", null);
    cases.oneByOne();
  }

  @Test
  void kindOfTheDocument() throws Exception {
    String page = "<title>page</title>";
    typed("plain text", "Content-Type: text/plain", page, null);
    typed("JSON", "Content-Type: application/json", "\"" + page + "\"", null);
    typed("script file", "Content-Type: text/javascript", page, null);
    typed("image", "Content-Type: image/png", page, null);
    typed("octets", "Content-Type: application/octet-stream", page, null);
    typed("PDF", "Content-Type: application/pdf", page, null);
    typed("no type", "X-Y: z", "<!doctype html>" + page, "page");
    typed("no type but text", "X-Y: z", "hello", null);
    typed("empty type", "Content-Type:", "<!doctype html>" + page, "page");
    typed("upper case type", "CONTENT-TYPE: TEXT/HTML;CHARSET=UTF-8", page, "page");
    typed("type with rubbish", "Content-Type: text/html;;; x=\"a;b\"; y", page, "page");
    String xhtml =
        "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x &amp; y</title></head>";
    typed(
        "XHTML",
        "Content-Type: application/xhtml+xml",
        "<?xml version='1.0'?>" + xhtml + "</html>",
        "x & y");
    typed("XHTML as HTML", HTML, "<?xml version='1.0'?>" + xhtml, "x & y");
    typed(
        "XHTML title closed at once",
        "Content-Type: application/xhtml+xml",
        "<html xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body>b</body></html>",
        null);
    String svg = "<svg xmlns='http://www.w3.org/2000/svg'><title>drawing</title></svg>";
    typed("SVG image", "Content-Type: image/svg+xml", svg, null);
    typed("SVG as XML", "Content-Type: application/xml", svg, null);
    typed(
        "feed",
        "Content-Type: application/rss+xml",
        "<rss><channel><title>f</title></channel></rss>",
        null);
    cases.oneByOne();
  }

  @Test
  void characterSet() throws Exception {
    String e = "<title>é€</title>";
    bytes("header UTF-8", UTF8, UTF_8, e, "é€");
    bytes("header quoted", "Content-Type: text/html; charset=\"utf-8\"", UTF_8, e, "é€");
    bytes("header spaced", "Content-Type: text/html ; charset=utf-8 ", UTF_8, e, "é€");
    bytes("header windows-1252", charset("windows-1252"), Charset.forName("windows-1252"), e, "é€");
    bytes(
        "header latin1 means windows-1252",
        charset("ISO-8859-1"),
        Charset.forName("windows-1252"),
        e,
        "é€");
    bytes(
        "header ascii means windows-1252",
        charset("us-ascii"),
        Charset.forName("windows-1252"),
        e,
        "é€");
    bytes(
        "header unknown",
        charset("no-such"),
        Charset.forName("windows-1251"),
        "<meta charset=windows-1251><title>Я</title>",
        "Я");
    bytes("header illegal name", charset("%&/ x"), UTF_8, e, "é€");
    bytes(
        "header before meta",
        charset("windows-1251"),
        Charset.forName("windows-1251"),
        "<meta charset=utf-8><title>Я</title>",
        "Я");
    bytes("header UTF-16", charset("utf-16"), UTF_16LE, e, "é€");
    bytes("header UTF-16BE", charset("utf-16be"), UTF_16BE, e, "é€");
    bytes("BOM before header", charset("windows-1251"), UTF_8, "\ufeff" + e, "é€");
    bytes("BOM before meta", HTML, UTF_8, "\ufeff<meta charset=windows-1251>" + e, "é€");
    bytes("BOM UTF-16LE", UTF8, UTF_16LE, "\ufeff" + e, "é€");
    bytes("BOM UTF-16BE", HTML, UTF_16BE, "\ufeff" + e, "é€");
    for (String[] set :
        new String[][] {
          {"windows-1251", "windows-1251", "Привет"},
          {"koi8-r", "KOI8-R", "Привет"},
          {"iso-8859-2", "ISO-8859-2", "Žluťoučký"},
          {"iso-8859-9", "windows-1254", "€ş"},
          {"shift_jis", "windows-31j", "日本①"},
          {"x-sjis", "windows-31j", "日本"},
          {"euc-jp", "EUC-JP", "日本語"},
          {"iso-2022-jp", "ISO-2022-JP", "日本語"},
          {"gb2312", "GBK", "朱镕基"},
          {"gb18030", "GB18030", "中文😀"},
          {"big5", "Big5-HKSCS", "中文"},
          {"euc-kr", "x-windows-949", "똠방"},
          {"ks_c_5601-1987", "x-windows-949", "똠방"},
          {"windows-874", "x-windows-874", "ไทย€"},
          {"tis-620", "x-windows-874", "ไทย€"},
          {"macintosh", "x-MacRoman", "é€"},
          {"x-user-defined", "US-ASCII", "abc"},
        }) {
      Charset charset = Charset.forName(set[1]);
      String title = "<title>" + set[2] + "</title>";
      bytes("header " + set[0], charset(set[0]), charset, title, set[2]);
      bytes("meta " + set[0], HTML, charset, "<meta charset='" + set[0] + "'>" + title, set[2]);
    }
    String k = "<title>Я</title>";
    Charset cyrillic = Charset.forName("windows-1251");
    bytes(
        "meta http-equiv",
        HTML,
        cyrillic,
        "<meta content='text/html; charset=windows-1251' http-equiv=Content-Type>" + k,
        "Я");
    bytes("meta upper case", HTML, cyrillic, "<META CHARSET = WINDOWS-1251 >" + k, "Я");
    bytes("meta after title", HTML, cyrillic, k + "<meta charset=windows-1251>", "Я");
    bytes("meta twice", HTML, cyrillic, "<meta charset=windows-1251><meta charset=utf-8>" + k, "Я");
    bytes(
        "meta in a comment",
        HTML,
        cyrillic,
        "<!-- <meta charset=utf-8> --><meta charset=windows-1251>" + k,
        "Я");
    bytes(
        "meta unknown, then known",
        HTML,
        cyrillic,
        "<meta charset=nosuch><meta charset=windows-1251>" + k,
        "Я");
    bytes(
        "meta of another kind",
        HTML,
        UTF_8,
        "<meta name=a content='text/html; charset=koi8-r'>" + k,
        "Я");
    bytes("meta UTF-16 means UTF-8", HTML, UTF_8, "<meta charset=utf-16>" + e, "é€");
    bytes("none but UTF-8", HTML, UTF_8, e, "é€");
    bytes("none and not UTF-8", HTML, ISO_8859_1, "<title>\u00e9\u0080</title>", "é€");
    bytes(
        "XML declaration",
        "Content-Type: application/xhtml+xml",
        cyrillic,
        "<?xml version='1.0' encoding='windows-1251'?><html xmlns='http://www.w3.org/1999/xhtml'><head>"
            + k
            + "</head></html>",
        "Я");
    cases.oneByOne();
  }

  private static String charset(String name) {
    return "Content-Type: text/html; charset=" + name;
  }

  @Test
  void lengthIsThatOfTheDecodedText() throws Exception {
    try (HostileServer server = new HostileServer()) {
      List<String> args = new ArrayList<>();
      List<Integer> lengths = new ArrayList<>();
      List<Integer> bytes = new ArrayList<>();
      Object[][] pages = {
        {UTF8, "abc".getBytes(UTF_8), 3},
        {UTF8, "äöü".getBytes(UTF_8), 3},
        {UTF8, "😀a".getBytes(UTF_8), 2},
        {UTF8, "\ufeffabc".getBytes(UTF_8), 3},
        {UTF8, "a\r\nb\0".getBytes(UTF_8), 5},
        {UTF8, new byte[0], 0},
        {UTF8, new byte[] {'a', (byte) 0xE2, (byte) 0x82}, 2}, // cut in the middle of a character
        {UTF8, new byte[] {(byte) 0xFF, 'a', (byte) 0xFF}, 3},
        {charset("windows-1252"), "äöü".getBytes(ISO_8859_1), 3},
        {charset("utf-16le"), "ab😀".getBytes(UTF_16LE), 3},
        {charset("shift_jis"), "日本".getBytes(Charset.forName("windows-31j")), 2},
        {"Content-Type: text/plain", "äöü".getBytes(UTF_8), 3},
        {"Content-Type: application/json; charset=utf-8", "[1]".getBytes(UTF_8), 3},
        {UTF8, "x".repeat(100_000).getBytes(UTF_8), 100_000},
        {UTF8, "😀".repeat(50_001).getBytes(UTF_8), 50_001},
      };
      for (int i = 0; i < pages.length; i++) {
        String path = "/" + i;
        byte[] body = (byte[]) pages[i][1];
        server.on(path, Cases.page((String) pages[i][0], body));
        args.add(server.url(path));
        lengths.add((Integer) pages[i][2]);
        bytes.add(body.length);
      }
      List<Row> rows = Scrape.of(args.toArray(String[]::new)).rows();
      assertThat(rows).extracting(Row::length).isEqualTo(lengths);
      assertThat(rows).extracting(Row::bytes).isEqualTo(bytes);
    }
  }

  @Test
  void whatIsNoTextHasNoLength() throws Exception {
    try (HostileServer server = new HostileServer()) {
      server.page("/png", "image/png", new byte[] {(byte) 0x89, 'P', 'N', 'G'});
      Row row = Scrape.of(server.url("/png")).only();
      assertThat(row.error()).isNull();
      assertThat(row.length()).isNull();
      assertThat(row.bytes()).isEqualTo(4);
    }
  }
}
