package dev.treadle.cli.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// A text that is read from a channel, piece by piece: what is ASCII as the bytes it is, the rest
/// decoded.
///
/// A byte order mark is no part of the text. It decides the character set, whatever the caller
/// says: no other text begins like that.
final class TextInput {
  private static final int BUFFER_BYTES_MIN = 8 * 1024;
  private static final int BUFFER_BYTES_MAX = 128 * 1024;
  private static final int PIECE_CHARS_MIN = 64; // after ASCII: there may be more of it soon
  private static final int PIECE_CHARS_MAX = 2048;
  private static final int ASCII_RUN_MIN = 32; // shorter ones cost more apart than decoded

  /// What takes the pieces, in order.
  interface Pieces {
    /// Takes text that is the same in ASCII. The array is read only during the call.
    void ascii(byte[] bytes, int from, int to) throws IOException;

    /// Takes text that ends with a whole character. The array is read only during the call.
    void chars(char[] chars, int length) throws IOException;
  }

  private final ReadableByteChannel in;
  private final LongConsumer read;
  private final ByteBuffer bytes;
  private final CharBuffer chars;
  private final @Nullable Bom bom;
  private final Charset charset;
  private final CharsetDecoder decoder;
  private final boolean ascii; // each byte below 128 where a character may begin
  private final boolean oneByOne; // decoded, to know where each begins though states may change
  private int pieceChars = PIECE_CHARS_MIN; // the length of the next piece
  private long base; // where the buffer begins in the file
  private int piece; // where the last piece begins in the buffer

  /// Reads as far as it takes to see a byte order mark.
  ///
  /// @param charset what the text is in if no mark says otherwise
  /// @param read told the number of bytes after each read
  TextInput(ReadableByteChannel in, Charset charset, LongConsumer read) throws IOException {
    this(in, charset, read, bufferBytes(in));
  }

  /// @param bufferBytes the size of the buffer: at least 32
  TextInput(ReadableByteChannel in, Charset charset, LongConsumer read, int bufferBytes)
      throws IOException {
    this.in = in;
    this.read = read;
    this.bytes = ByteBuffer.allocate(bufferBytes);
    this.chars = CharBuffer.allocate(Math.min(bufferBytes, PIECE_CHARS_MAX));
    while (bytes.position() < Bom.LENGTH_MAX && fill()) {}
    this.bom = Bom.of(bytes.array(), bytes.position(), charset);
    this.charset = bom == null ? Bom.without(charset) : bom.charset();
    this.decoder = newDecoder();
    this.ascii = isAscii();
    this.oneByOne = !ascii && !isFixed();
  }

  // A small file should not cost a large buffer. One byte more shows its end.
  private static int bufferBytes(ReadableByteChannel in) throws IOException {
    return in instanceof SeekableByteChannel file
        ? Math.clamp(file.size() + 1, BUFFER_BYTES_MIN, BUFFER_BYTES_MAX)
        : BUFFER_BYTES_MAX;
  }

  /// What the text is in. It reads and writes no byte order mark.
  Charset charset() {
    return charset;
  }

  /// The byte order mark of the file, empty if it has none.
  byte[] mark() {
    return bom == null ? new byte[0] : bom.bytes();
  }

  int bufferBytes() {
    return bytes.capacity();
  }

  /// The length of the longest piece that is decoded.
  int pieceChars() {
    return chars.capacity();
  }

  /// Whether what bytes mean depends on those before them.
  boolean oneByOne() {
    return oneByOne;
  }

  /// Reads to the end.
  void read(Pieces pieces) throws IOException {
    bytes.flip().position(mark().length);
    boolean more = true;
    do {
      base += bytes.position();
      bytes.compact();
      more = fill();
      bytes.flip();
      take(pieces, !more);
    } while (more);
    endChars(pieces);
  }

  private boolean fill() throws IOException {
    int n = in.read(bytes);
    if (n > 0) {
      read.accept(n);
    }
    return n >= 0;
  }

