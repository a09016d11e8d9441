package dev.treadle.cli.look;

import dev.treadle.cli.runs.Runs;
import dev.treadle.sqlite.KeyCounts;
import dev.treadle.stats.Snapshot;
import java.util.List;
import java.util.Map;

/// What is seen of the run of a file that was worked on last.
///
/// @param counts how many inputs are done, failed and open
/// @param running the inputs that run now, by the numbers of their jobs
record RunSeen(Runs.Known run, KeyCounts counts, Map<Long, Runs.Input> running) {
  /// Returns whether somebody works on it: then all that runs is of it.
  boolean goesOn(List<Snapshot.Running> all) {
    return all.stream().allMatch(each -> each.task().equals(run.queue()));
  }

  /// Returns how many inputs of the list are done, and so on.
  ///
  /// @param atWork how many run; -1 where nobody knows
  String progress(long atWork) {
    long done = counts.succeeded();
    long failed = atWork < 0 ? counts.unsuccessful() : counts.unsuccessfulSince();
    long total = run.total();
    // A list that has become shorter says nothing of what was done.
    boolean known = total >= done;
    StringBuilder text = new StringBuilder();
    text.append(Brief.count(done)).append(known ? " of " + Brief.count(total) : "").append(" done");
    text.append(", ").append(Brief.count(failed)).append(" failed");
    if (atWork >= 0) {
      text.append(", ").append(Brief.count(atWork)).append(" running");
      if (known) {
        long waiting = Math.max(0, total - done - failed - atWork);
        text.append(", ").append(Brief.count(waiting)).append(" waiting");
      }
    }
    if (total < 0) {
      text.append("; the list is still being read");
    }
    return text.toString();
  }
}
