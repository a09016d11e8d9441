package dev.treadle.sqlite;

import dev.treadle.JobState;
import dev.treadle.Reason;
import org.jspecify.annotations.Nullable;

/// Why a job of a file stands where it stands.
///
/// @param id the job
/// @param task the name of its task
/// @param state its state
/// @param reason why
/// @param owner who has the file open, and whether it says so: otherwise it is what the file says,
///   which does not know what runs; null if nobody has
public record JobReason(
    long id, String task, JobState state, Reason reason, FileStats.@Nullable Owner owner) {}
