package dev.treadle.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Guesses which name was meant.
final class Spelling {
  private Spelling() {}

  /// The name that begins with the word, or else differs by few letters; nothing if none does.
  static Optional<String> nearest(String word, List<String> names) {
    List<String> longer =
        names.stream().filter(name -> word.length() > 2 && name.startsWith(word)).toList();
    if (longer.size() == 1) {
      return Optional.of(longer.getFirst());
    }
    int letters = word.replace("-", "").length();
    return names.stream()
        .filter(name -> distance(word, name) <= Math.clamp(letters / 3, 1, 3) && letters > 1)
        .min(Comparator.comparingInt(name -> distance(word, name)));
  }

  /// How many letters must be added, left out, changed or swapped with the next one.
  static int distance(String a, String b) {
    int[][] rows = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        rows[i][j] = i == 0 || j == 0 ? i + j : step(rows, a, b, i, j);
      }
    }
    return rows[a.length()][b.length()];
  }

  private static int step(int[][] rows, String a, String b, int i, int j) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int least = Math.min(rows[i - 1][j], rows[i][j - 1]) + 1;
    least = Math.min(least, rows[i - 1][j - 1] + (same ? 0 : 1));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, rows[i - 2][j - 2] + 1) : least;
  }
}
