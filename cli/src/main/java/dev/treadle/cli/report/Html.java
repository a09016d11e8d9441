package dev.treadle.cli.report;

import java.util.Locale;

/// A page as it is written. What comes from outside goes through [#text], which nothing gets out
/// of.
final class Html {
  private final StringBuilder out = new StringBuilder(64 * 1024);

  /// Adds markup, as it is.
  Html raw(String markup) {
    out.append(markup);
    return this;
  }

  /// Adds text.
  Html text(String text) {
    out.append(escaped(text));
    return this;
  }

  /// Adds a cell of a table that stands with its label on a narrow screen, where the header is not
  /// shown.
  Html more(String label, String text) {
    raw("<td class=\"num more\" data-label=\"").text(label).raw("\">");
    return text(text).raw("</td>");
  }

  /// Adds the end of what a command wrote, unless all of it is in the cause already.
  Html output(String output, String cause) {
    return output.isEmpty() || cause.endsWith(output)
        ? this
        : raw("<pre>").text("\n" + output).raw("</pre>"); // HTML ignores the first line end
  }

  /// Adds how something ended: its sign and words.
  Html state(Recorder.End end, String words) {
    String icon = end.name().toLowerCase(Locale.ROOT).replace("_", "");
    raw("<span class=\"state " + (end.good() ? icon : "failed") + "\">");
    raw("<svg class=\"i\" aria-hidden=\"true\"><use href=\"#" + icon + "\"/></svg>");
    return text(words).raw("</span>");
  }

  /// Text that can stand between tags and within quotes. Signs that HTML knows no way to write are
  /// replaced.
  static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> out.appendCodePoint(isWritable(c) ? c : 0xFFFD);
          }
        });
    return out.toString();
  }

  private static boolean isWritable(int c) {
    return (c >= ' ' && c < 0x7F || c >= 0xA0 || c == '\n' || c == '\t')
        && Character.getType(c) != Character.SURROGATE
        && (c & 0xFFFE) != 0xFFFE
        && !(c >= 0xFDD0 && c <= 0xFDEF);
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
