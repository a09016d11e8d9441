package dev.treadle.cli.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The file of a report: it appears whole, in place of an older report, or not at all.
///
/// @param path as it was named
record ReportFile(Path path) {
  /// By this a report is known as one, so that nothing else is replaced.
  static final String MARK = "<meta name=\"generator\" content=\"treadle\">";

  private static final int HEAD = 1_000;

  /// Why it cannot be written, found out before a run; null if it can.
  @Nullable String problem() {
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      return Files.exists(folder) ? folder + " is a file, not a folder" : "there is no " + folder;
    }
    if (Files.isDirectory(path)) {
      return "is a folder; name a file in it";
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isReport()) {
      return "is there already and is no report; name another file, or delete it";
    }
    Path draft = draft();
    try {
      Files.write(draft, new byte[0], StandardOpenOption.CREATE_NEW);
      Files.delete(draft);
      return null;
    } catch (IOException e) {
      return "cannot be written: " + words(e);
    }
  }

  private boolean isReport() {
    try {
      if (!Files.isRegularFile(path)) {
        return false;
      }
      byte[] head = new byte[HEAD];
      int length;
      try (var in = Files.newInputStream(path)) {
        length = in.readNBytes(head, 0, HEAD);
      }
      return length == 0 || new String(head, 0, length, StandardCharsets.UTF_8).contains(MARK);
    } catch (IOException e) {
      return false; // what cannot be read is not replaced either
    }
  }

  /// Writes it.
  void write(String page) throws IOException {
    Path draft = draft();
    try {
      Files.writeString(draft, page, StandardOpenOption.CREATE_NEW);
      Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private Path folder() {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }

  private Path draft() {
    return folder()
        .resolve("." + path.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
  }

  static String words(IOException e) {
    String reason = e instanceof FileSystemException it ? it.getReason() : e.getMessage();
    return reason != null
        ? reason
        : e instanceof NoSuchFileException
            ? "its folder is gone"
            : e instanceof java.nio.file.AccessDeniedException
                ? "this user may not write there"
                : e.toString();
  }
}
