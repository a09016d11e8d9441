package dev.treadle.cli.scrape;

import dev.treadle.cli.terminal.SizeConverter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/// Counts the bytes that pass, and refuses those beyond a limit.
final class LimitedStream extends FilterInputStream {
  private final long limit;
  private final String what;
  private long count;
  private @Nullable IOException failure;

  LimitedStream(InputStream in, long limit, String what) {
    super(in);
    this.limit = limit;
    this.what = what;
  }

  long count() {
    return count;
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    if (b >= 0) {
      expect(++count);
    }
    return b;
  }

  // What lies within the limit is passed on before the rest is refused.
  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException(); // a socket that always has bytes does not look
    }
    if (count >= limit) {
      return length == 0 ? 0 : read(); // the end, or too much
    }
    if (failure != null) {
      throw failure; // whoever swallowed it must not take it for the end
    }
    int n;
    try {
      n = super.read(bytes, offset, (int) Math.min(length, limit - count));
    } catch (IOException e) {
      failure = e;
      throw e;
    }
    if (n > 0) {
      count += n;
    }
    return n;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(super.available(), Math.max(0, limit - count));
  }

  /// Refuses a length that was announced, if it is beyond the limit.
  void expect(long announced) throws Problem.Told {
    if (announced > limit) {
      throw new Problem.Told(what + " is over the limit of " + SizeConverter.format(limit));
    }
  }
}
