package dev.treadle.cli.files;

/// What a character does to the word it stands in, as a [java.text.BreakIterator] for words sees
/// it.
enum WordPart {
  LETTER,
  DIGIT,
  /// Belongs to the character before it.
  MARK,
  /// Joins two letters or two digits.
  MID,
  /// Joins two letters.
  MID_WORD,
  /// Joins two digits.
  MID_NUMBER,
  /// May end a word, and a number may follow it.
  DANDA,
  IGNORED,
  /// Is in no word with a letter.
  OTHER;

  static WordPart of(int codePoint) {
    return switch (codePoint) {
      case '.', '"', '\'' -> MID;
      case ',', 0x066B -> MID_NUMBER;
      case 0x00AD, 0x2027 -> MID_WORD;
      case 0x0964, 0x0965 -> DANDA;
      default -> isCjk(codePoint) ? OTHER : byType(codePoint);
    };
  }

  private static WordPart byType(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER,
          Character.COMBINING_SPACING_MARK ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> DIGIT;
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> MARK;
      case Character.DASH_PUNCTUATION, Character.CONNECTOR_PUNCTUATION -> MID_WORD;
      case Character.FORMAT -> isLastOfItsRange(codePoint) ? OTHER : IGNORED;
      default -> OTHER;
    };
  }

  // Java's table of words leaves out the last one of each range of supplementary format characters.
  private static boolean isLastOfItsRange(int format) {
    return Character.isSupplementaryCodePoint(format)
        && Character.getType(format + 1) != Character.FORMAT;
  }

  // Ideographs and kana make words of their own; 3099 and 309A are marks.
  private static boolean isCjk(int codePoint) {
    return codePoint == 0x3005
        || in(codePoint, 0x3041, 0x3094)
        || in(codePoint, 0x309B, 0x309E)
        || in(codePoint, 0x30A1, 0x30FE)
        || in(codePoint, 0x4E00, 0x9FA5)
        || in(codePoint, 0xF900, 0xFA2D);
  }

  private static boolean in(int codePoint, int first, int last) {
    return codePoint >= first && codePoint <= last;
  }
}
