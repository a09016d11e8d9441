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
    List<String> log) {}
