package dev.treadle.cli.shell;

import dev.treadle.Attempt;
import dev.treadle.Listener;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// The numbers that `{%}` stands for: from 1 to the number of jobs at once, none of them given to
/// two jobs that run at the same time. Thread-safe.
final class JobSlots implements Listener {
  private final BitSet taken = new BitSet(); // guarded by this
  private final Map<Long, Integer> ofJobs = new HashMap<>(); // guarded by this

  /// The lowest free number, for a job until its attempt ends.
  synchronized int take(long jobId) {
    int slot = ofJobs.computeIfAbsent(jobId, unused -> taken.nextClearBit(1));
    taken.set(slot);
    return slot;
  }

  // Comes before the next attempt on the same thread, and there are no more threads than jobs at
  // once.
  @Override
  public synchronized void attemptEnded(long jobId, String task, Attempt attempt) {
    Integer slot = ofJobs.remove(jobId);
    if (slot != null) {
      taken.clear(slot);
    }
  }
}
