package dev.treadle.cli.files;

import dev.treadle.cli.records.Fields;
import org.jspecify.annotations.Nullable;

/// What became of one file: one record of the output.
///
/// @param path the file as it was given or found
/// @param output where the result lies; null if there is none
/// @param bytesIn bytes read
/// @param bytesOut bytes of the result; null if there is none
/// @param millis how long it took
/// @param error what went wrong; null if nothing did
/// @param finding what was found; null if nothing was, or nothing is looked for
public record FileRecord(
    String path,
    @Nullable String output,
    long bytesIn,
    @Nullable Long bytesOut,
    long millis,
    @Nullable String error,
    @Nullable Finding finding) {

  /// Whether all went well.
  public boolean ok() {
    return error == null;
  }

  /// The fields of the records of an operation.
  static Fields<FileRecord> fields(Operation operation) {
    Fields<FileRecord> fields =
        Fields.<FileRecord>none()
            .and("path", FileRecord::path)
            .and("output", FileRecord::output)
            .and("bytesIn", FileRecord::bytesIn)
            .and("bytesOut", FileRecord::bytesOut)
            .and("millis", FileRecord::millis)
            .and("error", FileRecord::error);
    return switch (operation) {
      case Operation.Mapped it -> fields;
      case Operation.Counted it ->
          fields
              .and("lines", record -> record.finding instanceof Finding.Text t ? t.lines() : null)
              .and("words", record -> record.finding instanceof Finding.Text t ? t.words() : null)
              .and("chars", record -> record.finding instanceof Finding.Text t ? t.chars() : null);
      case Operation.Hashed it ->
          fields.and(
              "sha256", record -> record.finding instanceof Finding.Digest d ? d.sha256() : null);
    };
  }
}
