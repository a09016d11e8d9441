package dev.treadle.cli.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TitleTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<title>Plain</title>|Plain",
        "<TITLE lang=en>Upper</TITLE>|Upper",
        "<title>a &amp; b &lt;c&gt; &eacute; &#8364; &#x1F600;</title>|a & b <c> é € 😀",
        "<title>&zzz; &amp &copy2 &notit;</title>|&zzz; & ©2 ¬it;",
        "<title><b>not</b> bold</title>|<b>not</b> bold",
        "<title>first</title><title>second</title>|first",
        "<!-- <title>comment</title> --><title>real</title>|real",
        "<script>'<title>script</title>'</script><title>real</title>|real",
        "<style>/*<title>s</title>*/</style><title>real</title>|real",
        "<textarea><title>in text</title></textarea><title>real</title>|real",
        "<body><p>x</p><title>in the body</title>|in the body",
        "<body><svg><title>drawing</title></svg><title>page</title>|page",
        "<svg><g><title>drawing</title></g></svg><p><title>page</title>|page",
        "<template><title>t</title></template><title>real</title>|real",
        "<title>never closed|never closed",
        "<title>\u00a0nbsp\u00a0</title>|\u00a0nbsp\u00a0",
        "<html><head><base href=x><meta charset=utf-8><title>after meta</title>|after meta",
      })
  void isWhatABrowserShows(String html, String title) throws IOException {
    assertThat(Title.find(new StringReader(html), false)).isEqualTo(title);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<svg>", "<div>", "<b>", "<table><td>", "<math><mi>", "<a><p>", "<svg><desc>"})
  void aPageOfOpeningTagsIsReadInTimeThatGrowsWithItsLength(String tags) throws IOException {
    String page = tags.repeat(300_000) + "<title>deep</title>";
    String unused = Title.find(new StringReader(page), false);
    assertThat(Title.find(new StringReader("<title>first</title>" + page), false))
        .isEqualTo("first");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no html at all",
        "<p>no title</p>",
        "<title></title>",
        "<title> \n </title>",
        "<svg><title>only a drawing</title></svg>",
        "<!-- <title>comment</title> -->",
        "<div title=attribute>x</div>",
      })
  void isNullWhereThereIsNone(String html) throws IOException {
    assertThat(Title.find(new StringReader(html), false)).isNull();
  }

  @Test
  void whiteSpaceIsCollapsed() throws IOException {
    String html = "<title>\n  a \t b\r\n\f c  \n</title>";
    assertThat(Title.find(new StringReader(html), false)).isEqualTo("a b c");
  }

  @Test
  void ofXhtmlFollowsXml() throws IOException {
    String head = "<html xmlns='http://www.w3.org/1999/xhtml'><head><script src='x'/>";
    assertThat(Title.find(new StringReader(head + "<title>a &amp; b</title></head></html>"), true))
        .isEqualTo("a & b");
    assertThat(
            Title.find(
                new StringReader("<svg xmlns='http://www.w3.org/2000/svg'><title>d</title></svg>"),
                true))
        .isNull();
  }

  @Test
  void ofVeryDeepNestingIsStillFound() throws IOException {
    String html = "<div>".repeat(100_000) + "<title>deep</title>";
    assertThat(Title.find(new StringReader(html), false)).isEqualTo("deep");
  }

  @Test
  void aTitleWithoutEndTakesNoMemory() throws Exception {
    String title = "😀".repeat(3 * Title.CHARACTERS_MAX);
    assertThat(Title.find(new java.io.StringReader("<title>" + title + "</title>"), false))
        .isEqualTo("😀".repeat(Title.CHARACTERS_MAX) + "…");
  }
}
