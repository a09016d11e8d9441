package dev.treadle.internal.monitor;

import java.time.Duration;

/// Who is told that a job has kept virtual threads from running.
@FunctionalInterface
public interface Starved {
  /// A job was seen to compute on a virtual thread while others had to wait. Called once for each
  /// attempt, and once more when that attempt alone is evidence enough.
  ///
  /// @param where its stack at that time
  /// @param lasted for how long it had been seen
  /// @param certain whether it has computed for seconds, so that no start-up explains it
  void starved(long job, String task, StackTraceElement[] where, Duration lasted, boolean certain);
}
