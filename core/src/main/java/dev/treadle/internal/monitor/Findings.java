package dev.treadle.internal.monitor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Which tasks were seen computing on `io` while others had to wait. Thread-safe.
final class Findings {
  /// What was seen of a task.
  ///
  /// @param times how often
  /// @param job the job it was last seen in
  /// @param where the frame it was last seen at, or null
  record Starving(int times, long job, @Nullable String where) {}

  private final Map<String, Starving> byTask = new ConcurrentHashMap<>();

  void starved(String task, long job, StackTraceElement[] stack) {
    String where = stack.length == 0 ? null : stack[0].toString();
    byTask.merge(
        task,
        new Starving(1, job, where),
        (known, now) -> new Starving(known.times + 1, job, where));
  }

  @Nullable Starving of(String task) {
    return byTask.get(task);
  }
}
