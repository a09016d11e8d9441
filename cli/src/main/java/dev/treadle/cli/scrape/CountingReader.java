package dev.treadle.cli.scrape;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.SequenceInputStream;
import org.jspecify.annotations.Nullable;

/// Decodes text and counts its characters (code points) as they pass.
final class CountingReader extends Reader {
  private final Reader in;
  private final @Nullable StringBuilder copy;
  private long count;
  private boolean high; // whether the last char is the first half of a character

  private CountingReader(Reader in, @Nullable StringBuilder copy) {
    this.in = in;
    this.copy = copy;
  }

  /// The text whose first bytes were read already. What cannot be decoded becomes U+FFFD.
  static CountingReader of(
      byte[] start, InputStream rest, Encoding encoding, @Nullable StringBuilder copy) {
    int bom = encoding.bom();
    InputStream first = new ByteArrayInputStream(start, bom, start.length - bom);
    return new CountingReader(
        new InputStreamReader(new SequenceInputStream(first, rest), encoding.charset()), copy);
  }

  /// Characters so far.
  long count() {
    return count;
  }

  /// Reads to the end.
  void drain() throws IOException {
    char[] buffer = new char[8 * 1024];
    while (read(buffer, 0, buffer.length) >= 0) {}
  }

  @Override
  public int read(char[] buffer, int offset, int length) throws IOException {
    int n = in.read(buffer, offset, length);
    for (int i = offset; i < offset + n; i++) {
      boolean secondHalf = high && Character.isLowSurrogate(buffer[i]);
      high = Character.isHighSurrogate(buffer[i]);
      if (!secondHalf) {
        count++;
      }
    }
    if (copy != null && n > 0) {
      copy.append(buffer, offset, n);
    }
    return n;
  }

  /// Does nothing: whoever looks for the title closes what it reads, and the rest is still wanted.
  @Override
  public void close() {}
}
