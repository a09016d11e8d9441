package dev.treadle.cli.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.util.function.LongConsumer;

/// Maps the case of a text on its way from one channel to another, with the same result as mapping
/// the whole text at once.
final class CaseTransform implements TextInput.Pieces {
  private static final int EXPANSION_MAX = 3; // chars that one char can become

  private final TextInput in;
  private final TextOutput out;
  private final CaseMapping mapping;
  private final MappedText mapped;
  private final CaseTable table = new CaseTable();
  private final WordContext context = new WordContext(); // only for lower case

  private CaseTransform(TextInput in, FileChannel out, CaseMapping mapping) throws IOException {
    this.in = in;
    this.out = new TextOutput(out, in.bufferBytes());
    this.mapping = mapping;
    this.mapped = new MappedText(in, this.out);
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
    while (start < to && mapped.isWaiting()) {
      mapped.reserve(EXPANSION_MAX);
      follow(bytes[start], 0); // all that ASCII becomes is ASCII
      start++;
    }
    if (start < to) {
      mapped.endPart(); // bytes pass by the encoder, so nothing may be left in it
      if (mapping == CaseMapping.LOWER) {
        context.addAll(bytes, start, to);
      }
      out.writeMapped(bytes, start, to, mapping);
    }
  }

  @Override
  public void chars(char[] chars, int length) throws IOException {
    mapped.reserve(EXPANSION_MAX * length);
    int i = 0;
    while (i < length) {
      if (mapped.isWaiting()) {
        int codePoint = Character.codePointAt(chars, i, length);
        follow(codePoint, i);
        i += Character.charCount(codePoint);
      } else {
        i = mapRun(chars, i, length);
      }
    }
  }

  private void end() throws IOException {
    mapped.decide(context.end());
    mapped.endPart();
    out.flush();
  }

  // --- What becomes of it ---

  // Goes on to a sigma that has to wait, or to the end.
  private int mapRun(char[] chars, int start, int end) throws IOException {
    int seen = start; // by the context
    int i = start;
    while (i < end) {
      char simple = table.get(chars[i]);
      if (simple != 0) {
        mapped.add(simple);
        i++;
        continue;
      }
      int codePoint = Character.codePointAt(chars, i, end);
      if (codePoint == WordContext.CAPITAL_SIGMA && mapping == CaseMapping.LOWER) {
        context.addAll(chars, seen, i);
        follow(codePoint, i);
        seen = i + 1;
        if (mapped.isWaiting()) {
          return seen;
        }
      } else {
        map(codePoint, i);
      }
      i += Character.charCount(codePoint);
    }
    if (mapping == CaseMapping.LOWER) {
      context.addAll(chars, seen, end);
    }
    return end;
  }

  // One character of a text where a sigma may wait.
  private void follow(int codePoint, int index) throws IOException {
    mapped.decide(context.add(codePoint));
    if (codePoint == WordContext.CAPITAL_SIGMA) {
      mapped.addSigma(context.sigma(), index);
    } else {
      map(codePoint, index);
    }
  }

  private void map(int codePoint, int index) throws IOException {
    char simple = Character.isBmpCodePoint(codePoint) ? table.get((char) codePoint) : 0;
    if (simple != 0) {
      mapped.add(simple);
      return;
    }
    String form = table.form(codePoint);
    if (form == null) {
      form = mapping.map(codePoint);
      mapped.check(codePoint, form, index);
      table.put(codePoint, form);
    }
    mapped.add(form);
  }
}
