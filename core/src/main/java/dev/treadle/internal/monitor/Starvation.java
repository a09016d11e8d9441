package dev.treadle.internal.monitor;

import java.time.Duration;
import java.util.List;

/// What is known of a task that computes on virtual threads.
///
/// @param job the job that was seen last
/// @param times how many attempts were seen
/// @param longest the longest of the times for which one had been seen when it was told
/// @param where the stack of the last one, innermost frame first
public record Starvation(
    long job, String task, int times, Duration longest, List<StackTraceElement> where) {
  Starvation and(Starvation later) {
    return new Starvation(
        later.job,
        task,
        later.job == job ? times : times + later.times, // The same attempt, seen for longer.
        longest.compareTo(later.longest) > 0 ? longest : later.longest,
        later.where);
  }
}
