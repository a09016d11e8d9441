package dev.treadle.cli.files;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What the characters seen so far become where nothing around them matters.
final class CaseTable {
  private static final int PAGE = 256;
  private static final char[] EMPTY = new char[PAGE];
  private static final int FORMS = 256;

  // One char for one, as nearly all are. Pages come as they are needed.
  private final char[][] pages = new char[PAGE][];

  // All others, each where the last byte of its code point says, until another one needs the place.
  private final int[] codePoints = new int[FORMS];
  private final @Nullable String[] forms = new @Nullable String[FORMS];

  CaseTable() {
    Arrays.fill(pages, EMPTY);
  }

  /// The one char that it becomes, 0 if that is not known or not so.
  char get(char character) {
    return pages[character >>> 8][character & 0xFF];
  }

  /// What a character that is not one char for one becomes, null if that is not known.
  @Nullable String form(int codePoint) {
    int place = codePoint & (FORMS - 1);
    return codePoints[place] == codePoint ? forms[place] : null;
  }

  void put(int codePoint, String form) {
    if (Character.isBmpCodePoint(codePoint) && form.length() == 1 && codePoint != 0) {
      put((char) codePoint, form.charAt(0));
    } else {
      int place = codePoint & (FORMS - 1);
      codePoints[place] = codePoint;
      forms[place] = form;
    }
  }

  private void put(char character, char becomes) {
    int page = character >>> 8;
    if (pages[page] == EMPTY) {
      pages[page] = new char[PAGE];
    }
    pages[page][character & 0xFF] = becomes;
  }
}
