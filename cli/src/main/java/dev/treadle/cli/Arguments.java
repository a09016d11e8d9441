package dev.treadle.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compares the arguments that Java made with the bytes that were given.
///
/// Java decodes arguments by the charset of the locale before `main` runs. What it cannot decode is
/// lost there, and a command would be run for another name than the one that was given.
final class Arguments {
  private static final char LOST = '\uFFFD';

  private Arguments() {}

  /// Returns what is wrong with these arguments of this process; null if all are as given.
  static @Nullable String problem(String[] args) {
    if (System.getProperty("user.dir", "").indexOf(LOST) >= 0) {
      return "the name of the current folder cannot be read as UTF-8; rename it, or begin elsewhere";
    }
    return Arrays.stream(args).allMatch(Arguments::isAscii) ? null : problem(args, given());
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80 && c != '?'); // some charsets lose bytes as this
  }

  /// Returns what is wrong with these arguments.
  ///
  /// @param given the words of the process, the arguments last; empty if they are not known
  static @Nullable String problem(String[] args, List<byte[]> given) {
    int before = given.size() - args.length;
    for (int i = 0; i < args.length; i++) {
      boolean whole =
          before < 0
              ? args[i].indexOf(LOST) < 0
              : Arrays.equals(args[i].getBytes(StandardCharsets.UTF_8), given.get(before + i));
      if (!whole) {
        String shown = before < 0 ? args[i] : shown(given.get(before + i));
        return isText(before < 0 ? new byte[0] : given.get(before + i))
            ? "argument %d (%s) cannot be read in this locale; run it with LC_ALL=C.UTF-8"
                .formatted(i + 1, shown)
            : "argument %d (%s) is not valid UTF-8, and would be taken for another name; rename the file, as with convmv"
                .formatted(i + 1, shown);
      }
    }
    return null;
  }

  private static boolean isText(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return bytes.length > 0 && Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
  }

  // As a shell would take it: $'a\xe9'.
  private static String shown(byte[] bytes) {
    StringBuilder shown = new StringBuilder();
    for (byte b : bytes) {
      if (b >= ' ' && b < 0x7F) {
        shown.append((char) b);
      } else {
        shown.append("\\x%02x".formatted(b & 0xFF));
      }
    }
    return "$'" + shown + "'";
  }

  // On Linux; elsewhere Java decodes by UTF-8 always, and marks what it cannot decode.
  private static List<byte[]> given() {
    byte[] all;
    try {
      all = Files.readAllBytes(Path.of("/proc/self/cmdline"));
    } catch (IOException e) {
      return List.of();
    }
    List<byte[]> words = new ArrayList<>();
    int from = 0;
    for (int at = 0; at < all.length; at++) {
      if (all[at] == 0) {
        words.add(Arrays.copyOfRange(all, from, at));
        from = at + 1;
      }
    }
    return words;
  }
}
