package dev.treadle.spi;

import org.jspecify.annotations.Nullable;

/// How a job runs where that differs from the task registered under its name.
///
/// @param live what the engine that submitted the job runs it as; null once the job was read back
///   from a disk
/// @param policy its timeout and retries as text, which a durable store keeps
public record RunAs(@Nullable Object live, String policy) {}
