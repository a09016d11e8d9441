package dev.treadle.cli.report;

import dev.treadle.stats.Advice;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// What every page has in common: HTML with all in it that it needs. Nothing in it can run or be
/// fetched: its own policy forbids all but its one style sheet.
final class PageFrame {
  private PageFrame() {}

  /// Begins a page.
  ///
  /// @param title for the window
  static Html begin(String title) {
    String css = resource("report.css");
    Html out = new Html();
    out.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.raw(ReportFile.MARK).raw("\n<meta http-equiv=\"Content-Security-Policy\" content=\"");
    out.raw("default-src 'none'; img-src data:; style-src 'sha256-" + sha256(css) + "'\">\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.raw(
        "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n");
    out.raw("<title>").text(title + " · Treadle").raw("</title>\n<style>" + css + "</style>\n");
    out.raw("</head>\n<body>\n" + resource("icons.svg"));
    out.raw(
        "<header class=\"top\"><span class=\"brand\"><svg class=\"logo\" aria-hidden=\"true\">");
    return out.raw("<use href=\"#logo\"/></svg> Treadle</span></header>\n<main>\n");
  }

  /// Ends a page, and returns all of it.
  static String end(Html out) {
    return out.raw("</main>\n</body>\n</html>\n").toString();
  }

  /// Adds a note.
  ///
  /// @param look `bad`, `warn` or empty
  /// @param icon the name of its sign
  static void note(String look, String icon, String claim, String evidence, Html out) {
    out.raw("<div class=\"note " + look + "\"><svg class=\"i\" aria-hidden=\"true\"><use href=\"#");
    out.raw(icon + "\"/></svg><div><p><b>").text(claim).raw("</b></p><p>").text(evidence);
    out.raw("</p></div></div>\n");
  }

  /// Adds advice with its evidence.
  ///
  /// @param of what the attempts are of, such as `of this run`
  static void advice(Advice advice, String of, Html out) {
    String over =
        switch (advice.kind()) {
          case FEWER_PERMITS -> Text.count(advice.attempts(), "second");
          case USE_CPU, USE_IO, MORE_MEMORY, LONGER_TIMEOUT ->
              Text.count(advice.attempts(), "attempt");
        };
    note("", "advice", advice.text(), "Measured over " + over + " " + of + ".", out);
  }

  /// Begins a line of a list of facts; `</dd>` ends it.
  static void fact(String name, Html out) {
    out.raw("<dt>").text(name).raw("</dt><dd>");
  }

  /// Adds a line to a list of facts.
  static void fact(String name, String value, Html out) {
    fact(name, out);
    out.text(value).raw("</dd>");
  }

  private static String resource(String name) {
    try (InputStream in = PageFrame.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("treadle-cli is damaged: no " + name + " in it");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
