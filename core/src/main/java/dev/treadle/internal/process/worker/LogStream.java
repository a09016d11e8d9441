package dev.treadle.internal.process.worker;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// What is printed, as lines. Thread-safe.
final class LogStream extends OutputStream {
  private static final int LINE_MAX = 4_096; // longer ones are broken

  private final Consumer<String> lines;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  LogStream(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    int start = offset;
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] == '\n' || line.size() + i - start >= LINE_MAX) {
        line.write(bytes, start, i - start);
        end();
        start = bytes[i] == '\n' ? i + 1 : i;
      }
    }
    line.write(bytes, start, offset + length - start);
  }

  /// Ends a line that was begun.
  synchronized void endLine() {
    if (line.size() > 0) {
      end();
    }
  }

  private void end() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    lines.accept(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
  }
}
