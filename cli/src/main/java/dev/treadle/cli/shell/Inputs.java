package dev.treadle.cli.shell;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// What to run the command for: each line of a list, blank ones too, as GNU parallel has it. Read
/// as needed, never whole.
///
/// @param named those of the command line, or null
/// @param file the list, or null
/// @param in the list if there is neither
/// @param separator what ends an input: a line feed or NUL
/// @param combination several lists of the command line, or null
/// @param perCall how many inputs a job gets, of one list
record Inputs(
    @Nullable List<String> named,
    @Nullable Path file,
    InputStream in,
    char separator,
    @Nullable Combination combination,
    int perCall) {
  /// One list, each input of which is for a job of its own.
  Inputs(@Nullable List<String> named, @Nullable Path file, InputStream in, char separator) {
    this(named, file, in, separator, null, 1);
  }

  /// The longest input in bytes. Linux takes no argument over 128 KiB.
  static final int LENGTH_MAX = 1 << 20;

  /// How many there are; -1 where only reading would tell.
  long total() throws IOException {
    if (combination != null) {
      return combination.count();
    }
    if (named != null) {
      return Math.ceilDiv(named.size(), perCall);
    }
    if (file == null || !Files.isRegularFile(file)) {
      return -1;
    }
    try (Stream<Call> calls = calls()) {
      return calls.count();
    }
  }

  /// Returns how many inputs a call has at most.
  int places() {
    return combination == null ? perCall : combination.lists();
  }

  /// All of them, to be closed.
  Stream<Call> calls() throws IOException {
    if (combination != null) {
      AtomicLong number = new AtomicLong();
      return combination.rows().map(row -> new Call(number.incrementAndGet(), row, places(), null));
    }
    return perCall == 1 ? single() : Batches.of(single(), perCall);
  }

  private Stream<Call> single() throws IOException {
    AtomicLong number = new AtomicLong();
    if (named != null) {
      return named.stream().map(each -> new Call(number.incrementAndGet(), each, null));
    }
    InputStream bytes =
        new BufferedInputStream(file == null ? in : Files.newInputStream(file), 64 * 1024);
    return StreamSupport.stream(
            new AbstractSpliterator<Call>(
                Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
              @Override
              public boolean tryAdvance(Consumer<? super Call> action) {
                Call next = next(bytes, number);
                if (next != null) {
                  action.accept(next);
                }
                return next != null;
              }
            },
            false)
        .onClose(() -> close(bytes));
  }

  private @Nullable Call next(InputStream bytes, AtomicLong number) {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    boolean tooLong = false;
    try {
      int c = bytes.read();
      if (c < 0) {
        return null;
      }
      for (; c >= 0 && c != separator; c = bytes.read()) {
        tooLong = input.size() >= LENGTH_MAX;
        if (!tooLong) {
          input.write(c);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the inputs: " + e.getMessage(), e);
    }
    return call(number.incrementAndGet(), input.toByteArray(), tooLong);
  }

  private static Call call(long number, byte[] input, boolean tooLong) {
    if (tooLong) {
      return new Call(
          number,
          new String(input, 0, 1_000, StandardCharsets.UTF_8) + "…",
          "the input is longer than 1 MiB");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(input)).toString();
      return new Call(
          number,
          text,
          text.indexOf('\0') < 0
              ? null
              : "the input holds a NUL, which no argument can; if it separates inputs: --null");
    } catch (CharacterCodingException e) {
      // To run the command for a name with other bytes than these would be worse than not to.
      return new Call(
          number, new String(input, StandardCharsets.UTF_8), "the input is not valid UTF-8");
    }
  }

  private static void close(InputStream bytes) {
    try {
      bytes.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
