package dev.treadle.cli.db;

import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.sqlite.Finding;

/// A finding as a paragraph for people: what is wrong, what that means, what to do.
///
/// @param width columns to stay within
record FindingFormat(int width) implements RecordFormat<Finding> {
  private static final int INDENT = 10;

  @Override
  public String line(Finding finding) {
    String examples = CheckCommand.examples(finding);
    String some = finding.examples().size() < finding.count() ? ", ..." : "";
    return wrapped(
            "",
            "%s: %s (%s%s)"
                .formatted(
                    finding.name(),
                    finding.what(),
                    Columns.number(finding.count()),
                    examples.isEmpty() ? "" : ": " + examples.replace(" ", ", ") + some))
        + wrapped("  means:", finding.means())
        + wrapped("  to do:", finding.mend());
  }

  private String wrapped(String label, String text) {
    StringBuilder out = new StringBuilder();
    StringBuilder line = new StringBuilder(label);
    int indent = label.isEmpty() ? 2 : INDENT;
    for (String word : Columns.clean(text).split(" ")) {
      if (Columns.width(line.toString()) + 1 + Columns.width(word) >= width
          && !line.toString().isBlank()) {
        out.append(line).append('\n');
        line = new StringBuilder(" ".repeat(indent - 1));
      }
      if (line.length() > 0) {
        line.append(' ');
      }
      while (line.toString().equals(label + " ") && line.length() < indent) {
        line.append(' ');
      }
      line.append(word);
    }
    return out.append(line).append('\n').toString();
  }
}
