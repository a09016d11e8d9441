package dev.treadle.cli.files;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/// What an operation found in a file, beyond its bytes.
@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
@JsonSubTypes({@Type(Finding.Text.class), @Type(Finding.Digest.class)})
public sealed interface Finding {
  /// The amounts of a text.
  ///
  /// @param lines line feeds
  /// @param words runs of characters that are no white space
  /// @param chars characters (code points)
  record Text(long lines, long words, long chars) implements Finding {}

  /// A digest.
  ///
  /// @param sha256 in lower-case hexadecimal digits
  record Digest(String sha256) implements Finding {}
}
