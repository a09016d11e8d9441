package dev.treadle.internal.memory;

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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who waits for whom inside jobs, and whether a wait could ever end. Guarded by the lock of the
/// store.
///
/// A waiting job keeps its limits. If what it waits for, or anything that in turn waits for, falls
/// under one of them, both might wait for ever; so such a wait is refused, whether or not the limit
/// has room at this moment: what works does not depend on the load.
final class Waits {
  private final Predicate<LimitRef> holdable;

  /// @param holdable whether a limit is held while an attempt runs, as a rate is not
  Waits(Predicate<LimitRef> holdable) {
    this.holdable = holdable;
  }

  /// Begins a wait, or says why it could never end.
  @Nullable String begin(Row waiter, Collection<Row> awaited) {
    Set<Row> chain = chainOf(waiter);
    Map<LimitRef, Row> held = new HashMap<>();
    for (Row row : chain) {
      for (LimitRef limit : row.route.limits()) {
        if (row.state == JobState.RUNNING && holdable.test(limit)) {
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
      for (LimitRef limit : row.route.limits()) {
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
    return null;
  }

  /// Ends the wait of a job, if it waits.
  void end(Row waiter) {
    Row.More more = waiter.more();
    for (Row row : more.awaits) {
      row.more().awaiters.remove(waiter);
    }
    more.awaits = List.of();
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
