package dev.treadle.sqlite;

import dev.treadle.Strategy;
import dev.treadle.stats.PermitUse;
import dev.treadle.stats.Stats;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What was measured of the jobs of a file.
///
/// @param file its path
/// @param owner who has it open, and whether it gave these figures: otherwise they are those kept
///   in the file; null if nobody has
/// @param stats the figures, of the 1,000 tasks and queues with the most attempts; null if nothing
///   was measured yet
/// @param permits how many attempts of each strategy may run at once, and how many do; null if the
///   owner did not say
public record Measured(
    String file,
    FileStats.@Nullable Owner owner,
    @Nullable Stats stats,
    @Nullable Map<Strategy, PermitUse> permits) {}
