package dev.treadle.cli;

import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// How a page is written: one line a page.
sealed interface PageFormat {
  /// The line, its end included.
  String line(Page page);

  /// One JSON object with every field, null where there is nothing.
  record Json(JsonFactory json) implements PageFormat {
    Json() {
      this(new JsonFactory());
    }

    @Override
    public String line(Page page) {
      StringWriter line = new StringWriter(256);
      try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), line)) {
        out.writeStartObject();
        out.writeStringProperty("url", page.url());
        out.writeStringProperty("finalUrl", page.finalUrl());
        number(out, "status", page.status() == null ? null : page.status().longValue());
        out.writeStringProperty("title", page.title());
        number(out, "length", page.length());
        out.writeNumberProperty("bytes", page.bytes());
        out.writeNumberProperty("millis", page.millis());
        out.writeNumberProperty("attempts", page.attempts());
        out.writeStringProperty("error", page.error());
        out.writeEndObject();
      }
      return line.append('\n').toString();
    }

    private static void number(JsonGenerator out, String name, @Nullable Long value) {
      if (value == null) {
        out.writeNullProperty(name);
      } else {
        out.writeNumberProperty(name, value);
      }
    }
  }

  /// Aligned columns for people: status, time, characters, title or error, URL.
  ///
  /// @param width columns to stay within; 0 to cut nothing
  record Text(int width, boolean colour) implements PageFormat {
    private static final int FIXED = 27;
    private static final int TITLE = 40;

    @Override
    public String line(Page page) {
      String status = page.status() == null ? "-" : page.status().toString();
      String length = page.length() == null ? "-" : Columns.number(page.length());
      String numbers =
          Columns.right(status, 3)
              + Columns.right(Columns.number(page.millis()) + " ms", 11)
              + Columns.right(length, 11)
              + "  ";
      String what = Columns.clean(what(page));
      String url = Columns.clean(page.url());
      if (width > 0) {
        int room = Math.max(20, width - FIXED - 2);
        int title = room / 2; // the same in each line, so that columns stay columns
        what = Columns.left(Columns.cut(what, title), title);
        url = Columns.cutMiddle(url, room - title);
      } else {
        what = Columns.left(what, TITLE);
      }
      return numbers
          + (colour && !page.ok() ? "\033[31m" + what + "\033[0m" : what)
          + "  "
          + url
          + "\n";
    }

    private static String what(Page page) {
      if (page.error() != null) {
        return page.attempts() > 1
            ? page.error() + " (" + page.attempts() + " attempts)"
            : page.error();
      }
      return page.title() == null ? "(no title)" : page.title();
    }
  }
}
