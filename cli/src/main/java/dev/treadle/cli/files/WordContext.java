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
    WordPart part = WordPart.of(codePoint);
    boolean joins = joins(part);
    if (!joins) {
      decide(Sigma.FINAL);
    }
    boolean casedBefore = cased && joins;
    boolean casedNow = isCased(codePoint);
    if (casedNow) {
      decide(Sigma.NOT_FINAL);
    }
    cased = casedBefore || casedNow;
    state = next(part);
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

  /// Goes on by a text after which no sigma is open. Only its end matters, back to where its last
  /// word begins.
  void addAll(char[] text, int from, int to) {
    int start = to;
    boolean separate = false;
    while (start > from && !separate) {
      int before = Character.codePointBefore(text, start, from);
      start -= Character.charCount(before);
      separate = WordPart.of(before) == WordPart.OTHER;
    }
    int codePoint;
    for (int i = start; i < to; i += Character.charCount(codePoint)) {
      codePoint = Character.codePointAt(text, i, to);
      Sigma unused = add(codePoint);
    }
  }

  /// The same for ASCII.
  void addAll(byte[] ascii, int from, int to) {
    int start = to;
    boolean separate = false;
    while (start > from && !separate) {
      start--;
      separate = WordPart.of(ascii[start]) == WordPart.OTHER;
    }
    for (int i = start; i < to; i++) {
      Sigma unused = add(ascii[i]);
    }
  }

  private boolean joins(WordPart part) {
    return switch (part) {
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

  private State next(WordPart part) {
    return switch (part) {
      case LETTER -> State.WORD;
      case DIGIT -> State.NUMBER;
      case MARK -> joins(part) ? state : State.OTHER;
      case MID ->
          switch (state) {
            case WORD -> State.MID_WORD;
            case NUMBER -> State.MID_NUMBER;
            case MID_WORD, MID_NUMBER, DANDA, OTHER -> State.OTHER;
          };
      case MID_WORD -> joins(part) ? State.MID_WORD : State.OTHER;
      case MID_NUMBER -> joins(part) ? State.MID_NUMBER : State.OTHER;
      case DANDA -> joins(part) ? State.DANDA : State.OTHER;
      case IGNORED -> state;
      case OTHER -> State.OTHER;
    };
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
