package dev.treadle.cli.scrape;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The URLs to scrape: those named as arguments, then those of a file, one a line. Blank lines and
/// lines that begin with `#` are skipped. Read as needed, never whole.
///
/// @param arguments those named
/// @param file the file, or null
/// @param in standard input, if it is to be read, or null
record UrlList(List<String> arguments, @Nullable Path file, @Nullable InputStream in) {

  /// How many there are; -1 where only reading would tell.
  long total() throws IOException {
    if (in != null || (file != null && !Files.isRegularFile(file))) {
      return -1;
    }
    if (file == null) {
      return arguments.size();
    }
    try (Stream<String> lines = lines(Files.newInputStream(file))) {
      return arguments.size() + lines.count();
    }
  }

  /// All of them, to be closed.
  Stream<String> urls() throws IOException {
    Stream<String> all = arguments.stream();
    if (file != null) {
      all = Stream.concat(all, lines(Files.newInputStream(file)));
    }
    return in == null ? all : Stream.concat(all, lines(in));
  }

  private static Stream<String> lines(InputStream bytes) {
    // What is not UTF-8 becomes U+FFFD, and so a URL that is not found, not the end of the list.
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8));
    return reader
        .lines()
        .map(line -> line.startsWith("\uFEFF") ? line.substring(1) : line)
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .onClose(() -> {
          try {
            reader.close();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
