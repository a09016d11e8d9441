package dev.treadle.cli.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://example.com|http://example.com/",
        "  https://example.com/a  |https://example.com/a",
        "HTTP://EXAMPLE.com/A|http://example.com/A",
        "http://example.com/a b?c d#e|http://example.com/a%20b?c%20d",
        "http://example.com/ä?ö=€|http://example.com/%C3%A4?%C3%B6=%E2%82%AC",
        "http://bücher.example/x|http://xn--bcher-kva.example/x",
        "http://example.com/100%|http://example.com/100%25",
        "http://example.com/%41|http://example.com/%41",
        "http://example.com/a[1]|http://example.com/a%5B1%5D",
        "http://[::1]:8080/x|http://[::1]:8080/x",
        "http://user:pw@example.com/|http://example.com/",
        "http://example.com?q=1|http://example.com/?q=1",
        "http://example.com/a\\b|http://example.com/a/b",
        "http://example.com/a/../../b/./c/%2e%2E/d/..|http://example.com/b/",
        "http://example.com/a//b/.|http://example.com/a//b/",
        "http://example.com/a?b=../c|http://example.com/a?b=../c",
        "http://example.com/a#b#c|http://example.com/a",
        "http://foo_bar.test/|http://foo_bar.test/",
        "http://a-.test/x|http://a-.test/x",
        "http://-a.test/|http://-a.test/",
        "http://a--b.test/|http://a--b.test/",
        "http://127.1/|http://127.0.0.1/",
        "http://0x7f.1:81/|http://127.0.0.1:81/",
        "http://2130706433/|http://127.0.0.1/",
        "http://0177.0.0.1./|http://127.0.0.1/",
        "http://１２７.１/|http://127.0.0.1/",
        "http://ex%61mple.test/|http://example.test/",
        "http://straße.test/|http://xn--strae-oqa.test/",
        "http://BÜCHER_x.test/|http://xn--bcher_x-n2a.test/",
        "http://faß。test/|http://xn--fa-hia.test/",
        "http://☕.test/|http://xn--53h.test/",
        "http://example.test./|http://example.test./",
        "http://a..b.test/|http://a..b.test/",
        "http://[::FFFF:1.2.3.4]/|http://[::ffff:1.2.3.4]/",
        "http://u:p@ss@example.com/|http://example.com/",
        "http://example.com\\@evil.test/|http://example.com/@evil.test/",
      })
  void readsWhatPeopleWrite(String text, String url) throws Exception {
    assertThat(Address.parse(text)).hasToString(url);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "example.com|bad URL: no http:// or https:// in front",
        "/path|bad URL: no http:// or https:// in front",
        "ftp://example.com/|bad URL: ftp is not http or https",
        "file:///etc/passwd|bad URL: file is not http or https",
        "javascript:alert(1)|bad URL: javascript is not http or https",
        "http:///path|bad URL: no usable host name in it",
        "http://|bad URL",
        "http://a b/|bad URL",
        "http://example.com:99999/|bad URL: port 99999 is not in 1 to 65535",
        "http://a%zz.example/|bad URL: no usable host name in it: '%' is not allowed there",
        "http://a%00b.example/|bad URL: no usable host name in it: U+0000 is not allowed there",
        "http://1.2.3.4.5/|bad URL: no usable host name in it: ends in a number",
        "http://256.1/|bad URL: no usable host name in it: ends in a number",
        "http://example.1/|bad URL: no usable host name in it: ends in a number",
        "http://[::1%25lo]/|bad URL: no usable host name in it: not an IPv6 address",
        "http://xn--a/|bad URL: no usable host name in it: invalid ace label",
        "http://a\u200d.example/|bad URL: no usable host name in it: contextj",
        "http://example.com:8x/|bad URL: port 8x is not a number",
        "http://[::1/|bad URL",
      })
  void saysWhatIsWrong(String text, String message) {
    assertThatThrownBy(() -> Address.parse(text))
        .isInstanceOf(Problem.Told.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void resolvesRedirects() throws Exception {
    Url base = Address.parse("http://example.com/a/b?c");
    assertThat(Address.resolve(base, "d")).hasToString("http://example.com/a/d");
    assertThat(Address.resolve(base, "/d e")).hasToString("http://example.com/d%20e");
    assertThat(Address.resolve(base, "//other/x#f")).hasToString("http://other/x");
    assertThat(Address.resolve(base, "/\u00c3\u00a4")).hasToString("http://example.com/%C3%A4");
    assertThatThrownBy(() -> Address.resolve(base, "file:///etc/passwd"))
        .hasMessage("redirect refused: file is not http or https (Location: file:///etc/passwd)");
    assertThat(Address.resolve(base, "?d")).hasToString("http://example.com/a/b?d");
    assertThat(Address.resolve(base, "#d")).hasToString("http://example.com/a/b?c");
    assertThat(Address.resolve(base, "../../d")).hasToString("http://example.com/d");
    assertThat(Address.resolve(base, "d//e/")).hasToString("http://example.com/a/d//e/");
    assertThat(Address.resolve(base, "/d//\u00c3\u00a4/e"))
        .hasToString("http://example.com/d//%C3%A4/e");
  }
}
