package dev.treadle.examples;

import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Type;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What code in the documents may use without saying where it comes from.
abstract class DocContext {
  /// Stands in for Spring's annotation of that name.
  @interface Bean {}

  record Page(URI uri, String text) {}

  record Report(int pages) {}

  record Order(String name, List<Integer> amounts) {}

  static final class Totals {
    private Totals() {}

    static int total(Order order) {
      return order.amounts().stream().mapToInt(Integer::intValue).sum();
    }
  }

  static final Task<URI, Page> FETCH =
      Task.io("fetch", URI.class, Page.class, uri -> new Page(uri, "text"));
  static final Task<Page, Integer> COUNT =
      Task.cpu("count", Page.class, Integer.class, page -> page.text().split(" ").length);
  static final Task<List<Page>, Report> SUMMARY =
      Task.cpu("summary", new Type<>() {}, Report.class, pages -> new Report(pages.size()));
  static final Task<String, @Nullable Void> MAIL = Task.io("mail", String.class, address -> {});

  final Treadle treadle = Treadle.open();
  final MeterRegistry registry = new SimpleMeterRegistry();
  final URI uri = URI.create("http://localhost");
  final List<URI> uris = List.of(uri);
}
