package dev.treadle.cli.scrape;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/// The body of a response on its way from the wire to text: limited, unpacked, decoded, never whole
/// in memory.
final class Body {
  private static final int START_BYTES = 16 * 1024; // enough to find the character set in

  private final LimitedStream wire;
  private final String encoding;
  private final ContentType type;
  private final long announced;
  private final long limit;

  /// @param encoding the `Content-Encoding` header, empty if there is none
  /// @param announced the `Content-Length` header, -1 if there is none
  Body(InputStream in, String encoding, ContentType type, long announced, long limit) {
    this.wire = new LimitedStream(in, limit, "the body");
    this.encoding = encoding;
    this.type = type;
    this.announced = announced;
    this.limit = limit;
  }

  /// Bytes that came over the wire so far.
  long bytes() {
    return wire.count();
  }

  /// Reads it to its end, and tells the draft what it finds as soon as it is certain.
  ///
  /// @param copy takes the whole text if somebody needs it
  /// @param file takes the unpacked bytes if somebody keeps them
  void read(Draft draft, @Nullable StringBuilder copy, BodyFolder.@Nullable Draft file)
      throws IOException {
    InputStream unpacked = new LimitedStream(unpack(wire, encoding), limit, "the unpacked body");
    LateStream plain = new LateStream(file == null ? unpacked : new Copied(unpacked, file));
    byte[] start = new byte[START_BYTES];
    int length = plain.readNBytes(start, 0, start.length);
    ContentType.Kind kind = type.kind(start, length);
    if (kind == ContentType.Kind.BINARY) {
      giveUpIfTooLong(length);
      drain(plain, start);
    } else {
      Encoding charset = Encoding.of(start, length, type, kind);
      long found =
          length < start.length
              ? readShort(charset.decode(start, length), kind, draft, copy)
              : readLong(CountingReader.of(start, plain, charset, copy), kind, draft);
      if (plain.isWhole()) {
        draft.length = found;
      }
    }
    plain.check();
    drain(wire, start); // so that the connection can be used again
  }

  // What is announced as too long is read as far as the title, not up to the limit.
  private void giveUpIfTooLong(int length) throws IOException {
    if (length > 0) { // or there is no body, only a header that says so
      wire.expect(announced);
    }
  }

  // Most pages: decoded in one go, they need none of the buffers of a stream.
  private long readShort(
      String text, ContentType.Kind kind, Draft draft, @Nullable StringBuilder copy)
      throws IOException {
    if (copy != null) {
      copy.append(text);
    }
    readTitle(new StringReader(text), kind, draft);
    giveUpIfTooLong(text.length());
    return text.codePointCount(0, text.length());
  }

  private long readLong(CountingReader text, ContentType.Kind kind, Draft draft)
      throws IOException {
    readTitle(text, kind, draft);
    giveUpIfTooLong(START_BYTES);
    text.drain();
    return text.count();
  }

  private static void readTitle(Reader text, ContentType.Kind kind, Draft draft)
      throws IOException {
    if (kind != ContentType.Kind.TEXT) {
      draft.title = Title.find(text, kind == ContentType.Kind.XHTML);
    }
  }

  private static void drain(InputStream in, byte[] buffer) throws IOException {
    while (in.read(buffer) >= 0) {}
  }

  // Packed or not as the header says: some servers pack unasked.
  private static InputStream unpack(InputStream wire, String encoding) throws IOException {
    String name = encoding.strip().toLowerCase(Locale.ROOT);
    switch (name) {
      case "", "identity", "none" -> {
        return wire;
      }
      case "gzip", "x-gzip", "deflate" -> {}
      default ->
          throw new Problem.Told("the body is packed with " + name + ", which was not asked for");
    }
    InputStream packed = new BufferedInputStream(wire);
    packed.mark(2);
    int first = packed.read();
    int second = first < 0 ? -1 : packed.read();
    packed.reset();
    if (first < 0) {
      return packed; // no body, so nothing to unpack
    }
    if (name.equals("deflate")) {
      boolean zlib = (first & 0x0F) == 8 && ((first << 8) | second) % 31 == 0;
      return new InflaterInputStream(packed, new Inflater(!zlib));
    }
    return new GZIPInputStream(packed, 8 * 1024);
  }

  /// Copies what passes into a file.
  private static final class Copied extends FilterInputStream {
    private final BodyFolder.Draft file;

    Copied(InputStream in, BodyFolder.Draft file) {
      super(in);
      this.file = file;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = in.read(bytes, offset, length);
      if (n > 0) {
        file.write(bytes, offset, n);
      }
      return n;
    }
  }
}
