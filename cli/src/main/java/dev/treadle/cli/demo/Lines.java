package dev.treadle.cli.demo;

import java.util.function.Consumer;

/// Long sentences in lines that fit a terminal.
final class Lines {
  private static final int WIDTH = 72;

  private Lines() {}

  /// Breaks a text at spaces; a word that is longer than a line is cut.
  static void wrapped(String text, Consumer<String> each) {
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
        each.accept("  " + line);
        line.setLength(0);
      }
      String rest = word;
      while (rest.length() > WIDTH) {
        each.accept("  " + rest.substring(0, WIDTH));
        rest = rest.substring(WIDTH);
      }
      line.append(line.isEmpty() ? "" : " ").append(rest);
    }
    each.accept("  " + line);
  }
}
