package dev.treadle.cli.scrape;

import dev.treadle.cli.terminal.Usage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options of `treadle scrape` about requests, named as curl names them.
final class RequestOptions {
  // What would break the framing of a request, or be wrong for the next host of a redirect.
  private static final List<String> OURS =
      List.of(
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "accept-encoding",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "proxy-authorization");

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      description =
          "A header of each request; may be given often. Authorization and Cookie are sent to the"
              + " host of the URL only, not to others that it redirects to.")
  List<String> headers = List.of();

  @Option(
      names = {"-A", "--user-agent"},
      paramLabel = "TEXT",
      description = "How to introduce itself. Default: treadle-scrape.")
  @Nullable String userAgent;

  @Option(
      names = "--max-redirects",
      paramLabel = "N",
      description = "Redirects followed for one URL. Default: ${DEFAULT-VALUE}.")
  int maxRedirects = HttpOptions.REDIRECTS_MAX;

  @Option(
      names = {"-x", "--proxy"},
      paramLabel = "URL",
      description =
          "An HTTP proxy, such as http://user:password@proxy.example:3128; '' for none. Default: as"
              + " http_proxy, https_proxy, all_proxy and no_proxy say in the environment.")
  @Nullable String proxy;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Trust the certificates of this file (PEM) instead of the JDK's.")
  @Nullable Path cacert;

  @Option(
      names = {"-k", "--insecure"},
      description = "Trust any certificate. Nobody then knows who answered.")
  boolean insecure;

  /// Returns what they mean.
  ///
  /// @throws picocli.CommandLine.ParameterException if one is wrong
  HttpOptions options(@Nullable CommandSpec spec, Map<String, String> environment) {
    Usage.range(spec, "--max-redirects", maxRedirects, 0, 1_000);
    if (insecure && cacert != null) {
      throw Usage.wrong(spec, "--cacert and --insecure exclude each other");
    }
    Proxies proxies;
    try {
      proxies = Proxies.of(environment, proxy);
    } catch (Problem.Told e) {
      throw Usage.wrong(spec, String.valueOf(e.getMessage()));
    }
    return new HttpOptions(headers(spec), maxRedirects, proxies, tls(spec), !insecure);
  }

  /// Returns those that decide what a page is, for the name of a run.
  Map<String, String> naming() {
    List<String> all = new ArrayList<>(headers);
    if (userAgent != null) {
      all.add("User-Agent: " + userAgent);
    }
    return all.isEmpty() ? Map.of() : Map.of("headers", String.join("\n", all));
  }

  private List<Header> headers(@Nullable CommandSpec spec) {
    List<Header> all = new ArrayList<>();
    for (String text : headers) {
      int colon = text.indexOf(':');
      String name = colon < 0 ? text : text.substring(0, colon);
      if (colon < 0 || !name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
        throw Usage.wrong(
            spec, "--header %s is no header; write it as 'Name: value'".formatted(quoted(text)));
      }
      if (OURS.contains(name.toLowerCase(java.util.Locale.ROOT))) {
        throw Usage.wrong(spec, "--header " + name + ": Treadle itself decides about this one");
      }
      all.add(new BasicHeader(name, value(spec, text, text.substring(colon + 1))));
    }
    if (userAgent != null) {
      all.add(new BasicHeader("User-Agent", value(spec, userAgent, userAgent)));
    }
    return all;
  }

  private static String value(@Nullable CommandSpec spec, String text, String value) {
    if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7F))) {
      throw Usage.wrong(
          spec, "a header holds printable ASCII, and %s does not".formatted(quoted(text)));
    }
    return value.strip();
  }

  private static String quoted(String text) {
    return "'" + Problem.line(text) + "'";
  }

  private Callable<SSLContext> tls(@Nullable CommandSpec spec) {
    if (insecure) {
      return Tls::trustingAll;
    }
    if (cacert == null) {
      return HttpOptions.DEFAULT.tls();
    }
    try {
      SSLContext context = Tls.trusting(cacert); // now: a wrong file is wrong usage
      return () -> context;
    } catch (NoSuchFileException e) {
      throw Usage.wrong(spec, "--cacert " + cacert + ": there is no such file");
    } catch (IOException e) {
      throw Usage.wrong(spec, "--cacert " + cacert + ": " + e.getMessage());
    }
  }
}
