package dev.treadle.stats;

import dev.treadle.Reason;
import dev.treadle.Strategy;

/// How many jobs of one task in one queue wait for one kind of reason.
///
/// @param queue their queue
/// @param task their task
/// @param strategy where they will run
/// @param why what all of them wait for
/// @param jobs how many, at least one
public record Waiting(String queue, String task, Strategy strategy, Reason.Kind why, long jobs) {}
