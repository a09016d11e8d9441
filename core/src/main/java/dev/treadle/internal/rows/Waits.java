package dev.treadle.internal.rows;

import dev.treadle.JobState;
import dev.treadle.spi.Route.LimitRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Who waits for whom inside jobs, and whether a wait could ever end. Guarded by the lock of the
/// store.
///
/// A waiting job keeps its limits. If what it waits for, or anything that in turn waits for, falls
/// under one of them, both might wait for ever; so such a wait is refused, whether or not the limit
/// has room at this moment. It is refused too if a limit that is needed is all in the hands of jobs
/// that wait, and one of those waits comes back to a limit that is held here.
final class Waits {
  private final ToIntFunction<LimitRef> holders;

  /// The jobs that wait now.
  private final Set<Row> waiters = new HashSet<>();

  /// @param holders how many attempts may hold a limit at once; 0 for a rate, which nobody holds
  Waits(ToIntFunction<LimitRef> holders) {
    this.holders = holders;
  }

  /// Begins a wait, or says why it could never end.
  @Nullable String begin(Row waiter, Collection<Row> awaited) {
    Set<Row> chain = chainOf(waiter);
    Map<LimitRef, Row> held = new HashMap<>();
    for (Row row : chain) {
      for (LimitRef limit : row.lane.route().limits()) {
        if (row.state == JobState.RUNNING && holders.applyAsInt(limit) > 0) {
          held.putIfAbsent(limit, row);
        }
      }
    }
    Set<Row> seen = new HashSet<>();
    ArrayDeque<Row> open = new ArrayDeque<>(awaited);
    while (!open.isEmpty()) {
      Row row = open.poll();
      if (row.ended() || !seen.add(row)) {
        continue;
      }
      if (chain.contains(row)) {
        return name(waiter) + " would wait for itself, by way of " + name(row);
      }
      for (LimitRef limit : row.lane.route().limits()) {
        Row holder = held.get(limit);
        if (holder != null) {
          return name(waiter)
              + " cannot wait for "
              + name(row)
              + ": it needs limit "
              + limit
              + ", which "
              + name(holder)
              + " holds while it waits. Submit it without waiting, or give the two tasks"
              + " different limits";
        }
        if (row.state != JobState.RUNNING) {
          addHolders(limit, open);
        }
      }
      addSources(row, open);
    }
    List<Row> unended = new ArrayList<>(waiter.more().awaits);
    for (Row row : awaited) {
      if (!row.ended()) {
        unended.add(row);
        Row.More more = row.more();
        if (more.awaiters.isEmpty()) {
          more.awaiters = new HashSet<>(2);
        }
        more.awaiters.add(waiter);
      }
    }
    waiter.more().awaits = unended;
    if (!unended.isEmpty()) {
      waiters.add(waiter);
    }
    return null;
  }

  /// A limit of which every permit is held by a job that waits comes free only when those waits
  /// end: what they wait for must end too.
  private void addHolders(LimitRef limit, ArrayDeque<Row> open) {
    int most = holders.applyAsInt(limit);
    if (most == 0 || waiters.size() < most) {
      return;
    }
    List<Row> holding = new ArrayList<>();
    for (Row row : waiters) {
      if (row.lane.route().limits().contains(limit)) {
        holding.add(row);
      }
    }
    if (holding.size() >= most) {
      holding.forEach(row -> open.addAll(row.more().awaits));
    }
  }

  /// Ends the wait of a job, if it waits.
  void end(Row waiter) {
    Row.More more = waiter.more();
    for (Row row : more.awaits) {
      row.more().awaiters.remove(waiter);
    }
    if (!more.awaits.isEmpty()) {
      more.awaits = List.of();
      waiters.remove(waiter);
    }
  }

  /// The waiter and all that wait, through others, for it: inside jobs or, blocked, by edges.
  private static Set<Row> chainOf(Row waiter) {
    Set<Row> chain = new HashSet<>();
    ArrayDeque<Row> open = new ArrayDeque<>(List.of(waiter));
    while (!open.isEmpty()) {
      Row row = open.poll();
      if (!row.ended() && chain.add(row) && row.more != null) {
        Row.More more = row.more;
        open.addAll(more.awaiters);
        open.addAll(more.dependents);
        open.addAll(more.followers);
        more.groups.forEach(group -> open.addAll(group.dependents));
      }
    }
    return chain;
  }

  private static void addSources(Row row, ArrayDeque<Row> open) {
    Row.More more = row.more;
    if (more == null) {
      return;
    }
    if (more.inputJob != null) {
      open.add(more.inputJob);
    }
    if (more.after != null) {
      open.add(more.after);
    }
    if (more.inputGroup != null) {
      for (Row member : more.inputGroup.members()) {
        if (member != null) {
          open.add(member);
        }
      }
    }
    open.addAll(more.awaits);
  }

  private static String name(Row row) {
    return "job " + row.id + " (" + row.task + ")";
  }
}
