package dev.treadle.cli.files;

/// What stands around a capital sigma, and so whether it becomes a final one: a cased letter before
/// it in its word, and none after it.
///
/// This follows [String#toLowerCase(java.util.Locale)], where words are those of a
/// [java.text.BreakIterator]; but it sees the text once, from its start, and remembers next to
/// nothing.
final class WordContext {
  static final int CAPITAL_SIGMA = 0x03A3;

  /// Whether the last sigma is a final one.
  enum Sigma {
    FINAL,
    NOT_FINAL,
    /// What follows will tell.
    OPEN
  }

  private enum Kind {
    LETTER,
    DIGIT,
    MARK, // belongs to the character before it
    MID, // joins two letters or two digits
    MID_WORD, // joins two letters
    MID_NUMBER, // joins two digits
    DANDA, // may end a word, and a number may follow it
    IGNORED,
    OTHER // never in a word with a letter
  }

  private enum State {
    WORD,
    NUMBER, // which letters may follow
    MID_WORD,
    MID_NUMBER,
    DANDA,
    OTHER
  }

  private State state = State.OTHER;
  private boolean cased; // a cased letter was seen in this word
  private boolean start = true; // of the text, or what a BreakIterator takes for one
  private Sigma sigma = Sigma.NOT_FINAL;

  /// Goes on by one character, and returns what the sigmas before it are.
  Sigma add(int codePoint) {
    Kind kind = kind(codePoint);
    boolean joins = joins(kind);
    if (!joins) {
      decide(Sigma.FINAL);
    }
    boolean casedBefore = cased && joins;
    boolean casedNow = isCased(codePoint);
    if (casedNow) {
      decide(Sigma.NOT_FINAL);
    }
    cased = casedBefore || casedNow;
    state = next(kind);
    // Java takes each place after a supplementary character for the end of a word, except after the
    // first character of the text.
    if (Character.isSupplementaryCodePoint(codePoint) && !start) {
      decide(Sigma.FINAL);
      cased = false;
    }
    start = codePoint == Character.MAX_VALUE; // for a BreakIterator this one ends a text
    Sigma before = sigma;
    if (codePoint == CAPITAL_SIGMA) {
      sigma = casedBefore ? Sigma.OPEN : Sigma.NOT_FINAL;
    }
    return before;
  }

  /// What the last sigma is, as far as is known.
  Sigma sigma() {
    return sigma;
  }

  /// Ends the text, and returns what its last sigma is.
  Sigma end() {
    decide(Sigma.FINAL);
    return sigma;
  }

  private void decide(Sigma verdict) {
    if (sigma == Sigma.OPEN) {
      sigma = verdict;
    }
  }

  /// Whether nothing before this character matters to what follows it.
  static boolean separates(int codePoint) {
    return kind(codePoint) == Kind.OTHER;
  }

  private boolean joins(Kind kind) {
    return switch (kind) {
      case LETTER -> state == State.WORD || state == State.NUMBER || state == State.MID_WORD;
      case DIGIT ->
          state == State.WORD
              || state == State.NUMBER
              || state == State.MID_NUMBER
              || state == State.DANDA;
      case MARK, MID -> state == State.WORD || state == State.NUMBER;
      case MID_WORD, DANDA -> state == State.WORD;
      case MID_NUMBER -> state == State.NUMBER;
      case IGNORED -> true;
      case OTHER -> false;
    };
  }

  private State next(Kind kind) {
    return switch (kind) {
      case LETTER -> State.WORD;
      case DIGIT -> State.NUMBER;
      case MARK -> joins(kind) ? state : State.OTHER;
      case MID ->
          switch (state) {
            case WORD -> State.MID_WORD;
            case NUMBER -> State.MID_NUMBER;
            case MID_WORD, MID_NUMBER, DANDA, OTHER -> State.OTHER;
          };
      case MID_WORD -> joins(kind) ? State.MID_WORD : State.OTHER;
      case MID_NUMBER -> joins(kind) ? State.MID_NUMBER : State.OTHER;
      case DANDA -> joins(kind) ? State.DANDA : State.OTHER;
      case IGNORED -> state;
      case OTHER -> State.OTHER;
    };
  }

  private static Kind kind(int codePoint) {
    return switch (codePoint) {
      case '.', '"', '\'' -> Kind.MID;
      case ',', 0x066B -> Kind.MID_NUMBER;
      case 0x00AD, 0x2027 -> Kind.MID_WORD;
      case 0x0964, 0x0965 -> Kind.DANDA;
      default -> isCjk(codePoint) ? Kind.OTHER : kindByType(codePoint);
    };
  }

  private static Kind kindByType(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER,
          Character.COMBINING_SPACING_MARK ->
          Kind.LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          Kind.DIGIT;
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> Kind.MARK;
      case Character.DASH_PUNCTUATION, Character.CONNECTOR_PUNCTUATION -> Kind.MID_WORD;
      case Character.FORMAT -> isLastOfItsRange(codePoint) ? Kind.OTHER : Kind.IGNORED;
      default -> Kind.OTHER;
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

  private static boolean isCased(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER ->
          true;
      default -> isCasedOther(codePoint);
    };
  }

  // As Java has them: fewer than Unicode's Other_Lowercase and Other_Uppercase.
  private static boolean isCasedOther(int codePoint) {
    return in(codePoint, 0x02B0, 0x02B8) // modifier letters
        || in(codePoint, 0x02C0, 0x02C1)
        || in(codePoint, 0x02E0, 0x02E4)
        || codePoint == 0x0345 // ypogegrammeni
        || codePoint == 0x037A
        || in(codePoint, 0x1D2C, 0x1D61) // modifier letters
        || in(codePoint, 0x2160, 0x217F) // Roman numerals
        || in(codePoint, 0x24B6, 0x24E9); // circled letters
  }

  private static boolean in(int codePoint, int first, int last) {
    return codePoint >= first && codePoint <= last;
  }
}
