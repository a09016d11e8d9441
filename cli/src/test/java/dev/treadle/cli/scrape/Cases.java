package dev.treadle.cli.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.cli.scrape.HostileServer.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Odd and wrong answers, each with what its record must say; they are scraped among good pages,
/// which none may harm.
final class Cases {
  private static final String ANY = "*";

  private final List<Case> cases = new ArrayList<>();

  /// @param status the status wanted; -1 for any or none
  /// @param title the title wanted, `*` for any or none
  /// @param error a pattern for the whole error, empty for no error
  private record Case(
      String name, Answer answer, int status, @Nullable String title, String error) {
    String path() {
      return "/" + name.replace(' ', '-');
    }

    boolean fits(Row row) {
      @Nullable String found = row.error();
      @Nullable Integer code = row.status();
      return (found == null ? "" : found).matches(error)
          && (status < 0 || code != null && code == status)
          && (ANY.equals(title) || Objects.equals(title, row.title()));
    }
  }

  /// Must succeed.
  Cases good(String name, Answer answer, @Nullable String title) {
    return add(name, answer, 200, title, "");
  }

  /// Must fail.
  Cases bad(String name, Answer answer, String error) {
    return add(name, answer, -1, ANY, error);
  }

  /// Must fail, and keep what it knows.
  Cases bad(String name, Answer answer, int status, @Nullable String title, String error) {
    return add(name, answer, status, title, error);
  }

  /// May succeed or fail, but only with that error.
  Cases either(String name, Answer answer, String error) {
    return add(name, answer, -1, ANY, "(" + error + ")?");
  }

  Cases add(String name, Answer answer, int status, @Nullable String title, String error) {
    cases.add(new Case(name, answer, status, title, error));
    return this;
  }

  /// Scrapes them one by one, over the same connections as far as these live, with a good page
  /// after each.
  void oneByOne(String... options) throws Exception {
    scrape("1", options);
  }

  /// Scrapes all at once, good pages in between.
  void allAtOnce(String... options) throws Exception {
    scrape("200", options);
  }

  private void scrape(String concurrency, String... options) throws Exception {
    try (HostileServer server = new HostileServer()) {
      server.page("/good", "text/html", "<title>good</title>".getBytes(UTF_8));
      List<String> args = new ArrayList<>(List.of("-c", concurrency));
      args.addAll(List.of(options));
      for (Case one : cases) {
        server.on(one.path(), one.answer());
        args.add(server.url(one.path()));
        args.add(server.url("/good"));
      }
      List<Row> rows = Scrape.of(args.toArray(String[]::new)).rows();
      assertThat(rows).hasSize(2 * cases.size());
      List<String> wrong = new ArrayList<>();
      for (int i = 0; i < rows.size(); i++) {
        Case one = cases.get(i / 2);
        Row row = rows.get(i);
        if (i % 2 == 0) {
          if (!one.fits(row) || !row.url().endsWith(one.path())) {
            wrong.add(
                "%s wants %s %s %s, but is %s"
                    .formatted(one.name(), one.status(), one.title(), one.error(), row.fields()));
          }
        } else if (!"good".equals(row.title())
            || row.error() != null
            || !row.url().endsWith("/good")) {
          wrong.add("the page after %s was harmed: %s".formatted(one.name(), row.fields()));
        }
      }
      assertThat(wrong).isEmpty();
    }
  }

  /// Sends this and waits for the next request.
  static Answer says(String... parts) {
    return exchange -> exchange.send(String.join("", parts));
  }

  /// Sends this and hangs up.
  static Answer cuts(String... parts) {
    return exchange -> {
      exchange.send(String.join("", parts));
      exchange.cut();
    };
  }

  /// Sends this and resets the connection.
  static Answer resets(String... parts) {
    return exchange -> {
      exchange.send(String.join("", parts));
      exchange.reset();
    };
  }

  /// Sends this, then nothing more.
  static Answer stalls(String... parts) {
    return exchange -> {
      exchange.send(String.join("", parts));
      exchange.stall();
    };
  }

  /// A right response with a header line or two more.
  static Answer page(String header, byte[] body) {
    return exchange -> exchange.page(200, header, body);
  }
}
