package dev.treadle.sqlite;

import dev.treadle.sqlite.Selection.State;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A job of a file, as one line of a list.
///
/// @param id its number
/// @param task the name of its task
/// @param queue the queue it waits or waited in
/// @param state its state, as far as the file knows it
/// @param key its unique key; null if it has none
/// @param priority 0, first, to 9, last
/// @param created when it was submitted
/// @param due when it starts at the earliest; null for at once
/// @param ended when it ended; null if it has not
/// @param attempts how many attempts the file knows of
/// @param input the start of its input as text or JSON, at most [#INPUT_BYTES]; empty for bytes, or
///   if it has none
/// @param error what it failed with or why it was cancelled or is held; null for none
public record ListedJob(
    long id,
    String task,
    String queue,
    State state,
    @Nullable String key,
    int priority,
    Instant created,
    @Nullable Instant due,
    @Nullable Instant ended,
    int attempts,
    String input,
    @Nullable String error) {
  /// So many bytes of an input are read.
  public static final int INPUT_BYTES = 400;
}
