package dev.treadle.cli.files;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.util.function.LongConsumer;

/// Counts the lines, words and characters of a text as it is read.
final class TextCount implements TextInput.Pieces {
  // By character, 1 for what words are made of: to add it up is faster than to ask.
  private static final byte[] IN_WORD = new byte[128];

  static {
    for (int c = 0; c < IN_WORD.length; c++) {
      IN_WORD[c] = (byte) (Character.isWhitespace(c) ? 0 : 1);
    }
  }

  /// What a text has.
  ///
  /// @param lines line feeds, as `wc -l` counts them
  /// @param words runs of characters that are not [white space][Character#isWhitespace(int)]
  /// @param chars characters (code points), without a byte order mark
  record Counts(long lines, long words, long chars) {}

  private long lines;
  private long words;
  private long chars;
  private int inWord; // 1 if the last character was in a word

  private TextCount() {}

  /// Reads to the end and counts.
  ///
  /// @param charset of the text, unless a byte order mark says otherwise
  /// @param read told after each read how many bytes came
  /// @throws UndecodableException if the input is no text in that charset
  static Counts of(ReadableByteChannel in, Charset charset, LongConsumer read) throws IOException {
    return of(new TextInput(in, charset, read));
  }

  static Counts of(TextInput in) throws IOException {
    TextCount count = new TextCount();
    in.read(count);
    return new Counts(count.lines, count.words, count.chars);
  }

  @Override
  public void ascii(byte[] bytes, int from, int to) {
    int newLines = 0;
    int newWords = 0;
    int before = inWord;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      int now = IN_WORD[b];
      newWords += now & ~before;
      newLines += b == '\n' ? 1 : 0;
      before = now;
    }
    inWord = before;
    lines += newLines;
    words += newWords;
    chars += to - from;
  }

  @Override
  public void chars(char[] text, int length) {
    for (int i = 0; i < length; i++) {
      int codePoint = text[i];
      int now;
      if (codePoint < IN_WORD.length) { // most are, and to look them up is faster than to ask
        now = IN_WORD[codePoint];
        lines += codePoint == '\n' ? 1 : 0;
      } else {
        codePoint = Character.codePointAt(text, i, length);
        now = Character.isWhitespace(codePoint) ? 0 : 1;
        i += Character.charCount(codePoint) - 1;
      }
      words += now & ~inWord;
      chars++;
      inWord = now;
    }
  }
}
