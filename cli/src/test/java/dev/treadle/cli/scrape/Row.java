package dev.treadle.cli.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One record of `treadle scrape --json`, read as a user's program reads it.
record Row(JsonNode fields) {
  static final List<String> FIELDS =
      List.of(
          "url", "finalUrl", "status", "title", "length", "bytes", "millis", "attempts", "error");

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /// Reads a line, and checks what is true of every record.
  static Row of(String line) {
    assertThat(line).startsWith("{").endsWith("}");
    Row row = new Row(JSON.readTree(line));
    List<String> names = List.copyOf(row.fields.propertyNames());
    assertThat(names.stream().filter(name -> !name.equals("file")))
        .as("fields of %s", line)
        .containsExactlyElementsOf(FIELDS);
    assertThat(row.text("url")).as("url of %s", line).isNotNull();
    assertThat(row.finalUrl() == null).as("finalUrl of %s", line).isEqualTo(row.status() == null);
    assertThat(row.bytes()).as("bytes of %s", line).isNotNegative();
    assertThat(row.number("millis")).as("millis of %s", line).isNotNull().isNotNegative();
    assertThat(row.attempts()).as("attempts of %s", line).isNotNegative();
    String error = row.error();
    if (error != null) {
      // A user must understand it: one line, and no talk of Java.
      assertThat(error)
          .as("error of %s", line)
          .isNotBlank()
          .doesNotContain("\n", "\r", "Exception", "java.", "null");
    } else {
      assertThat(row.status()).as("status of %s", line).isNotNull().isBetween(200, 399);
      assertThat(row.attempts()).as("attempts of %s", line).isPositive();
    }
    return row;
  }

  String url() {
    return String.valueOf(text("url"));
  }

  @Nullable String finalUrl() {
    return text("finalUrl");
  }

  @Nullable Integer status() {
    return number("status");
  }

  @Nullable String title() {
    return text("title");
  }

  @Nullable Integer length() {
    return number("length");
  }

  Integer bytes() {
    return needed("bytes");
  }

  Integer attempts() {
    return needed("attempts");
  }

  @Nullable String error() {
    return text("error");
  }

  /// Where the body is kept; null too without `--output`.
  @Nullable String file() {
    return fields.has("file") ? text("file") : null;
  }

  private @Nullable String text(String field) {
    JsonNode value = fields.get(field);
    return value.isNull() ? null : value.stringValue();
  }

  private @Nullable Integer number(String field) {
    JsonNode value = fields.get(field);
    return value.isNull() ? null : value.intValue();
  }

  private Integer needed(String field) {
    Integer number = number(field);
    if (number == null) {
      throw new AssertionError("no " + field + " in " + fields);
    }
    return number;
  }
}
