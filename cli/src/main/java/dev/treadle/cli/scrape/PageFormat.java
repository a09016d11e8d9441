package dev.treadle.cli.scrape;

import dev.treadle.cli.records.Fields;
import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.Terminal;

/// A page as aligned columns for people: status, time, characters, title or error, URL.
///
/// @param width columns to stay within; 0 to cut nothing
record PageFormat(int width, boolean colour) implements RecordFormat<Page> {
  /// The fields for programs.
  static final Fields<Page> FIELDS =
      Fields.<Page>none()
          .and("url", Page::url)
          .and("finalUrl", Page::finalUrl)
          .and("status", Page::status)
          .and("title", Page::title)
          .and("length", Page::length)
          .and("bytes", Page::bytes)
          .and("millis", Page::millis)
          .and("attempts", Page::attempts)
          .and("error", Page::error);

  /// The same, and the file that keeps the body.
  static final Fields<Page> FIELDS_AND_FILE = FIELDS.and("file", Page::file);

  private static final int FIXED = 27;
  private static final int TITLE = 40;

  /// The columns for that terminal.
  static PageFormat of(Terminal terminal) {
    return new PageFormat(
        terminal.out() ? terminal.width() : 0, terminal.out() && terminal.colour());
  }

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
      // What went wrong matters more than the whole of an address that was given; otherwise both
      // get the same in each line, so that columns stay columns.
      int room = Math.max(20, width - FIXED - 2);
      int left = page.ok() ? room / 2 : Math.clamp(Columns.width(what), room / 2, room - 10);
      what = Columns.left(Columns.cut(what, left), left);
      url = Columns.cutMiddle(url, room - left);
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
