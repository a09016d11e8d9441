package dev.treadle.cli.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Bytes on their way to a file: appended, and a few of them written over afterwards.
final class TextOutput {
  private final FileChannel file;
  private final ByteBuffer buffer;
  private long flushed; // where the buffer goes in the file

  /// @param file where to write from its current position on; not open for append, which forbids to
  ///   write over
  TextOutput(FileChannel file, int bufferBytes) throws IOException {
    this.file = file;
    this.buffer = ByteBuffer.allocate(bufferBytes);
    this.flushed = file.position();
  }

  /// The room that is left.
  ByteBuffer buffer() {
    return buffer;
  }

  /// Where the next byte goes in the file.
  long position() {
    return flushed + buffer.position();
  }

  /// Makes room.
  void flush() throws IOException {
    flushed += buffer.flip().remaining();
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
    buffer.clear();
  }

  /// Appends.
  void write(byte[] bytes) throws IOException {
    if (buffer.remaining() < bytes.length) {
      flush();
    }
    buffer.put(bytes);
  }

  /// Appends ASCII with its case mapped.
  void writeMapped(byte[] ascii, int from, int to, CaseMapping mapping) throws IOException {
    int start = from;
    while (start < to) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int n = Math.min(to - start, buffer.remaining());
      mapping.mapAscii(ascii, start, n, buffer.array(), buffer.position());
      buffer.position(buffer.position() + n);
      start += n;
    }
  }

  /// Writes over what was written before.
  void overwrite(long position, byte[] bytes) throws IOException {
    flush();
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      file.write(rest, position + rest.position());
    }
  }
}
