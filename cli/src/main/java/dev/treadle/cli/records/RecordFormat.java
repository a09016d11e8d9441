package dev.treadle.cli.records;

/// How records are written: one line a record.
///
/// @param <R> a record
public interface RecordFormat<R> {
  /// What stands before the first record, its line end included; empty for nothing.
  default String header() {
    return "";
  }

  /// The line of a record, its end included.
  String line(R record);
}
