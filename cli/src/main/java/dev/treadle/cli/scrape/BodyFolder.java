package dev.treadle.cli.scrape;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A folder that keeps the bodies of pages, unpacked, each in a file of its own: whole, or not at
/// all.
///
/// A file is named by host and last part of the URL, for people, and by some digits of its hash, so
/// that each URL has one name and no two have the same. A server chooses no name.
///
/// @param folder where; each host has a folder in it
record BodyFolder(Path folder) {
  private static final int NAME_MAX = 60;

  /// A body on its way to its file.
  final class Draft implements AutoCloseable {
    private final Path file;
    private final Path part;
    private final OutputStream out;

    private Draft(Path file) throws IOException {
      this.file = file;
      Files.createDirectories(file.getParent());
      this.part = file.resolveSibling(".treadle-" + UUID.randomUUID() + ".part");
      this.out =
          Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /// Adds some bytes.
    void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw told(file, e);
      }
    }

    /// Puts the file where it belongs, and returns its name.
    String keep() throws IOException {
      try {
        out.close();
        return Files.move(part, file, StandardCopyOption.REPLACE_EXISTING).toString();
      } catch (IOException e) {
        throw told(file, e);
      }
    }

    @Override
    public void close() throws IOException {
      out.close();
      Files.deleteIfExists(part);
    }
  }

  /// Begins the file of a URL.
  Draft begin(Url url) throws IOException {
    Path file = file(url);
    try {
      return new Draft(file);
    } catch (IOException e) {
      throw told(file, e);
    }
  }

  private static Problem.Told told(Path file, IOException e) {
    @Nullable String reason =
        e instanceof FileSystemException system && system.getReason() != null
            ? system.getReason()
            : e.getMessage();
    return new Problem.Told("cannot write " + file + ": " + Problem.line(String.valueOf(reason)));
  }

  /// Returns where the body of a URL is kept.
  Path file(Url url) {
    String path = url.path();
    String last = clean(path.substring(path.lastIndexOf('/') + 1));
    int dot = last.lastIndexOf('.');
    String stem = dot > 0 ? last.substring(0, dot) : last.isEmpty() ? "index" : last;
    String extension = dot > 0 ? last.substring(dot) : ".html";
    if (extension.length() > 10) {
      extension = "";
    }
    stem = stem.substring(0, Math.min(stem.length(), NAME_MAX));
    String host = clean(url.port() < 0 ? url.host() : url.host() + "_" + url.port());
    return folder
        .resolve(host.length() <= 200 ? host : host.substring(0, 200))
        .resolve(stem + "-" + hash(url.toString()) + extension);
  }

  // Nothing that a shell or a file system takes for more than a name.
  private static String clean(String text) {
    String plain = text.replaceAll("[^A-Za-z0-9._-]", "_");
    return plain.startsWith(".") || plain.startsWith("-") ? "_" + plain : plain;
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
