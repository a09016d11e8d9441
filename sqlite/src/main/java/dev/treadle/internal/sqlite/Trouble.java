package dev.treadle.internal.sqlite;

import dev.treadle.StoreException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// What SQLite says when something is wrong, and what that means for the user of a store.
final class Trouble {
  private Trouble() {}

  /// Whether there is no room on the disk: this may pass.
  static boolean diskFull(SQLException e) {
    return e instanceof SQLiteException it
        && (code(it) == SQLiteErrorCode.SQLITE_FULL
            || code(it) == SQLiteErrorCode.SQLITE_IOERR_WRITE && noSpace(it));
  }

  private static boolean noSpace(SQLiteException e) {
    return String.valueOf(e.getMessage()).contains("disk I/O error");
  }

  /// Whether another process holds a lock on the file: this passes.
  static boolean busy(SQLException e) {
    return e instanceof SQLiteException it
        && switch (code(it)) {
          case SQLITE_BUSY,
              SQLITE_BUSY_SNAPSHOT,
              SQLITE_BUSY_RECOVERY,
              SQLITE_BUSY_TIMEOUT,
              SQLITE_LOCKED ->
              true;
          default -> false;
        };
  }

  private static SQLiteErrorCode code(SQLiteException e) {
    return e.getResultCode();
  }

  /// Reading failed.
  static StoreException reading(Path file, SQLException e) {
    return new StoreException("reading " + file + " failed: " + words(e), e);
  }

  /// Writing failed, for good.
  static StoreException writing(Path file, SQLException e) {
    return new StoreException(
        "writing to "
            + file
            + " failed: "
            + words(e)
            + ". Nothing more is taken; what was"
            + " acknowledged before is kept, and what has not ended runs again after the next open",
        e);
  }

  /// Opening failed.
  static StoreException opening(Path file, SQLException e) {
    return new StoreException(file + " cannot be opened: " + words(e), e);
  }

  /// Returns what the system says of a file beside the store, in words.
  static String words(IOException e) {
    return switch (e) {
      case NoSuchFileException it -> "there is no such folder";
      case AccessDeniedException it -> it.getFile() + ": permission denied";
      case FileSystemException it when it.getReason() != null ->
          it.getFile() + ": " + it.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  /// What it says, in words.
  static String words(SQLException e) {
    if (!(e instanceof SQLiteException it)) {
      return String.valueOf(e.getMessage());
    }
    return switch (code(it)) {
      case SQLITE_CORRUPT, SQLITE_CORRUPT_INDEX, SQLITE_CORRUPT_SEQUENCE, SQLITE_CORRUPT_VTAB ->
          "the file is damaged. Keep a copy, run `treadle db check` on it, and restore a backup";
      case SQLITE_NOTADB ->
          "it is not an SQLite file, or its beginning is damaged. Name another file, or restore a"
              + " backup";
      case SQLITE_READONLY, SQLITE_READONLY_DBMOVED, SQLITE_READONLY_DIRECTORY ->
          "the file or its folder cannot be written, or the file was moved away. Give this user the"
              + " right to write both";
      case SQLITE_CANTOPEN ->
          "the file or its folder cannot be opened. Does the folder exist, and"
              + " may this user write in it?";
      case SQLITE_FULL -> "the disk is full. Make room";
      case SQLITE_BUSY -> "another process has locked it for long. End it, or wait";
      default -> String.valueOf(it.getMessage());
    };
  }
}
