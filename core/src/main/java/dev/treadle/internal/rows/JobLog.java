package dev.treadle.internal.rows;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The latest lines that the code of a job logged, within bounds: a line is cut, and old lines go
/// when there are too many or too much. What was left out is said. Guarded by the lock of the
/// store.
final class JobLog {
  /// How many lines are kept.
  static final int LINES_MAX = 200;

  /// How many characters of a line are kept, with what says that it was cut: 4 KiB of plain text.
  static final int LINE_MAX = 4_096;

  /// How many characters are kept in all: 256 KiB of plain text.
  static final int ALL_MAX = 256 * 1_024;

  private static final String LEFT_OUT = " characters are left out)";

  private final Deque<String> lines = new ArrayDeque<>(0);
  private long size;

  /// How many lines went because there was too much.
  private long gone;

  void add(String line) {
    String kept = cut(line);
    lines.addLast(kept);
    size += kept.length();
    while (size > ALL_MAX) {
      size -= lines.removeFirst().length();
      gone++;
    }
    if (lines.size() > LINES_MAX) {
      size -= lines.removeFirst().length();
    }
  }

  /// Cuts a line that is too long, and says how much is left out.
  private static String cut(String line) {
    if (line.length() <= LINE_MAX) {
      return line;
    }
    int end = LINE_MAX - LEFT_OUT.length() - 16;
    if (Character.isHighSurrogate(line.charAt(end - 1))) {
      end--;
    }
    return line.substring(0, end) + "... (" + (line.length() - end) + LEFT_OUT;
  }

  /// The lines, oldest first; before them, if some went because there was too much, one that says
  /// so.
  List<String> lines() {
    if (gone == 0) {
      return List.copyOf(lines);
    }
    List<String> all = new ArrayList<>(lines.size() + 1);
    all.add("(" + gone + " lines before these are left out: a job keeps 256 KiB of its log)");
    all.addAll(lines);
    return List.copyOf(all);
  }
}
