package dev.treadle.cli.records;

import dev.treadle.cli.terminal.Meter;

/// Shows records as they come. Used by one thread.
///
/// @param <R> a record
public interface Printer<R> {
  /// Shows what stands before the first record.
  default void begin(Meter meter) {}

  /// Shows a record.
  void print(R record, Meter meter);

  /// One that writes lines to standard output.
  static <R> Printer<R> of(RecordFormat<R> format) {
    return new Printer<>() {
      @Override
      public void begin(Meter meter) {
        meter.print(format.header());
      }

      @Override
      public void print(R record, Meter meter) {
        meter.print(format.line(record));
      }
    };
  }
}
