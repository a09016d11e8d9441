package dev.treadle.cli.runs;

import dev.treadle.Task;
import java.util.Map;

/// The latest time that a command line worked on a run: what may differ from one time to the next.
///
/// @param limits the options that bounded the work, with their values
/// @param total how many inputs the list has; -1 as long as nobody knows
/// @param started when it was started, as ISO 8601 has it
record Session(Map<String, String> limits, long total, String started) {
  /// The task whose one job in a queue of its own describes the latest session of a run. Its result
  /// is its input.
  static final Task<Session, Session> TASK =
      Task.cpu("treadle-session", Session.class, Session.class, session -> session);

  /// The queue of the job about that run.
  static String queue(String run) {
    return "session-" + run;
  }
}
