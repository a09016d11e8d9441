package dev.treadle.sqlite;

import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// An ended job of a file with the times of its last attempt.
///
/// @param job the job
/// @param ran how long its last attempt ran
/// @param waited how long it had been available before that; null if the file does not know
/// @param cpuNanos the CPU time of that attempt; empty if the file does not know
public record TimedJob(
    ListedJob job, Duration ran, @Nullable Duration waited, OptionalLong cpuNanos) {}
