package dev.treadle.bench;

import dev.treadle.bench.CrashJobs.Kind;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What one process saw of its jobs, written outside the database, a line each.
///
/// A line that was written survives the kill of its process without any sync: the system has it. A
/// stream and no channel, which an interrupted job would close.
final class CrashLedger implements AutoCloseable {
  private final FileOutputStream out;

  CrashLedger(Path file) throws IOException {
    out = new FileOutputStream(file.toFile(), true);
  }

  /// A line.
  sealed interface Line {
    /// The store has acknowledged a job.
    record Submitted(long id, long number, Kind kind) implements Line {}

    /// The code of a job begins to run.
    record Ran(long id, int attempt, Kind kind) implements Line {}

    /// Somebody was told how a job ended.
    record Ended(long id, String how) implements Line {}

    /// The store took nothing.
    record Refused(String why) implements Line {}

    /// As it is written.
    default String text() {
      return switch (this) {
        case Submitted it -> "S " + it.id + " " + it.number + " " + it.kind;
        case Ran it -> "R " + it.id + " " + it.attempt + " " + it.kind;
        case Ended it -> "E " + it.id + " " + it.how;
        case Refused it -> "X " + it.why.replace('\n', ' ');
      };
    }

    /// As it was written.
    static Line of(String text) {
      String[] words = text.split(" ", 4);
      return switch (words[0]) {
        case "S" ->
            new Submitted(
                Long.parseLong(words[1]), Long.parseLong(words[2]), Kind.valueOf(words[3]));
        case "R" ->
            new Ran(Long.parseLong(words[1]), Integer.parseInt(words[2]), Kind.valueOf(words[3]));
        case "E" -> new Ended(Long.parseLong(words[1]), text.substring(3 + words[1].length()));
        case "X" -> new Refused(text.substring(2));
        default -> throw new IllegalArgumentException("no line of a ledger: " + text);
      };
    }
  }

  /// Writes a line, in one piece.
  synchronized void add(Line line) {
    try {
      out.write((line.text() + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("the ledger cannot be written", e);
    }
  }

  /// What a ledger holds. What follows its last whole line was cut off by the kill.
  static List<Line> read(Path file) throws IOException {
    List<Line> lines = new ArrayList<>();
    String text = Files.exists(file) ? Files.readString(file) : "";
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      lines.add(Line.of(text.substring(start, end)));
      start = end + 1;
    }
    return lines;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
