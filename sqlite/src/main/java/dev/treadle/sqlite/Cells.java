package dev.treadle.sqlite;

import dev.treadle.spi.Micros;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// The columns of a row, one after the other, into JSON: what is null is left out.
final class Cells {
  private final ResultSet row;
  private int at;

  Cells(ResultSet row) {
    this.row = row;
  }

  /// Begins at this column.
  Cells from(int column) {
    at = column - 1;
    return this;
  }

  @Nullable Long number() throws SQLException {
    long value = row.getLong(++at);
    return row.wasNull() ? null : (Long) value;
  }

  @Nullable String text() throws SQLException {
    return row.getString(++at);
  }

  byte @Nullable [] bytes() throws SQLException {
    return row.getBytes(++at);
  }

  void numbers(JsonGenerator out, String... names) throws SQLException {
    for (String name : names) {
      Long value = number();
      if (value != null) {
        out.writeNumberProperty(name, value);
      }
    }
  }

  void texts(JsonGenerator out, String... names) throws SQLException {
    for (String name : names) {
      String value = text();
      if (value != null) {
        out.writeStringProperty(name, value);
      }
    }
  }

  void times(JsonGenerator out, String... names) throws SQLException {
    for (String name : names) {
      Long value = number();
      if (value != null) {
        out.writeStringProperty(name, Micros.instant(value).toString());
      }
    }
  }

  void truths(JsonGenerator out, String... names) throws SQLException {
    for (String name : names) {
      Long value = number();
      if (value != null) {
        out.writeBooleanProperty(name, value != 0);
      }
    }
  }
}
