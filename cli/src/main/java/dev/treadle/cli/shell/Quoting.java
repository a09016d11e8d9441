package dev.treadle.cli.shell;

import java.util.List;
import java.util.stream.Collectors;

/// Words so quoted that a POSIX shell reads them as they are.
final class Quoting {
  private static final String PLAIN = "_-./,:@%+";

  private Quoting() {}

  /// Quotes a word with backslashes, as GNU parallel does: then it is harmless between double
  /// quotes too.
  static String word(String word) {
    if (word.isEmpty()) {
      return "''";
    }
    StringBuilder quoted = new StringBuilder(word.length() + 8);
    word.codePoints()
        .forEach(c -> {
          if (c == '\n') {
            quoted.append("'\n'"); // a backslash before it would take it away
          } else {
            if (!isPlain(c)) {
              quoted.append('\\');
            }
            quoted.appendCodePoint(c);
          }
        });
    return quoted.toString();
  }

  // Beyond ASCII nothing means anything to a shell.
  private static boolean isPlain(int c) {
    return c >= 0x80
        || (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || PLAIN.indexOf(c) >= 0;
  }

  /// A command line to be pasted.
  static String line(List<String> words) {
    return words.stream().map(Quoting::word).collect(Collectors.joining(" "));
  }
}
