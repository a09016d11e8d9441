package dev.treadle.cli.files;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Random;

/// Bytes that come a few at a time.
final class Trickle implements ReadableByteChannel {
  private final ByteBuffer bytes;
  private final Random random;
  private final int atOnce;

  /// @param atOnce the most that one read gives
  Trickle(byte[] bytes, Random random, int atOnce) {
    this.bytes = ByteBuffer.wrap(bytes);
    this.random = random;
    this.atOnce = atOnce;
  }

  @Override
  public int read(ByteBuffer to) {
    if (!bytes.hasRemaining()) {
      return -1;
    }
    int n = Math.min(Math.min(to.remaining(), bytes.remaining()), 1 + random.nextInt(atOnce));
    to.put(bytes.slice(bytes.position(), n));
    bytes.position(bytes.position() + n);
    return n;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
