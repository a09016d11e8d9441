package dev.treadle.sqlite;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// The lines of a stream as bytes, however long they are.
final class LineSource {
  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int end;

  LineSource(InputStream in) {
    this.in = in;
  }

  /// The next line without its end, or null if there is none.
  byte @Nullable [] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    boolean any = false;
    while (at < end || fill()) {
      any = true;
      int from = at;
      while (at < end && buffer[at] != '\n') {
        at++;
      }
      line.write(buffer, from, at - from);
      if (at < end) {
        at++; // the line end
        return line.toByteArray();
      }
    }
    return any ? line.toByteArray() : null;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = in.read(buffer);
    return end > 0;
  }
}
