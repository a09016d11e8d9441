package dev.treadle.cli.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The environment names proxies as curl reads it.
class ProxiesTest {
  private static String of(Map<String, String> environment, String url) throws Exception {
    Url target = Address.parse(url);
    var proxy = Proxies.of(environment, null).proxyFor(target.scheme(), target.host());
    return proxy == null ? "direct" : proxy.host() + " " + proxy.credentials();
  }

  @Test
  void eachSchemeHasItsVariable() throws Exception {
    Map<String, String> both =
        Map.of("http_proxy", "http://a:1", "HTTPS_PROXY", "b.example:2", "all_proxy", "c:3");
    assertThat(of(both, "http://x/")).isEqualTo("http://a:1 null");
    assertThat(of(both, "https://x/")).isEqualTo("http://b.example:2 null");
    assertThat(of(Map.of("ALL_PROXY", "u:p%20w@c:3"), "https://x/")).isEqualTo("http://c:3 u:p w");
    assertThat(of(Map.of(), "https://x/")).isEqualTo("direct");
    assertThat(of(Map.of("http_proxy", ""), "http://x/")).isEqualTo("direct");
  }

  @Test
  void aVariableThatAStrangersHeaderCanSetDoesNotCount() throws Exception {
    assertThat(of(Map.of("HTTP_PROXY", "http://evil:1"), "http://x/")).isEqualTo("direct");
  }

  @ParameterizedTest
  @CsvSource({
    "example.com, true",
    "www.example.com, true",
    "notexample.com, false",
    "dot.test, true",
    "a.dot.test, true",
    "127.0.0.1, true",
    "10.1.2.3, true",
    "11.1.2.3, false",
    "[::1], true",
    "[fe80::1], false",
  })
  void noProxyNamesHostsDomainsAndNets(String host, boolean direct) throws Exception {
    Map<String, String> environment =
        Map.of(
            "http_proxy", "p:1", "no_proxy", "example.com, .dot.test 127.0.0.1,10.0.0.0/8,[::1]");
    assertThat(of(environment, "http://" + host + "/").equals("direct")).isEqualTo(direct);
  }

  @Test
  void aStarMeansNoProxyAtAll() throws Exception {
    assertThat(of(Map.of("http_proxy", "p:1", "NO_PROXY", "*"), "http://x/")).isEqualTo("direct");
  }

  @Test
  void theOptionWinsOverTheEnvironment() throws Exception {
    Map<String, String> environment = Map.of("http_proxy", "p:1", "no_proxy", "x");
    assertThat(Proxies.of(environment, "q:2").proxyFor("http", "y"))
        .isEqualTo(new Proxies.Proxy(new HttpHost("http", "q", 2), null));
    assertThat(Proxies.of(environment, "q:2").proxyFor("http", "x")).isNull();
    assertThat(Proxies.of(environment, "").proxyFor("http", "y")).isNull();
  }

  @Test
  void aProxyThatIsNoneIsNamed() {
    assertThatThrownBy(() -> of(Map.of("http_proxy", "socks5://a:1"), "http://x/"))
        .hasMessageStartingWith("http_proxy is socks5://a:1: not the address of an HTTP proxy");
  }
}
