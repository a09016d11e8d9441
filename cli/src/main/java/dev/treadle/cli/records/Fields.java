package dev.treadle.cli.records;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.FormatSchema;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.csv.CsvFactory;
import tools.jackson.dataformat.csv.CsvGenerator;
import tools.jackson.dataformat.csv.CsvSchema;
import tools.jackson.dataformat.csv.CsvWriteFeature;

/// The fields of a record, by name and in order: all that JSON and CSV need to know of it.
/// Immutable.
///
/// @param <R> a record
public final class Fields<R> {
  private static final String FORMULA = "=+-@\t\r";

  private final List<Field<R>> fields;

  /// A field's value is a `String`, a `Number`, a [Rows] or null.
  private record Field<R>(String name, Function<? super R, ? extends @Nullable Object> value) {}

  /// Records inside of a record.
  private record Rows<T>(List<T> rows, Fields<T> fields) {
    void write(JsonGenerator out) {
      out.writeStartArray();
      for (T row : rows) {
        out.writeStartObject();
        fields.write(row, out, text -> text);
        out.writeEndObject();
      }
      out.writeEndArray();
    }

    // CSV has no place for more than one value.
    @Override
    public String toString() {
      StringWriter text = new StringWriter();
      try (JsonGenerator out =
          new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
        write(out);
      }
      return text.toString();
    }
  }

  private Fields(List<Field<R>> fields) {
    this.fields = List.copyOf(fields);
  }

  /// No fields yet.
  public static <R> Fields<R> none() {
    return new Fields<>(List.of());
  }

  /// These and one more.
  public Fields<R> and(String name, Function<? super R, ? extends @Nullable Object> value) {
    List<Field<R>> more = new ArrayList<>(fields);
    more.add(new Field<>(name, value));
    return new Fields<>(more);
  }

  /// These and one that is a list of records: an array in JSON, which CSV has as text; nothing in
  /// CSV if it is empty.
  public <T> Fields<R> and(String name, Function<? super R, List<T>> values, Fields<T> each) {
    return and(name, record -> new Rows<>(values.apply(record), each));
  }

  /// One JSON object a line, with every field, null where there is nothing.
  public RecordFormat<R> json() {
    return new Lines("", new JsonFactory(), ObjectWriteContext.empty(), "\n", text -> text);
  }

  /// A line with the names, then a line a record, as RFC 4180 has it but with bare line feeds;
  /// nothing where there is nothing.
  public RecordFormat<R> csv() {
    return csv(text -> text);
  }

  /// The same, with an apostrophe before what a spreadsheet would take for a formula.
  public RecordFormat<R> csvSafe() {
    return csv(text -> !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text);
  }

  private RecordFormat<R> csv(UnaryOperator<String> cell) {
    CsvSchema.Builder schema = CsvSchema.builder();
    fields.forEach(field -> schema.addColumn(field.name));
    FormatSchema built = schema.build().withLineSeparator("\n");
    ObjectWriteContext context =
        new ObjectWriteContext.Base() {
          @Override
          public FormatSchema getSchema() {
            return built;
          }
        };
    String header = String.join(",", fields.stream().map(Field::name).toList()) + "\n";
    CsvFactory factory =
        CsvFactory.builder().enable(CsvWriteFeature.STRICT_CHECK_FOR_QUOTING).build();
    return new Lines(header, factory, context, "", cell);
  }

  private void write(R record, JsonGenerator out, UnaryOperator<String> cell) {
    boolean json = !(out instanceof CsvGenerator);
    for (Field<R> field : fields) {
      switch (field.value.apply(record)) {
        case null -> out.writeNullProperty(field.name);
        case Number number -> out.writeNumberProperty(field.name, number.longValue());
        case Rows<?> rows when json -> {
          out.writeName(field.name);
          rows.write(out);
        }
        case Rows<?> rows when rows.rows().isEmpty() -> out.writeNullProperty(field.name);
        case Object text -> out.writeStringProperty(field.name, cell.apply(text.toString()));
      }
    }
  }

  private final class Lines implements RecordFormat<R> {
    private final String header;
    private final TokenStreamFactory factory;
    private final ObjectWriteContext context;
    private final String end;
    private final UnaryOperator<String> cell;

    Lines(
        String header,
        TokenStreamFactory factory,
        ObjectWriteContext context,
        String end,
        UnaryOperator<String> cell) {
      this.cell = cell;
      this.header = header;
      this.factory = factory;
      this.context = context;
      this.end = end;
    }

    @Override
    public String header() {
      return header;
    }

    @Override
    public String line(R record) {
      StringWriter line = new StringWriter(256);
      try (JsonGenerator out = factory.createGenerator(context, line)) {
        out.writeStartObject();
        write(record, out, cell);
        out.writeEndObject();
      }
      return line.append(end).toString();
    }
  }
}
