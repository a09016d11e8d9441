package dev.treadle.cli.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Why a file cannot be read or written, in words for people.
final class FileProblem {
  private FileProblem() {}

  /// What the system said, without the path, which the record has.
  static String of(IOException thrown) {
    return switch (thrown) {
      case UndecodableException e -> String.valueOf(e.getMessage());
      case UnencodableException e -> String.valueOf(e.getMessage());
      case NoSuchFileException e -> "no such file";
      case AccessDeniedException e -> "permission denied";
      case FileSystemLoopException e -> LOOP;
      case NotDirectoryException e -> "is not a folder";
      case FileSystemException e -> byReason(e.getReason());
      default -> byReason(thrown.getMessage());
    };
  }

  private static final String LOOP = "link loop: it leads back to itself";

  // The JDK has no types for these, only the words of the system's strerror.
  private static String byReason(@Nullable String reason) {
    if (reason == null) {
      return "cannot be read or written, the system does not say why";
    }
    return switch (reason) {
      case "Too many levels of symbolic links",
          "Too many levels of symbolic links or unable to access attributes of symbolic link" ->
          LOOP;
      case "No space left on device" -> "disk full";
      case "Disk quota exceeded" -> "disk quota exceeded";
      case "Is a directory" -> "is a folder";
      case "File too large" -> "larger than a file may be here";
      case "Not a directory" -> "a part of its path is not a folder";
      default -> reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1);
    };
  }
}
