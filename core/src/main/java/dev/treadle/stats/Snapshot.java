package dev.treadle.stats;

import dev.treadle.JobState;
import dev.treadle.Strategy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What a node does at one moment.
///
/// @param node the node
/// @param at when
/// @param counts how many jobs are in each state, those included that have ended
/// @param permits how many attempts of each strategy may run at once, and how many do; empty for a
///   node that only submits
/// @param throughput how many attempts ended lately
/// @param running the attempts that run, the longest first; at most [#RUNNING_MAX]
/// @param runningInAll how many these are in all
/// @param advice what the figures suggest to change
public record Snapshot(
    String node,
    Instant at,
    Map<JobState, Long> counts,
    Map<Strategy, PermitUse> permits,
    Throughput throughput,
    List<Running> running,
    int runningInAll,
    List<Advice> advice) {
  /// So many attempts at most are named.
  public static final int RUNNING_MAX = 200;

  /// An attempt that runs.
  ///
  /// @param job the number of its job
  /// @param task the name of its task
  /// @param attempt which attempt of the job it is, from 1
  /// @param ran for how long
  /// @param slow whether it takes far longer than is usual for its task
  /// @param waits whether it waits for other jobs, and takes no permit meanwhile
  public record Running(
      long job, String task, int attempt, Duration ran, boolean slow, boolean waits) {}
}