  private void take(Pieces pieces, boolean last) throws IOException {
    while (bytes.hasRemaining()) {
      if (!takeAscii(pieces) && takeChars(pieces, last).isUnderflow()) {
        return; // what is left, if anything, is a character whose end is not read yet
      }
    }
  }

  private boolean takeAscii(Pieces pieces) throws IOException {
    if (!ascii) {
      return false;
    }
    int start = bytes.position();
    int run = CaseMapping.asciiRun(bytes.array(), start, bytes.limit());
    if (run < ASCII_RUN_MIN && run < bytes.remaining()) {
      return false;
    }
    bytes.position(start + run);
    endChars(pieces); // these bytes pass by the decoder, so nothing may be left in it
    pieceChars = PIECE_CHARS_MIN;
    pieces.ascii(bytes.array(), start, start + run);
    return true;
  }

  private CoderResult takeChars(Pieces pieces, boolean last) throws IOException {
    piece = bytes.position();
    CoderResult result = decode(last);
    if (result.isOverflow() || (result.isUnderflow() && !last)) {
      keepPairs();
    }
    give(pieces);
    if (result.isError()) {
      throw undecodable(result.length());
    }
    return result;
  }

  private CoderResult decode(boolean last) {
    if (!oneByOne) {
      chars.clear().limit(Math.min(pieceChars, chars.capacity()));
      pieceChars = Math.min(2 * pieceChars, PIECE_CHARS_MAX);
      return decoder.decode(bytes, chars, last);
    }
    CoderResult result = CoderResult.OVERFLOW;
    chars.clear().limit(0);
    while (result.isOverflow() && chars.position() == 0) { // some characters are two chars
      result = decoder.decode(bytes, chars.limit(chars.limit() + 1), last);
    }
    return result;
  }

  // The decoder of CESU-8 gives half a surrogate pair if there is room or input for no more.
  private void keepPairs() {
    int half = chars.position() - 1;
    if (half >= 0 && Character.isHighSurrogate(chars.get(half)) && !oneByOne) {
      bytes.position((int) (position(half) - base));
      chars.position(half);
    }
  }

  private void endChars(Pieces pieces) throws IOException {
    CoderResult unused = decoder.decode(ByteBuffer.allocate(0), chars.clear(), true);
    unused = decoder.flush(chars);
    give(pieces);
    decoder.reset();
  }

  private void give(Pieces pieces) throws IOException {
    if (chars.position() > 0) {
      pieces.chars(chars.array(), chars.position());
    }
  }

  /// Where a character of the piece that is being taken begins in the file.
  long position(int index) {
    ByteBuffer again = bytes.duplicate().position(piece);
    CoderResult unused = newDecoder().decode(again, CharBuffer.allocate(index), false);
    return base + again.position();
  }

  private UndecodableException undecodable(int length) {
    byte[] wrong = new byte[length];
    bytes.get(bytes.position(), wrong);
    return new UndecodableException(
        charset.name(),
        base + bytes.position(),
        wrong,
        bom == null
            ? "say with --charset what the file is in"
            : "its byte order mark says that it is, so the file is damaged");
  }

  private CharsetDecoder newDecoder() {
    CharsetDecoder fresh =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    // One of UTF-32 takes the first U+FEFF for a mark, though its order is given.
    CoderResult unused = fresh.decode(ByteBuffer.wrap(mark()), CharBuffer.allocate(1), false);
    return fresh;
  }

  private boolean isAscii() {
    if (!charset.canEncode()) {
      return false;
    }
    byte[] all = new byte[128];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    String text = new String(all, charset); // bytes that switch to another state are no characters
    return text.equals(new String(all, StandardCharsets.US_ASCII))
        && Arrays.equals(text.getBytes(charset), all);
  }

  // Whether each character stands for itself, in a charset without ASCII.
  private boolean isFixed() {
    return charset.name().startsWith("UTF-")
        || (charset.canEncode() && charset.newEncoder().maxBytesPerChar() == 1);
  }
}
