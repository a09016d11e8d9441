package dev.treadle.internal.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What a command prints on one stream: read to its end whatever comes, the first and the last of
/// it kept, all of it written to a file if that is wanted. Thread-safe.
final class Capture {
  private static final int HALF = 32 * 1024;

  private final InputStream stream;
  private final @Nullable OutputStream file;
  private final @Nullable Live live;
  private final CountDownLatch end = new CountDownLatch(1);

  // All guarded by this.
  private byte[] head = new byte[1_024];
  private int headLength;
  private byte @Nullable [] tail; // a ring, once the head is full
  private long beyond;
  private @Nullable IOException failure;

  /// @param copy gets all of it, or null; closed at the end
  /// @param live gets it as it is printed, or null
  Capture(InputStream stream, @Nullable OutputStream copy, @Nullable Live live) {
    this.stream = stream;
    this.file = copy;
    this.live = live;
  }

  /// Takes what is printed, while the command runs.
  interface Live {
    void take(byte[] bytes);
  }

  /// Reads to the end.
  void read() {
    byte[] buffer = new byte[16 * 1024];
    try (stream) {
      for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
        keep(buffer, n);
        copy(buffer, n);
        if (live != null) {
          live.take(Arrays.copyOf(buffer, n));
        }
      }
    } catch (IOException e) {
      // Closed, because who holds the pipe is not waited for.
    } finally {
      closeFile();
      end.countDown();
    }
  }

  private void copy(byte[] buffer, int length) {
    try {
      if (file != null && failure() == null) {
        file.write(buffer, 0, length);
      }
    } catch (IOException e) {
      failed(e); // and go on reading: the command is not to be held up
    }
  }

  private void closeFile() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  private synchronized void failed(IOException e) {
    if (failure == null) {
      failure = e;
    }
  }

  /// Why the file does not hold all of it; null if it does.
  synchronized @Nullable IOException failure() {
    return failure;
  }

  private synchronized void keep(byte[] bytes, int length) {
    int first = Math.min(length, HALF - headLength);
    if (first > 0) {
      if (headLength + first > head.length) {
        head = Arrays.copyOf(head, Math.min(HALF, Math.max(headLength + first, 2 * head.length)));
      }
      System.arraycopy(bytes, 0, head, headLength, first);
      headLength += first;
    }
    if (first < length) {
      if (tail == null) {
        tail = new byte[HALF];
      }
      for (int i = Math.max(first, length - HALF); i < length; i++) {
        tail[(int) ((beyond + i - first) % HALF)] = bytes[i];
      }
      beyond += length - first;
    }
  }

  /// How much was printed so far.
  synchronized long bytes() {
    return headLength + beyond;
  }

  /// Waits for the end; returns whether it came.
  boolean await(long millis) throws InterruptedException {
    return end.await(millis, TimeUnit.MILLISECONDS);
  }

  /// Does not wait for who still holds the pipe.
  void close() {
    try {
      stream.close();
    } catch (IOException e) {
      // Nobody reads it any more, and that was to be.
    }
  }

  /// What was kept, as UTF-8; where something is left out, that is said.
  synchronized String text() {
    if (tail == null) {
      return new String(head, 0, headLength, StandardCharsets.UTF_8);
    }
    int kept = (int) Math.min(beyond, HALF);
    byte[] last = new byte[kept];
    for (int i = 0; i < kept; i++) {
      last[i] = tail[(int) ((beyond - kept + i) % HALF)];
    }
    String from = new String(head, 0, headLength, StandardCharsets.UTF_8);
    String to = new String(last, StandardCharsets.UTF_8);
    return beyond <= HALF
        ? joined(last)
        : "%s\n[%,d bytes are left out]\n%s".formatted(from, beyond - kept, to);
  }

  private String joined(byte[] last) {
    byte[] all = Arrays.copyOf(head, headLength + last.length);
    System.arraycopy(last, 0, all, headLength, last.length);
    return new String(all, StandardCharsets.UTF_8);
  }
}
