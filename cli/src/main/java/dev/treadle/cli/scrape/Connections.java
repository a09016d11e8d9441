package dev.treadle.cli.scrape;

import java.util.Arrays;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.CredentialsProvider;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.StandardCookieSpec;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/// Makes the HTTP client of a [Scraper]: it follows no redirect, unpacks nothing, and tries nothing
/// again, since all of that is the scraper's or the task's decision. Its waits end when their
/// thread is interrupted, on virtual threads only.
final class Connections {
  private static final int AT_ONCE_MAX = 20_000; // more than attempts can run

  private Connections() {}

  static CloseableHttpClient client(HttpOptions options, DnsResolver resolver) {
    var tls =
        new DefaultClientTlsStrategy(
            new LateTls(options.tls()),
            HostnameVerificationPolicy.CLIENT,
            options.checkNames() ? new DefaultHostnameVerifier() : NoopHostnameVerifier.INSTANCE);
    var connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(resolver)
            .setTlsSocketStrategy(tls)
            .setConnectionFactory(
                ManagedHttpClientConnectionFactory.builder()
                    .http1Config(ResponseHead.LIMITS)
                    .responseParserFactory(ignored -> new ResponseHead())
                    .build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.DISABLED)
                    .setSocketTimeout(Timeout.DISABLED)
                    .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                    .build())
            .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
            .setMaxConnTotal(AT_ONCE_MAX)
            .setMaxConnPerRoute(AT_ONCE_MAX)
            .build();
    return HttpClients.custom()
        .setConnectionManager(connections)
        .setDefaultRequestConfig(
            RequestConfig.custom()
                .setCookieSpec(StandardCookieSpec.RELAXED)
                .setConnectionRequestTimeout(Timeout.DISABLED)
                .setResponseTimeout(Timeout.DISABLED)
                .setProtocolUpgradeEnabled(false)
                .build())
        .setDefaultCookieSpecRegistry(ChainCookies.registry())
        .setRoutePlanner(
            new DefaultRoutePlanner(DefaultSchemePortResolver.INSTANCE) {
              @Override
              protected @Nullable HttpHost determineProxy(HttpHost target, HttpContext context) {
                var proxy =
                    options.proxies().proxyFor(target.getSchemeName(), target.getHostName());
                return proxy == null ? null : proxy.host();
              }
            })
        .setDefaultCredentialsProvider(credentials(options.proxies()))
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableContentCompression()
        .disableAuthCaching()
        .disableDefaultUserAgent()
        .build();
  }

  // For a proxy that asks when a tunnel is made. Servers get no credentials.
  private static CredentialsProvider credentials(Proxies proxies) {
    BasicCredentialsProvider provider = new BasicCredentialsProvider();
    for (Proxies.@Nullable Proxy proxy : Arrays.asList(proxies.http(), proxies.https())) {
      if (proxy != null && proxy.credentials() != null) {
        int colon = proxy.credentials().indexOf(':');
        String user = colon < 0 ? proxy.credentials() : proxy.credentials().substring(0, colon);
        String password = colon < 0 ? "" : proxy.credentials().substring(colon + 1);
        provider.setCredentials(
            new AuthScope(proxy.host()),
            new UsernamePasswordCredentials(user, password.toCharArray()));
      }
    }
    return provider;
  }
}
