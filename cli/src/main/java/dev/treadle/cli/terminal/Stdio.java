package dev.treadle.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

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

  /// Standard output cannot be written, though somebody may want it: a disk is full, say. The
  /// command fails.
  public static final class Unwritable extends UncheckedIOException {
    @Serial private static final long serialVersionUID = 1;

    Unwritable(IOException cause) {
      super("standard output cannot be written: " + IoProblem.of(cause), cause);
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
  /// @throws Unwritable if it cannot be written
  public void print(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    print(bytes, bytes.length);
  }

  /// Writes the first of these bytes to standard output.
  ///
  /// @throws Closed if nobody reads it
  /// @throws Unwritable if it cannot be written
  public void print(byte[] bytes, int length) {
    try {
      out.write(bytes, 0, length);
      out.flush();
    } catch (IOException e) {
      throw unwritten(e);
    }
  }

  /// Returns a stream to standard output that throws [Closed] and [Unwritable], for code that takes
  /// a stream and may swallow an `IOException`.
  public OutputStream printing() {
    return printing(out);
  }

  /// Returns a writer of text to the standard output of this process, as [#printing] writes bytes.
  public static PrintWriter writerOfProcess() {
    return new PrintWriter(
        new OutputStreamWriter(
            printing(new FileOutputStream(FileDescriptor.out)), StandardCharsets.UTF_8),
        true);
  }

  private static OutputStream printing(OutputStream out) {
    return new OutputStream() {
      @Override
      public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        try {
          out.write(bytes, offset, length);
        } catch (IOException e) {
          throw unwritten(e);
        }
      }

      @Override
      public void flush() {
        try {
          out.flush();
        } catch (IOException e) {
          throw unwritten(e);
        }
      }
    };
  }

  // Java has no type for it, only the words of the system: "Broken pipe", and on Windows "The pipe
  // is being closed".
  private static UncheckedIOException unwritten(IOException e) {
    String words = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return words.contains("pipe") ? new Closed(e) : new Unwritable(e);
  }

  /// Writes a line to standard error, if anybody reads it. Control characters in it, perhaps of a
  /// name, become spaces.
  ///
  /// @param line with the line end
  public void tell(String line) {
    String text = line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
    paint(Columns.clean(text) + (line.endsWith("\n") ? "\n" : ""));
  }

  /// Writes text to standard error as it is, if anybody reads it: bars, and lines with colours.
  public void paint(String text) {
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
