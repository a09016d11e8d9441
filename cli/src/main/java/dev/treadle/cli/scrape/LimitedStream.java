package dev.treadle.cli.scrape;

import dev.treadle.cli.terminal.SizeConverter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Counts the bytes that pass, and refuses those beyond a limit.
final class LimitedStream extends FilterInputStream {
  private final long limit;
  private final String what;
  private long count;

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
      check(1);
    }
    return b;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int n = super.read(bytes, offset, length);
    if (n > 0) {
      check(n);
    }
    return n;
  }

  private void check(int n) throws IOException {
    count += n;
    if (count > limit) {
      throw new Problem.Told(what + " is over the limit of " + SizeConverter.format(limit));
    }
  }
}
