package dev.treadle.cli.runs;

import dev.treadle.cli.records.ListRun;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a command keeps its inputs and records in a file.
///
/// @param <I> an input
/// @param <R> the record that it gives; it is stored as JSON
public interface Keeping<I, R> {
  /// Which run it is.
  Run run();

  /// The type of the records.
  Class<R> type();

  /// What tells an input from others, but for how often it was in the list before.
  String text(I input);

  /// The input as people know it: what a line of the list or an argument said.
  String shown(I input);

  /// What an input is made of, to be stored.
  Map<String, String> fields(I input);

  /// The input that is made of these.
  I input(Map<String, String> fields);

  /// The record of a job that has just ended, with all that is needed to print it again.
  default R complete(I input, R record) {
    return record;
  }

  /// A record that was stored, as that of this input; null if it is not good any more, and the
  /// input has to be done again.
  default @Nullable R again(I input, R record) {
    return record;
  }

  /// What went wrong, where something did.
  @Nullable String error(R record);

  /// The options that bound the work and do not decide which run it is, with their values.
  default Map<String, String> limits() {
    return Map.of();
  }

  /// Returns whether an input can end this process: then those that ran when it was killed run one
  /// at a time.
  default boolean quarantine() {
    return true;
  }

  /// Returns how many inputs may be stored and not ended. Those that wait for another attempt, or
  /// for a limit, must not keep others from theirs.
  ///
  /// @param concurrency attempts at once
  default int window(int concurrency) {
    return Math.clamp(4L * concurrency, 1_000, ListRun.AHEAD_MAX);
  }
}
