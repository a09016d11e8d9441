package dev.treadle.stats;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What a node has measured, at one moment.
///
/// @param node the node
/// @param since since when these figures are kept: for a file, since it was first opened by a
///   Treadle that measures, or since what it kept could not be read
/// @param at when this was read
/// @param total all attempts
/// @param tasks the attempts of each task, by name, in the order of names
/// @param queues the attempts from each queue, by name, in the order of names
/// @param advice what the figures suggest to change
public record Stats(
    String node,
    Instant since,
    Instant at,
    Figures total,
    Map<String, Figures> tasks,
    Map<String, Figures> queues,
    List<Advice> advice) {}
