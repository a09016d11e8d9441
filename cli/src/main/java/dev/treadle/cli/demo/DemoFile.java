package dev.treadle.cli.demo;

import dev.treadle.Job;
import dev.treadle.Outcome;
import dev.treadle.Progress;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.cli.files.FileInput;
import dev.treadle.cli.files.FileRecord;
import dev.treadle.cli.files.FileTask;
import dev.treadle.cli.terminal.Bar;
import dev.treadle.cli.terminal.DurationConverter;
import dev.treadle.cli.terminal.Meter;
import dev.treadle.cli.terminal.SizeConverter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/// An act of the demo: a large file in upper case, as a stream.
final class DemoFile implements AutoCloseable {
  /// How many times the file holds the same piece of text, of about a megabyte.
  private static final int PIECES = 200;

  private static final String PIECE =
      "The shuttle flies, the loom keeps time. Eine Straße, un œuf, ένας δρόμος.\n".repeat(11_628);

  private final Story story;
  private final AtomicLong read = new AtomicLong();
  private final Task<FileInput, FileRecord> upper = FileTask.upper(read::addAndGet);
  private final Path folder;

  DemoFile(Story story) throws IOException {
    this.story = story;
    this.folder = Files.createTempDirectory("treadle-demo");
  }

  Task<FileInput, FileRecord> upper() {
    return upper;
  }

  void play(Treadle treadle) throws IOException {
    byte[] piece = PIECE.getBytes(StandardCharsets.UTF_8);
    long size = (long) piece.length * PIECES;
    story.act(
        "A text of %s in upper case, on cpu, as a stream.".formatted(SizeConverter.format(size)));
    Path text = folder.resolve("text.txt");
    try (OutputStream out = Files.newOutputStream(text)) {
      for (int i = 0; i < PIECES; i++) {
        out.write(piece);
      }
    }
    long started = System.nanoTime();
    Outcome<FileRecord> outcome;
    try (Meter meter =
        story.meter("upper", Bar.Unit.BYTES, () -> new Progress(read.get(), size, 0))) {
      Job<FileRecord> job = treadle.submit(upper, FileInput.of(text));
      outcome = job.settled();
    }
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    story.count(outcome);
    story.expect("upper", "succeeded 1", DemoPages.brief(outcome));
    story.line(
        "Done in %s, %s/s; never more than a small piece of it in memory."
            .formatted(
                DurationConverter.format(took),
                SizeConverter.format(Math.round(size / (took.toNanos() / 1e9)))));
    check(folder.resolve("text.upper.txt"));
  }

  private void check(Path result) throws IOException {
    byte[] expected = PIECE.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    story.expect("size of the result", (long) expected.length * PIECES, Files.size(result));
    try (var in = Files.newInputStream(result)) {
      for (int i = 0; i < PIECES; i++) {
        story.expect("piece " + i, true, Arrays.equals(expected, in.readNBytes(expected.length)));
      }
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder.resolve("text.txt"));
    Files.deleteIfExists(folder.resolve("text.upper.txt"));
    Files.delete(folder);
  }
}
