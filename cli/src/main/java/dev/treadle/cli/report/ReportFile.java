package dev.treadle.cli.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// The file of a report: it appears whole, in place of an older report, or not at all.
///
/// @param path as it was named
record ReportFile(Path path) {
  /// By this a report is known as one, so that nothing else is replaced.
  static final String MARK = "<meta name=\"generator\" content=\"treadle\">";

  private static final int HEAD = 1_000;
  private static final String TAKEN =
      "is there already and is no report; name another file, or delete it";

  /// Why it cannot be written, found out before a run; null if it can.
  @Nullable String problem() {
    if (path.getFileName() == null) {
      return "is no file; name one";
    }
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      return Files.exists(folder)
          ? folder + " is a file, not a folder"
          : "there is no folder " + folder + "; make it first";
    }
    if (Files.isDirectory(path)) {
      return "is a folder; name a file in it";
    }
    if (isTaken()) {
      return TAKEN;
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

  // By something else than an older report, or an empty file.
  private boolean isTaken() {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isReport();
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
    if (isTaken()) { // what the run itself wrote there, perhaps
      throw new FileSystemException(path.toString(), null, TAKEN);
    }
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

  // A name that `treadle files` passes over.
  private Path draft() {
    String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
    return folder().resolve(".treadle-" + random + ".tmp");
  }

  static String words(IOException e) {
    String reason = e instanceof FileSystemException it ? it.getReason() : e.getMessage();
    return reason != null
        ? reason
        : e instanceof NoSuchFileException
            ? "its folder is gone"
            : e instanceof AccessDeniedException ? "this user may not write there" : e.toString();
  }
}
