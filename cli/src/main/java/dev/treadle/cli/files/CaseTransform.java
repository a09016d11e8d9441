package dev.treadle.cli.files;

import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Maps the case of a text on its way from one channel to another, with the same result as mapping
/// the whole text at once.
///
/// A character becomes up to three others, and what a capital sigma becomes depends on the rest of
/// its word, however long. So text after a sigma waits until that is known. If it grows long, it is
/// written with a guess, and the sigma is written over later: memory stays bounded.
final class CaseTransform implements TextInput.Pieces {
  private static final int WAITING_CHARS_MAX = 1 << 20; // where a guess is not possible
  private static final int EXPANSION_MAX = 3; // chars that one char can become
  private static final int CAPITAL_SIGMA = WordContext.CAPITAL_SIGMA;
  private static final char SMALL_SIGMA = '\u03C3';
  private static final char FINAL_SIGMA = '\u03C2';
  private static final int NONE = -1;

  private final TextInput in;
  private final TextOutput out;
  private final CaseMapping mapping;
  private final CharsetEncoder encoder;
  private final CharsetEncoder probe; // only asked what can be encoded
  private final int smallSigmaBytes; // 0 if the charset has none
  private final byte @Nullable [] finalSigma; // as bytes, null if the charset has none
  private final CaseTable table = new CaseTable();
  private final WordContext context = new WordContext(); // only for lower case
  private char[] mapped; // not yet encoded
  private int count; // of them
  private int sigma = NONE; // where in `mapped` one waits for its word to end
  private long sigmaWritten = NONE; // or where in the output, if it was written with a guess
  private long sigmaRead = NONE; // and where in the input, if a final one cannot be written

  private CaseTransform(TextInput in, FileChannel out, CaseMapping mapping) throws IOException {
    if (!in.charset().canEncode()) {
      throw new IOException(
          "nothing can be written in %s: convert the file to UTF-8 first"
              .formatted(in.charset().name()));
    }
    this.in = in;
    this.out = new TextOutput(out, in.bufferBytes());
    this.mapping = mapping;
    this.encoder = newEncoder();
    this.probe = newEncoder();
    byte @Nullable [] smallSigma = bytes(SMALL_SIGMA);
    this.smallSigmaBytes = smallSigma == null ? 0 : smallSigma.length;
    this.finalSigma = bytes(FINAL_SIGMA);
    this.mapped = new char[(EXPANSION_MAX + 1) * in.pieceChars()];
  }

  /// Maps all that comes in.
  ///
  /// @param out takes the result from its current position on; it must not be open for append
  /// @param charset of the text, unless a byte order mark says otherwise
  /// @param read told after each read how many bytes came
  /// @throws UndecodableException if the input is no text in that charset
  /// @throws UnencodableException if the mapped text has a character that the charset has not
  static void run(
      ReadableByteChannel in,
      FileChannel out,
      CaseMapping mapping,
      Charset charset,
      LongConsumer read)
      throws IOException {
    run(new TextInput(in, charset, read), out, mapping);
  }

  static void run(TextInput in, FileChannel out, CaseMapping mapping) throws IOException {
    CaseTransform transform = new CaseTransform(in, out, mapping);
    transform.out.write(in.mark());
    in.read(transform);
    transform.end();
  }

  // --- What comes in ---

  @Override
  public void ascii(byte[] bytes, int from, int to) throws IOException {
    int start = from;
    while (start < to && isWaiting()) {
      reserve(EXPANSION_MAX);
      follow(bytes[start], NONE);
      start++;
    }
    if (start < to) {
      endChars(); // bytes pass by the encoder, so nothing may be left in it
      see(bytes, start, to);
      out.writeMapped(bytes, start, to, mapping);
    }
  }

  @Override
  public void chars(char[] chars, int length) throws IOException {
    reserve(EXPANSION_MAX * length);
    int i = 0;
    while (i < length) {
      if (isWaiting()) {
        int codePoint = Character.codePointAt(chars, i, length);
        follow(codePoint, i);
        i += Character.charCount(codePoint);
      } else {
        i = mapRun(chars, i, length);
      }
    }
  }

  private void end() throws IOException {
    decide(context.end());
    endChars();
    out.flush();
  }

  // --- What becomes of it ---

  // Goes on to a sigma that has to wait, or to the end.
  private int mapRun(char[] chars, int start, int end) throws IOException {
    char[] to = mapped;
    int n = count;
    int seen = start;
    int i = start;
    while (i < end) {
      char simple = table.get(chars[i]);
      if (simple != 0) {
        to[n++] = simple;
        i++;
        continue;
      }
      count = n;
      int codePoint = Character.codePointAt(chars, i, end);
      if (codePoint == CAPITAL_SIGMA && mapping == CaseMapping.LOWER) {
        see(chars, seen, i);
        follow(codePoint, i);
        seen = i + 1;
        if (isWaiting()) {
          return seen;
        }
      } else {
        map(codePoint, i);
      }
      n = count;
      i += Character.charCount(codePoint);
    }
    count = n;
    see(chars, seen, end);
    return end;
  }

