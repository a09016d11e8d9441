package dev.treadle.cli.scrape;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// A stream that ends where the one below fails, and tells the failure afterwards, so that what had
/// come until then is still read. Closing it closes nothing.
final class LateStream extends FilterInputStream {
  private @Nullable IOException failure;

  LateStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    if (failure != null) {
      return -1;
    }
    try {
      return in.read(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      return -1;
    }
  }

  /// Whether there was no failure so far.
  boolean isWhole() {
    return failure == null;
  }

  /// Throws the failure, if there was one.
  void check() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {}
}
