package dev.treadle.cli.files;

import org.jspecify.annotations.Nullable;

/// The record of a file while it is worked on. Used by one thread.
final class Draft {
  private final FileInput input;
  private final long started = System.nanoTime();
  private long bytes;

  Draft(FileInput input) {
    this.input = input;
  }

  /// Counts bytes that were read.
  void read(long count) {
    bytes += count;
  }

  /// Bytes read so far.
  long bytes() {
    return bytes;
  }

  /// The record of a file that has a result.
  FileRecord mapped(String output, long size) {
    return record(output, size, null, null);
  }

  /// The record of a file in which something was found.
  FileRecord found(Finding finding) {
    return record(null, null, null, finding);
  }

  /// The record of a file with which something went wrong.
  FileRecord failed(String error) {
    return record(null, null, error, null);
  }

  private FileRecord record(
      @Nullable String output,
      @Nullable Long size,
      @Nullable String error,
      @Nullable Finding finding) {
    long millis = (System.nanoTime() - started + 500_000) / 1_000_000;
    return new FileRecord(input.path().toString(), output, bytes, size, millis, error, finding);
  }
}