  // One character, with an eye on the sigma that may wait.
  private void follow(int codePoint, int index) throws IOException {
    decide(context.add(codePoint));
    if (codePoint == CAPITAL_SIGMA) {
      startSigma(index);
    } else {
      map(codePoint, index);
    }
  }

  private void map(int codePoint, int index) throws IOException {
    String form = table.form(codePoint);
    if (form == null) {
      form = mapping.map(codePoint);
      if (!probe.canEncode(form)) {
        throw unencodable(in.position(index), codePoint, form);
      }
      table.put(codePoint, form);
    }
    form.getChars(0, form.length(), mapped, count);
    count += form.length();
  }

  private void startSigma(int index) throws IOException {
    if (smallSigmaBytes == 0) {
      throw unencodable(in.position(index), CAPITAL_SIGMA, String.valueOf(SMALL_SIGMA));
    }
    if (context.sigma() == WordContext.Sigma.OPEN) {
      sigma = count;
      sigmaRead = finalSigma == null ? in.position(index) : NONE;
    }
    mapped[count++] = SMALL_SIGMA;
  }

  private boolean isWaiting() {
    return sigma != NONE || sigmaWritten != NONE;
  }

  private void decide(WordContext.Sigma verdict) throws IOException {
    if (verdict == WordContext.Sigma.OPEN || !isWaiting()) {
      return;
    }
    if (verdict == WordContext.Sigma.FINAL) {
      if (finalSigma == null) {
        throw unencodable(sigmaRead, CAPITAL_SIGMA, String.valueOf(FINAL_SIGMA));
      }
      if (sigma != NONE) {
        mapped[sigma] = FINAL_SIGMA;
      } else {
        out.overwrite(sigmaWritten, finalSigma);
      }
    }
    sigma = NONE;
    sigmaWritten = NONE;
  }

  // The context need not see more than the end of a text that has no sigma.
  private void see(char[] chars, int from, int to) {
    if (mapping != CaseMapping.LOWER) {
      return;
    }
    int start = to;
    boolean separate = false;
    while (start > from && !separate) {
      int before = Character.codePointBefore(chars, start, from);
      start -= Character.charCount(before);
      separate = WordContext.separates(before);
    }
    int codePoint;
    for (int i = start; i < to; i += Character.charCount(codePoint)) {
      codePoint = Character.codePointAt(chars, i, to);
      var unused = context.add(codePoint);
    }
  }

  private void see(byte[] ascii, int from, int to) {
    if (mapping != CaseMapping.LOWER) {
      return;
    }
    int start = to;
    boolean separate = false;
    while (start > from && !separate) {
      start--;
      separate = WordContext.separates(ascii[start]);
    }
    for (int i = start; i < to; i++) {
      var unused = context.add(ascii[i]);
    }
  }

  // --- What goes out ---

  private void reserve(int chars) throws IOException {
    if (mapped.length - count < chars) {
      encode();
    }
    if (mapped.length - count >= chars) {
      return;
    }
    if (finalSigma == null || canOverwrite(finalSigma)) {
      guess();
    } else if (mapped.length < WAITING_CHARS_MAX) {
      mapped = Arrays.copyOf(mapped, Math.max(2 * mapped.length, count + chars));
    } else {
      throw new IOException(
          "a word with a capital sigma has more than %d characters, too many in %s: convert the file to UTF-8 first"
              .formatted(WAITING_CHARS_MAX, in.charset().name()));
    }
  }

  // In UTF-8 and most others the two forms differ in a byte; but in GB18030, say, in length.
  private boolean canOverwrite(byte[] form) {
    return !in.oneByOne() && smallSigmaBytes == form.length;
  }

  // Writes all, the sigma as if a letter followed in its word.
  private void guess() throws IOException {
    encode(1);
    sigma = NONE;
    sigmaWritten = out.position() - smallSigmaBytes;
    encode(count);
  }

  // Writes all but what waits.
  private void encode() throws IOException {
    encode(sigma == NONE ? count : sigma);
  }

  private void encode(int chars) throws IOException {
    encode(CharBuffer.wrap(mapped, 0, chars), false);
    System.arraycopy(mapped, chars, mapped, 0, count - chars);
    count -= chars;
    sigma = sigma == NONE ? NONE : sigma - chars;
  }

  private void encode(CharBuffer chars, boolean last) throws IOException {
    CoderResult result = encoder.encode(chars, out.buffer(), last);
    while (result.isOverflow()) {
      out.flush();
      result = encoder.encode(chars, out.buffer(), last);
    }
    if (result.isError()) {
      result.throwException();
    }
  }

  private void endChars() throws IOException {
    encode();
    encode(CharBuffer.allocate(0), true);
    while (encoder.flush(out.buffer()).isOverflow()) {
      out.flush();
    }
    encoder.reset();
  }

  private CharsetEncoder newEncoder() {
    return in.charset()
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  private byte @Nullable [] bytes(char character) {
    return probe.canEncode(character) ? String.valueOf(character).getBytes(in.charset()) : null;
  }

  private UnencodableException unencodable(long position, int from, String to) {
    return new UnencodableException(in.charset().name(), position, from, to);
  }
}
