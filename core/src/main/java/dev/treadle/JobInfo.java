package dev.treadle;

import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a store knows of a job at one moment.
///
/// @param id its number
/// @param task the name of its task
/// @param strategy where its attempts run
/// @param queue the lane it waits in
/// @param state where it stands
/// @param priority 0, first, to 9, last
/// @param key its unique key, if it has one
/// @param input its input: in memory the object itself; on a file the value as its task has it,
///   where that is registered and can read it, else the text or the JSON. Null also while it is
///   still to come from other jobs
/// @param parent the job that submitted it through its [JobContext]
/// @param retryOf the ended job of which this is a retry
/// @param traceparent the trace it is part of, in the form of W3C Trace Context, if any
/// @param created when it was submitted
/// @param due when it starts at the earliest; while it waits after that, since when it waits
/// @param deadline when it must have ended, if ever
/// @param ended when it ended
/// @param outcome how it ended; null before
/// @param progress what its code said of its progress
/// @param attempts the attempts that have started, oldest first; the latest 100
/// @param attemptCount how many attempts have started
/// @param log the latest 200 lines its code logged
public record JobInfo(
    long id,
    String task,
    Strategy strategy,
    String queue,
    JobState state,
    int priority,
    @Nullable String key,
    @Nullable Object input,
    OptionalLong parent,
    OptionalLong retryOf,
    @Nullable String traceparent,
    Instant created,
    Instant due,
    @Nullable Instant deadline,
    @Nullable Instant ended,
    @Nullable Outcome<?> outcome,
    Progress progress,
    List<Attempt> attempts,
    int attemptCount,
    List<String> log) {
  /// A short form of the input for one line of a log or a page: at most 200 characters, without
  /// line ends and control characters. Never throws; of bytes it says how many they are.
  ///
  /// It is what `toString` of the input says. Where that names a secret, keep it out of logs.
  public String shortInput() {
    return ShortText.of(input);
  }
}
