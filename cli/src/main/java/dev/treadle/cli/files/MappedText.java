package dev.treadle.cli.files;

import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Mapped text on its way to the output.
///
/// What a capital sigma becomes depends on the rest of its word, however long. So text after a
/// sigma waits here until that is known. If it grows long, it is written with a guess, and the
/// sigma is written over later: memory stays bounded.
final class MappedText {
  private static final int WAITING_CHARS_MAX = 1 << 20; // where a guess is not possible
  private static final char SMALL_SIGMA = '\u03C3';
  private static final char FINAL_SIGMA = '\u03C2';
  private static final int NONE = -1;

  private final TextInput in; // knows where a character was
  private final TextOutput out;
  private final Charset charset;
  private final CharsetEncoder encoder;
  private final CharsetEncoder probe; // only asked what can be encoded
  private final int smallSigmaBytes; // 0 if the charset has none
  private final byte @Nullable [] finalSigma; // as bytes, null if the charset has none
  private char[] chars;
  private int count; // of them
  private int sigma = NONE; // which of them waits for its word to end
  private long sigmaWritten = NONE; // or where in the output it is, if it was written with a guess
  private long sigmaRead = NONE; // and where in the input, if a final one cannot be written

  MappedText(TextInput in, TextOutput out) throws IOException {
    this.in = in;
    this.out = out;
    this.charset = in.charset();
    if (!charset.canEncode()) {
      throw new IOException(
          "nothing can be written in %s: convert the file to UTF-8 first"
              .formatted(charset.name()));
    }
    this.encoder = newEncoder();
    this.probe = newEncoder();
    byte @Nullable [] smallSigma = bytes(SMALL_SIGMA);
    this.smallSigmaBytes = smallSigma == null ? 0 : smallSigma.length;
    this.finalSigma = bytes(FINAL_SIGMA);
    this.chars = new char[4 * in.pieceChars()];
  }

  /// Makes room for so many chars to be added.
  void reserve(int more) throws IOException {
    if (chars.length - count < more) {
      encode();
    }
    if (chars.length - count >= more) {
      return;
    }
    if (finalSigma == null || canOverwrite(finalSigma)) {
      guess();
    } else if (chars.length < WAITING_CHARS_MAX) {
      chars = Arrays.copyOf(chars, Math.max(2 * chars.length, count + more));
    } else {
      throw new IOException(
          "a word with a capital sigma is over %d characters long, too long for %s: convert the file to UTF-8 first"
              .formatted(WAITING_CHARS_MAX, charset.name()));
    }
  }

  void add(char character) {
    chars[count++] = character;
  }

  void add(String text) {
    text.getChars(0, text.length(), chars, count);
    count += text.length();
  }

  /// Adds what a capital sigma becomes, or what it may become if that is open.
  ///
  /// @param index where it stands in the piece of input
  void addSigma(WordContext.Sigma verdict, int index) throws IOException {
    if (smallSigmaBytes == 0) {
      check(WordContext.CAPITAL_SIGMA, String.valueOf(SMALL_SIGMA), index);
    }
    if (verdict == WordContext.Sigma.OPEN) {
      sigma = count;
      sigmaRead = finalSigma == null ? in.position(index) : NONE;
    }
    add(SMALL_SIGMA);
  }

  /// Whether a sigma waits to be decided.
  boolean isWaiting() {
    return sigma != NONE || sigmaWritten != NONE;
  }

  /// Decides the sigma that waits, if there is one.
  void decide(WordContext.Sigma verdict) throws IOException {
    if (verdict == WordContext.Sigma.OPEN || !isWaiting()) {
      return;
    }
    if (verdict == WordContext.Sigma.FINAL) {
      if (finalSigma == null) {
        throw new UnencodableException(
            charset.name(), sigmaRead, WordContext.CAPITAL_SIGMA, String.valueOf(FINAL_SIGMA));
      }
      if (sigma != NONE) {
        chars[sigma] = FINAL_SIGMA;
      } else {
        out.overwrite(sigmaWritten, finalSigma);
      }
    }
    sigma = NONE;
    sigmaWritten = NONE;
  }

  /// Checks that what a character becomes can be written.
  ///
  /// @param index where it stands in the piece of input
  void check(int from, String to, int index) throws UnencodableException {
    if (!probe.canEncode(to)) {
      throw new UnencodableException(charset.name(), in.position(index), from, to);
    }
  }

  /// Ends a part of the text in which no sigma waits: the encoder keeps nothing back.
  void endPart() throws IOException {
    encode();
    encode(CharBuffer.allocate(0), true);
    while (encoder.flush(out.buffer()).isOverflow()) {
      out.flush();
    }
    encoder.reset();
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

  private void encode(int first) throws IOException {
    encode(CharBuffer.wrap(chars, 0, first), false);
    System.arraycopy(chars, first, chars, 0, count - first);
    count -= first;
    sigma = sigma == NONE ? NONE : sigma - first;
  }

  private void encode(CharBuffer text, boolean last) throws IOException {
    CoderResult result = encoder.encode(text, out.buffer(), last);
    while (result.isOverflow()) {
      out.flush();
      result = encoder.encode(text, out.buffer(), last);
    }
    if (result.isError()) {
      result.throwException();
    }
  }

  private byte @Nullable [] bytes(char character) {
    return probe.canEncode(character) ? String.valueOf(character).getBytes(charset) : null;
  }

  private CharsetEncoder newEncoder() {
    return charset
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }
}
