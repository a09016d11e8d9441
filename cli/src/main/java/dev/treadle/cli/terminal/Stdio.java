package dev.treadle.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The three standard streams and what they are connected to.
///
/// @param in what is read
/// @param out where results go
/// @param err where all else goes: progress, summaries, errors
/// @param terminal what the streams are connected to
public record Stdio(InputStream in, OutputStream out, OutputStream err, Terminal terminal) {

  /// Nobody reads standard output any more (`| head`): the command ends quietly.
  public static final class Closed extends UncheckedIOException {
    @Serial private static final long serialVersionUID = 1;

    Closed(IOException cause) {
      super(cause);
    }
  }

  /// Those of this process.
  public static Stdio ofProcess() {
    return new Stdio(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err),
        Terminal.detect(System.getenv()));
  }

  /// Writes text to standard output.
  ///
  /// @throws Closed if nobody reads it
  public void print(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    print(bytes, bytes.length);
  }

  /// Writes the first of these bytes to standard output.
  ///
  /// @throws Closed if nobody reads it
  public void print(byte[] bytes, int length) {
    try {
      out.write(bytes, 0, length);
      out.flush();
    } catch (IOException e) {
      throw new Closed(e);
    }
  }

  /// Writes text to standard error, if anybody reads it.
  public void tell(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    tell(bytes, bytes.length);
  }

  /// Writes the first of these bytes to standard error, if anybody reads it.
  public void tell(byte[] bytes, int length) {
    try {
      err.write(bytes, 0, length);
      err.flush();
    } catch (IOException e) {
      // Nobody is there to be told.
    }
  }
}
