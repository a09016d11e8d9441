package dev.treadle.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// Fills a file with zeros ahead of who writes it, on a thread of its own, so that the writer finds
/// its blocks allocated and the file's length on disk.
final class Zeros implements AutoCloseable {
  private static final long AHEAD = 64L << 20;
  private static final int STEP = 4 << 20;

  private final FileChannel channel;
  private final Thread thread;
  private long used;
  private long filled;
  private boolean closing;
  private @Nullable IOException failure;

  /// Returns when the first stretch is filled.
  Zeros(FileChannel channel) throws IOException {
    this.channel = channel;
    thread = Thread.ofPlatform().daemon().name("bench-log-zeros").start(this::fill);
    await(AHEAD);
  }

  /// Waits until the file is filled up to there.
  synchronized void await(long end) throws IOException {
    try {
      while (filled < end && failure == null) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for room in the log", e);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /// The writer has come that far.
  synchronized void used(long end) {
    used = end;
    if (filled < used + AHEAD) {
      notifyAll();
    }
  }

  private void fill() {
    ByteBuffer zeros = ByteBuffer.allocateDirect(STEP);
    try {
      for (long end = next(); end > 0; end = next()) {
        zeros.clear();
        while (zeros.hasRemaining()) {
          channel.write(zeros, end - zeros.remaining());
        }
        channel.force(true);
        filled(end, null);
      }
    } catch (IOException e) {
      filled(0, e);
    } catch (InterruptedException e) {
      filled(0, new IOException("interrupted while filling the log with zeros", e));
    }
  }

  /// Waits until there is something to fill; the end of it, or 0 to end.
  private synchronized long next() throws InterruptedException {
    while (filled >= used + AHEAD && !closing) {
      wait();
    }
    return closing ? 0 : filled + STEP;
  }

  private synchronized void filled(long end, @Nullable IOException failed) {
    filled = Math.max(filled, end);
    failure = failed;
    notifyAll();
  }

  @Override
  public void close() throws InterruptedException {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    thread.join();
  }
}
