package dev.treadle.cli.files;

import org.jspecify.annotations.Nullable;

/// A file could not be processed; the record says why.
final class FileFailure extends Exception {
  private static final long serialVersionUID = 1;

  private final transient FileRecord record;

  FileFailure(FileRecord record, @Nullable Throwable cause) {
    super(record.path() + ": " + record.error(), cause, true, false); // the record says where
    this.record = record;
  }

  FileRecord record() {
    return record;
  }
}
