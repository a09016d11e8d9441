package dev.treadle.internal.rows;

import dev.treadle.JobState;
import dev.treadle.internal.ready.IdHeap;
import dev.treadle.internal.ready.Lane;
import dev.treadle.internal.ready.ReadySet;
import dev.treadle.spi.Micros;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The state every job is in, and the structure that state keeps it in: what is available in the
/// ready set, what is scheduled by its time, what runs by its id. Guarded by the lock of the store.
///
/// All that changes a state does it here, so the counts, those of the lanes included, agree with
/// the rows. A row is in `ready` exactly while it is available, in `due` exactly while it is
/// scheduled, in `running` exactly while it runs; whatever its state, it is in `deadlines` exactly
/// while its deadline is timed.
final class States {
  private static final JobState[] ALL = JobState.values();

  /// The jobs that run, in the order in which they started.
  final Set<Row> running = new LinkedHashSet<>();

  private final RowTable table;
  private final ReadySet ready;
  private final IdHeap due = new IdHeap(this::standsScheduled);
  private final IdHeap deadlines = new IdHeap(this::standsUnended);
  private final long[] counts = new long[ALL.length];

  /// The jobs that are held until their task is registered, by task: most tasks have none, and a
  /// registration need not look at every job.
  private final Map<String, Set<Row>> unregistered = new HashMap<>();

  States(RowTable table, ReadySet ready) {
    this.table = table;
    this.ready = ready;
  }

  private boolean standsScheduled(long ticket) {
    return table.stands(ticket, JobState.SCHEDULED);
  }

  private boolean standsUnended(long ticket) {
    return table.unended(IdHeap.id(ticket));
  }

  /// Puts a job that neither runs nor has ended where it belongs now.
  void enter(Row row, long now, Changes changes) {
    Row.More more = row.more;
    if (more != null && more.heldBecause != null) {
      set(row, JobState.HELD);
    } else if (row.pending || more != null && more.unmet > 0) {
      set(row, JobState.BLOCKED);
    } else if (row.due > now && row.putOff()) {
      set(row, JobState.SCHEDULED);
      timed(due, row.due, row.nextTicket(), changes);
      table.waits(row);
    } else {
      set(row, JobState.AVAILABLE);
      long rank = row.lane.queue().rank(row.due, row.priority);
      ready.add(row.lane, rank, row.nextTicket(), now);
      table.waits(row);
    }
  }

  /// Puts a job of which there is no row yet where it waits, and says in which state that is.
  ///
  /// @param ticket that of its first wait
  JobState enter(Lane lane, String task, long ticket, long at, int priority, long now) {
    JobState state = at > now ? JobState.SCHEDULED : JobState.AVAILABLE;
    counts[state.ordinal()]++;
    lane.waits(task, state, 1);
    if (state == JobState.SCHEDULED) {
      due.add(at, ticket);
    } else {
      ready.add(lane, lane.queue().rank(at, priority), ticket, now);
    }
    return state;
  }

  /// A job that ran waits again.
  void reenter(Row row, long now, Changes changes) {
    row.lane.queue().waiting(1);
    // If its deadline passed while it ran, the next tick ends it.
    timeDeadline(row, changes);
    enter(row, now, changes);
  }

  /// Takes a job out of the structure its state keeps it in, to move it elsewhere.
  void withdraw(Row row, long now) {
    JobState was = row.state();
    // The heaps ask the state whether a pair still stands: it must be gone first.
    set(row, JobState.BLOCKED);
    if (was == JobState.AVAILABLE) {
      ready.dropped(row.lane, now);
    } else if (was == JobState.SCHEDULED) {
      due.dropped();
    }
  }

  /// Changes the state, and with it the counts; the caller sees to `ready` and `due`.
  void set(Row row, JobState next) {
    if (row.state != null) {
      counts[row.state.ordinal()]--;
      if (waits(row.state)) {
        row.lane.waits(row.task, row.state, -1);
      }
    }
    if (waits(next)) {
      row.lane.waits(row.task, next, 1);
    }
    if (row.state == JobState.HELD) {
      leaveUnregistered(row);
    }
    if (next == JobState.HELD && row.more().heldUntilRegistered) {
      unregistered.computeIfAbsent(row.task, task -> new LinkedHashSet<>()).add(row);
    }
    if (next == JobState.RUNNING) {
      running.add(row);
    } else if (row.state == JobState.RUNNING) {
      running.remove(row);
    }
    row.state = next;
    counts[next.ordinal()]++;
  }

  private void leaveUnregistered(Row row) {
    Set<Row> same = unregistered.get(row.task);
    if (same != null && same.remove(row) && same.isEmpty()) {
      unregistered.remove(row.task);
    }
  }

  /// The jobs of a task that are held until it is registered.
  List<Row> unregistered(String task) {
    return List.copyOf(unregistered.getOrDefault(task, Set.of()));
  }

  private static boolean waits(JobState state) {
    return switch (state) {
      case SCHEDULED, BLOCKED, AVAILABLE, HELD -> true;
      case RUNNING, SUCCEEDED, FAILED, CANCELLED -> false;
    };
  }

  /// Has the clock watch the deadline of a job, if it has one that is not yet watched.
  void timeDeadline(Row row, Changes changes) {
    Row.More more = row.more;
    if (more != null && more.deadline != Micros.NEVER && !more.deadlineTimed) {
      more.deadlineTimed = true;
      timed(deadlines, more.deadline, IdHeap.ticket(row.id, 0), changes);
    }
  }

  /// A job has ended: the clock need not watch its deadline.
  void dropDeadline(Row.More more) {
    if (more.deadlineTimed) {
      more.deadlineTimed = false;
      deadlines.dropped();
    }
  }

  private static void timed(IdHeap heap, long at, long ticket, Changes changes) {
    heap.add(at, ticket);
    changes.sooner |= heap.topTicket() == ticket;
  }

  /// Moves what is due.
  void startDue(long now, Changes changes) {
    while (!due.isEmpty() && due.topRank() <= now) {
      Row row = table.get(IdHeap.id(due.topTicket()));
      due.removeTop();
      if (row != null) {
        enter(row, now, changes);
      }
    }
  }

  /// The next job that is past its deadline, whose deadline is not watched from here on; or null.
  @Nullable Row pollPastDeadline(long now) {
    while (!deadlines.isEmpty() && deadlines.topRank() <= now) {
      Row row = table.get(IdHeap.id(deadlines.topTicket()));
      deadlines.removeTop();
      if (row != null) {
        row.more().deadlineTimed = false;
        return row;
      }
    }
    return null;
  }

  /// When the next job is due or past its deadline.
  long nextTime() {
    long next = due.isEmpty() ? Micros.NEVER : due.topRank();
    return deadlines.isEmpty() ? next : Math.min(next, deadlines.topRank());
  }

  /// Counts jobs that ended in earlier runs of the store.
  void count(JobState state, long jobs) {
    counts[state.ordinal()] += jobs;
  }

  /// How many jobs are in a state.
  long count(JobState state) {
    return counts[state.ordinal()];
  }
}
