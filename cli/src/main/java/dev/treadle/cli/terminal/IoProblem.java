package dev.treadle.cli.terminal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The reason why something cannot be read or written, in words for people.
public final class IoProblem {
  private static final String LOOP = "link loop: it leads back to itself";

  // As FileInputStream and FileOutputStream put it, after the name.
  private static final Pattern IN_BRACKETS = Pattern.compile(".* \\(([^()]+)\\)", Pattern.DOTALL);

  private IoProblem() {}

  /// Returns what the system said, without the path, which the message around it has.
  public static String of(IOException thrown) {
    return switch (thrown) {
      case NoSuchFileException e -> "no such file";
      case AccessDeniedException e -> "permission denied";
      case FileSystemLoopException e -> LOOP;
      case NotDirectoryException e -> "is not a folder";
      case FileAlreadyExistsException e -> "is there already";
      case DirectoryNotEmptyException e -> "is a folder that is not empty";
      case AtomicMoveNotSupportedException e -> "lies on another file system than its draft";
      case java.io.FileNotFoundException e -> byReason(inBrackets(e.getMessage()));
      case FileSystemException e -> byReason(e.getReason());
      default -> byReason(thrown.getMessage());
    };
  }

  /// Returns the file that it is about and what the system said, or only the latter.
  public static String withFile(IOException thrown) {
    @Nullable String file = thrown instanceof FileSystemException e ? e.getFile() : null;
    return file == null ? of(thrown) : file + ": " + of(thrown);
  }

  /// Returns the words for what a call on files threw that declares no `IOException`.
  public static String of(RuntimeException thrown) {
    return thrown instanceof ReadOnlyFileSystemException
        ? "the file system is read-only"
        : thrown.getCause() instanceof IOException e ? of(e) : String.valueOf(thrown.getMessage());
  }

  private static @Nullable String inBrackets(@Nullable String message) {
    if (message == null) {
      return null;
    }
    Matcher matcher = IN_BRACKETS.matcher(message);
    return matcher.matches() ? matcher.group(1) : message;
  }

  // The JDK has no types for these, only the words of the system's strerror.
  private static String byReason(@Nullable String reason) {
    if (reason == null || reason.isEmpty()) {
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
      case "No such file or directory" -> "no such file";
      case "Read-only file system" -> "the file system is read-only";
      case "Bad file descriptor" -> "it is closed";
      default -> reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1);
    };
  }
}
