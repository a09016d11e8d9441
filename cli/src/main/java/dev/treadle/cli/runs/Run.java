package dev.treadle.cli.runs;

import dev.treadle.Task;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which run a command line is: all that decides what an input gives. What is the same run goes on,
/// whatever its list is, and however many inputs are worked on at once.
///
/// @param command its name, such as `files upper`
/// @param words the words of a template
/// @param options those that decide about results, with their values, defaults included
/// @param folder where it runs, which relative names depend on
public record Run(String command, List<String> words, Map<String, String> options, String folder) {
  /// The task whose jobs describe runs: one in the queue of each. Its result is its input.
  static final Task<Description, Description> DESCRIBE =
      Task.cpu("treadle-run", Description.class, Description.class, text -> text);

  private static final String QUEUE = "run-";
  private static final int DIGITS = 10;

  /// What a file says of a run.
  ///
  /// @param started when it was run first, as ISO 8601 has it
  public record Description(
      String command,
      List<String> words,
      Map<String, String> options,
      String folder,
      String started) {}

  /// Makes its own copies.
  public Run {
    words = List.copyOf(words);
    options = Map.copyOf(options);
  }

  /// A run in the present folder.
  public static Run here(String command, List<String> words, Map<String, String> options) {
    return new Run(command, words, options, Path.of("").toAbsolutePath().toString());
  }

  /// What it is called: some hexadecimal digits, the same for the same run.
  public String id() {
    StringBuilder text = new StringBuilder("treadle run 2");
    field(text, "command", command);
    words.forEach(word -> field(text, "word", word));
    new TreeMap<>(options).forEach((name, value) -> field(text, name, value));
    field(text, "folder", folder);
    return digest(text.toString()).substring(0, DIGITS);
  }

  // No argument and no path holds a NUL.
  private static void field(StringBuilder text, String name, String value) {
    text.append('\0').append(name).append('\0').append(value);
  }

  /// The first 32 digits of the SHA-256 digest of a text.
  static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// The queue of its jobs, and the name of their task: what another run left undone must not be
  /// done the way this one does it.
  String queue() {
    return queue(id());
  }

  /// The queue of the run of that id.
  static String queue(String id) {
    return QUEUE + id;
  }

  /// The id of the run whose jobs are in that queue.
  static String id(String queue) {
    return queue.substring(QUEUE.length());
  }

  /// Returns whether that is the queue of a run.
  static boolean isQueue(String queue) {
    return queue.startsWith(QUEUE);
  }

  /// What a file is to say of it.
  Description describe(Instant started) {
    return new Description(command, words, options, folder, started.toString());
  }
}
