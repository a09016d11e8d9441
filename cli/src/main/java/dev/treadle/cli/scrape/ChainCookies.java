package dev.treadle.cli.scrape;

import java.util.List;
import org.apache.hc.client5.http.cookie.Cookie;
import org.apache.hc.client5.http.cookie.CookieOrigin;
import org.apache.hc.client5.http.cookie.CookieSpec;
import org.apache.hc.client5.http.cookie.CookieSpecFactory;
import org.apache.hc.client5.http.cookie.MalformedCookieException;
import org.apache.hc.client5.http.cookie.StandardCookieSpec;
import org.apache.hc.client5.http.impl.cookie.RFC6265CookieSpecFactory;
import org.apache.hc.client5.http.impl.cookie.RFC6265CookieSpecFactory.CompatibilityLevel;
import org.apache.hc.client5.http.psl.PublicSuffixMatcherLoader;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.config.Lookup;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.protocol.HttpContext;

/// Cookies as RFC 6265 has them, made when the first cookie comes: to read the list of public
/// suffixes takes longer than to fetch a page.
final class ChainCookies implements CookieSpec {
  private ChainCookies() {}

  private static final class Late {
    static final CookieSpec SPEC =
        new RFC6265CookieSpecFactory(
                CompatibilityLevel.RELAXED, PublicSuffixMatcherLoader.getDefault())
            .create(null);
  }

  static Lookup<CookieSpecFactory> registry() {
    CookieSpec cookies = new ChainCookies();
    return RegistryBuilder.<CookieSpecFactory>create()
        .register(StandardCookieSpec.RELAXED, (HttpContext context) -> cookies)
        .build();
  }

  @Override
  public List<Cookie> parse(Header header, CookieOrigin origin) throws MalformedCookieException {
    return Late.SPEC.parse(header, origin);
  }

  @Override
  public void validate(Cookie cookie, CookieOrigin origin) throws MalformedCookieException {
    Late.SPEC.validate(cookie, origin);
  }

  @Override
  public boolean match(Cookie cookie, CookieOrigin origin) {
    return Late.SPEC.match(cookie, origin);
  }

  @Override
  public List<Header> formatCookies(List<Cookie> cookies) {
    return Late.SPEC.formatCookies(cookies);
  }
}
