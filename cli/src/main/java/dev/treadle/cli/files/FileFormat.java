package dev.treadle.cli.files;

import dev.treadle.cli.records.RecordFormat;
import dev.treadle.cli.terminal.Columns;
import dev.treadle.cli.terminal.SizeConverter;
import dev.treadle.cli.terminal.Terminal;

/// Records for people: numbers in columns, then the path; digests as `sha256sum` prints them.
///
/// @param terminal whether a terminal shows them, on which no name may do more than be shown
/// @param colour whether errors are red
record FileFormat(Operation operation, boolean terminal, boolean colour)
    implements RecordFormat<FileRecord> {
  static FileFormat of(Operation operation, Terminal terminal) {
    return new FileFormat(operation, terminal.out(), terminal.out() && terminal.colour());
  }

  @Override
  public String line(FileRecord record) {
    return (record.error() == null ? good(record) : bad(record, record.error())) + "\n";
  }

  private String good(FileRecord record) {
    String path = Columns.clean(record.path());
    return switch (record.finding()) {
      case Finding.Text text ->
          numbers(
                  Columns.number(text.lines()),
                  Columns.number(text.words()),
                  Columns.number(text.chars()))
              + path;
      case Finding.Digest digest -> sum(digest.sha256(), record.path());
      case null ->
          numbers(SizeConverter.format(record.bytesIn()), Columns.number(record.millis()) + " ms")
              + path
              + " -> "
              + Columns.clean(String.valueOf(record.output()));
    };
  }

  // A backslash before the digest says that there are some in the name.
  private String sum(String digest, String path) {
    String escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    String name = terminal ? Columns.clean(escaped) : escaped;
    return (escaped.equals(path) ? "" : "\\") + digest + "  " + name;
  }

  private String bad(FileRecord record, String error) {
    String columns =
        switch (operation) {
          case Operation.Mapped it -> numbers("-", Columns.number(record.millis()) + " ms");
          case Operation.Counted it -> numbers("-", "-", "-");
          case Operation.Hashed it -> Columns.left("-", 64) + "  ";
        };
    String text = Columns.clean(record.path() + ": " + error);
    return columns + (colour ? "\033[31m" + text + "\033[0m" : text);
  }

  private static String numbers(String... values) {
    StringBuilder columns = new StringBuilder();
    for (String value : values) {
      columns.append(Columns.right(value, 12));
    }
    return columns.append("  ").toString();
  }
}
