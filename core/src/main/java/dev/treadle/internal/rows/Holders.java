package dev.treadle.internal.rows;

import dev.treadle.JobState;
import dev.treadle.internal.ready.Gate;
import dev.treadle.internal.ready.Lane;
import dev.treadle.internal.ready.QueueGate;
import dev.treadle.internal.ready.ReadySet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who holds the gates of a lane, and when they are given back. Guarded by the lock of the store.
///
/// A job holds the gates of its lane exactly while it runs; after it, the code of an attempt that
/// was ended does, until it returns or its node is gone. A job that waits for others has stepped
/// aside: its queue's permit is given away meanwhile.
final class Holders {
  private record Holder(long id, int fence) {}

  private record Held(@Nullable String node, Lane lane, boolean withQueue, long since) {}

  private final ReadySet ready;
  private final Waits waits;
  private final Set<Row> running;
  private final Map<Holder, Held> abandonedCode = new HashMap<>();
  private int abandonedRunning;

  Holders(ReadySet ready, Waits waits, Set<Row> running) {
    this.ready = ready;
    this.waits = waits;
    this.running = running;
  }

  /// Gives back what a running job holds, or notes who holds it if its code still runs.
  void stop(Row row, boolean codeRuns, long now, Changes changes) {
    boolean withQueue = row.more == null || !row.more.aside;
    if (codeRuns) {
      Lane lane = ready.join(row.lane.route(), now);
      abandonedCode.put(
          new Holder(row.id, row.fence), new Held(row.node, lane, withQueue, row.moved));
    } else {
      ready.give(row.lane, withQueue, now, changes::granted);
    }
    Row.More more = row.more;
    if (more != null) {
      if (more.abandoned) {
        more.abandoned = false;
        abandonedRunning--;
      }
      more.aside = false;
      waits.end(row);
    }
    row.node = null;
  }

  /// Marks a running job as abandoned: its code ignores its timeout, and keeps what it holds.
  void abandon(Row row) {
    if (!row.more().abandoned) {
      row.more().abandoned = true;
      abandonedRunning++;
    }
  }

  /// How many jobs run that are abandoned.
  int abandoned() {
    return abandonedRunning;
  }

  /// Frees what abandoned code held, which has returned.
  void returned(long id, int fence, long now, Changes changes) {
    Held held = abandonedCode.remove(new Holder(id, fence));
    if (held != null) {
      free(held, now, changes);
    }
  }

  /// Frees what abandoned code held on nodes that are gone, and the code with them.
  void gone(Set<String> nodes, long now, Changes changes) {
    List<Held> freed = new ArrayList<>();
    abandonedCode
        .values()
        .removeIf(held -> held.node() != null && nodes.contains(held.node()) && freed.add(held));
    freed.forEach(held -> free(held, now, changes));
  }

  private void free(Held held, long now, Changes changes) {
    ready.give(held.lane(), held.withQueue(), now, changes::granted);
    ready.leave(held.lane(), now);
  }

  /// Gives away the queue's permit of a job that begins to wait for others.
  void stepAside(Row row, long now, Changes changes) {
    row.more().aside = true;
    ready.stepAside(row.lane, now, changes::granted);
  }

  /// Gives a job that stepped aside its queue's permit back, now or when one is free.
  void comeBack(Row row, Runnable granted, Changes changes) {
    int fence = row.fence;
    waits.end(row);
    ready.comeBack(
        row.lane,
        () -> {
          boolean stillRuns = row.state == JobState.RUNNING && row.fence == fence;
          if (stillRuns) {
            row.more().aside = false;
          }
          return stillRuns;
        },
        granted,
        changes::granted);
  }

  /// One attempt that holds a gate.
  ///
  /// @param code whether only its code runs on, after its attempt was ended
  record Holding(long id, long since, boolean code, @Nullable Row row) {}

  /// The attempts that hold a gate, in the order in which they started. Looks at what runs.
  List<Holding> holding(Gate gate) {
    boolean queue = gate instanceof QueueGate;
    List<Holding> found = new ArrayList<>();
    running.forEach(row -> {
      if (row.lane.passes(gate) && !(queue && row.aside())) {
        found.add(new Holding(row.id, row.moved, false, row));
      }
    });
    abandonedCode.forEach((holder, held) -> {
      if (held.lane().passes(gate) && (!queue || held.withQueue())) {
        found.add(new Holding(holder.id(), held.since(), true, null));
      }
    });
    found.sort(Comparator.comparingLong(Holding::since).thenComparingLong(Holding::id));
    return found;
  }
}
