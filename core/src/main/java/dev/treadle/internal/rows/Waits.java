package dev.treadle.internal.rows;

import dev.treadle.JobState;
import dev.treadle.internal.ready.Lane;
import dev.treadle.internal.ready.ReadySet;
import dev.treadle.spi.Route.LimitRef;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who waits for whom inside jobs, and whether a wait could ever end. Guarded by the lock of the
/// store.
///
/// A waiting job keeps its limits. If what it waits for, or anything that in turn waits for, falls
/// under one of them, both might wait for ever; so such a wait is refused, whether or not the limit
/// has room at this moment. It is refused too if a limit that is needed is all in the hands of jobs
/// that wait, and one of those waits comes back to a limit that is held here.
///
/// A job that waits for room in a full queue waits for any job of it to start. That is refused if
/// none of them ever could: each needs a limit that is all held by jobs that wait for such room, or
/// waits itself for one of these.
///
/// Invariant: a job is in [#byLimit] and [#byQueue] exactly while it waits, and awaits only jobs
/// that have not ended.
final class Waits {
  private final ReadySet ready;

  /// The jobs that wait now, by each limit they hold.
  private final Map<LimitRef, Set<Row>> byLimit = new HashMap<>();

  /// The jobs that wait for room, by queue.
  private final Map<String, Set<Row>> byQueue = new HashMap<>();

  Waits(ReadySet ready) {
    this.ready = ready;
  }

  /// Begins a wait, or returns why it could never end.
  @Nullable String begin(Row waiter, Collection<Row> awaited) {
    String refusal = refusal(waiter, awaited);
    if (refusal != null) {
      return refusal;
    }
    for (Row row : awaited) {
      if (!row.ended()) {
        await(waiter.more(), row);
        Row.More more = row.more();
        if (more.awaiters.isEmpty()) {
          more.awaiters = new LinkedHashSet<>(2);
        }
        more.awaiters.add(waiter);
      }
    }
    if (!waiter.more().awaits.isEmpty()) {
      waits(waiter);
    }
    return null;
  }

  private static void await(Row.More mine, Row row) {
    if (mine.awaits.isEmpty()) {
      mine.awaits = new LinkedHashSet<>();
    }
    mine.awaits.add(row);
  }

  private void waits(Row waiter) {
    for (LimitRef limit : waiter.lane.route().limits()) {
      byLimit.computeIfAbsent(limit, it -> new LinkedHashSet<>()).add(waiter);
    }
  }

  /// Begins a wait for room in a full queue, or returns why it could never end.
  @Nullable String beginForRoom(Row waiter, String queue) {
    if (ready.queue(queue).full()) {
      String refusal = noRoomEver(waiter, queue);
      if (refusal != null) {
        return name(waiter)
            + " cannot wait for room in queue "
            + queue
            + ": "
            + refusal
            + ". Raise the bound of the queue, let it refuse when it is full, or give the tasks"
            + " different limits";
      }
    }
    waiter.more().roomIn = queue;
    byQueue.computeIfAbsent(queue, it -> new LinkedHashSet<>()).add(waiter);
    waits(waiter);
    return null;
  }

  private @Nullable String refusal(Row waiter, Collection<Row> awaited) {
    Set<Row> chain = Set.of();
    Map<LimitRef, Row> held = Map.of();
    Set<Row> seen = new HashSet<>();
    ArrayDeque<Row> open = new ArrayDeque<>(awaited);
    while (!open.isEmpty()) {
      Row row = open.poll();
      if (row.ended() || !seen.add(row) || row != waiter && needsNothing(row)) {
        continue;
      }
      if (chain.isEmpty()) {
        chain = chainOf(waiter);
        held = heldBy(chain);
      }
      if (chain.contains(row)) {
        return name(waiter) + " would wait for itself, by way of " + name(row);
      }
      String limited = limited(waiter, name(row), row.lane.route().limits(), held);
      if (limited != null) {
        return limited;
      }
      if (row.state != JobState.RUNNING) {
        row.lane.route().limits().forEach(limit -> addHolders(limit, open));
      }
      String room = row.more == null ? null : row.more.roomIn;
      if (room != null && !held.isEmpty()) {
        String never = noRoomEver(waiter, room);
        if (never != null) {
          return name(waiter)
              + " cannot wait for "
              + name(row)
              + ", which waits for room in queue "
              + room
              + ": "
              + never;
        }
      }
      addSources(row, open);
    }
    return null;
  }

  /// Returns why a job must not wait for one with these limits, whether or not that has ended; null
  /// if it may.
  @Nullable String limited(Row waiter, String awaited, Collection<LimitRef> limits) {
    return limited(waiter, awaited, limits, heldBy(chainOf(waiter)));
  }

  private static @Nullable String limited(
      Row waiter, String awaited, Collection<LimitRef> limits, Map<LimitRef, Row> held) {
    for (LimitRef limit : limits) {
      Row holder = held.get(limit);
      if (holder != null) {
        return name(waiter)
            + " cannot wait for "
            + awaited
            + ": it needs limit "
            + limit
            + ", which "
            + name(holder)
            + " holds while it waits. Submit it without waiting, or give the two tasks"
            + " different limits";
      }
    }
    return null;
  }

  /// Returns whether a job can wait for nothing but a free slot and its queue, and so for no other
  /// job.
  private static boolean needsNothing(Row row) {
    Row.More more = row.more;
    return row.lane.route().limits().isEmpty()
        && (more == null
            || more.inputJob == null
                && more.inputGroup == null
                && more.after == null
                && more.roomIn == null
                && more.awaits.isEmpty());
  }

  private Map<LimitRef, Row> heldBy(Set<Row> chain) {
    Map<LimitRef, Row> held = new HashMap<>();
    for (Row row : chain) {
      for (LimitRef limit : row.lane.route().limits()) {
        if (row.state == JobState.RUNNING && ready.holders(limit) > 0) {
          held.putIfAbsent(limit, row);
        }
      }
    }
    return held;
  }

  /// A limit of which every permit is held by a job that waits comes free only when those waits
  /// end: what they wait for must end too.
  private void addHolders(LimitRef limit, ArrayDeque<Row> open) {
    int most = ready.holders(limit);
    Set<Row> holding = byLimit.getOrDefault(limit, Set.of());
    if (most > 0 && holding.size() >= most) {
      holding.forEach(row -> open.addAll(row.more().awaits));
    }
  }

  /// Returns why no job of a full queue could ever start while this job waits for that; null if one
  /// could.
  private @Nullable String noRoomEver(Row waiter, String queue) {
    if (waiter.lane.route().limits().isEmpty() && chainOf(waiter).size() == 1) {
      return null; // Nothing waits for what it holds.
    }
    // Supposes that nobody gets room, and drops every queue of which a job could start after all.
    Map<String, Set<Row>> stuck = new HashMap<>();
    byQueue.forEach((name, rows) -> stuck.put(name, new HashSet<>(rows)));
    stuck.computeIfAbsent(queue, it -> new HashSet<>()).add(waiter);
    while (true) {
      Set<Row> all = new HashSet<>();
      stuck.values().forEach(rows -> rows.forEach(row -> addChain(row, all)));
      Map<LimitRef, Integer> held = new HashMap<>();
      Map<Lane, Integer> blocked = new HashMap<>();
      for (Row row : all) {
        if (row.state == JobState.RUNNING) {
          row.lane.route().limits().forEach(limit -> held.merge(limit, 1, Integer::sum));
        } else if (row.state == JobState.BLOCKED) {
          blocked.merge(row.lane, 1, Integer::sum);
        }
      }
      boolean fewer =
          stuck
              .keySet()
              .removeIf(name ->
                  ready.anyLane(
                      lane -> lane.queue().name().equals(name) && canStart(lane, held, blocked)));
      if (!stuck.containsKey(queue)) {
        return null;
      }
      if (!fewer) {
        return "no job of it could start before that, since each needs a limit held by jobs that"
            + " wait, or waits for one of them ("
            + String.join(", ", held.keySet().stream().map(LimitRef::toString).sorted().toList())
            + ")";
      }
    }
  }

  private boolean canStart(Lane lane, Map<LimitRef, Integer> held, Map<Lane, Integer> blocked) {
    int[] counts = new int[2];
    lane.waiting((task, state, jobs) -> counts[state == JobState.BLOCKED ? 1 : 0] += jobs);
    if (counts[0] == 0 && counts[1] <= blocked.getOrDefault(lane, 0)) {
      return false;
    }
    for (LimitRef limit : lane.route().limits()) {
      int most = ready.holders(limit);
      if (most > 0 && held.getOrDefault(limit, 0) >= most) {
        return false;
      }
    }
    return true;
  }

  /// A job has ended: nobody waits for it any more.
  void ended(Row row, Row.More more) {
    for (Row waiter : more.awaiters) {
      waiter.more().awaits.remove(row);
      if (waiter.more().awaits.isEmpty() && waiter.more().roomIn == null) {
        waitsNoMore(waiter);
      }
    }
    more.awaiters = Set.of();
  }

  private void waitsNoMore(Row waiter) {
    for (LimitRef limit : waiter.lane.route().limits()) {
      remove(byLimit, limit, waiter);
    }
  }

  private static <K> void remove(Map<K, Set<Row>> from, K key, Row row) {
    Set<Row> rows = from.get(key);
    if (rows != null && rows.remove(row) && rows.isEmpty()) {
      from.remove(key);
    }
  }

  /// Ends the wait of a job, if it waits.
  void end(Row waiter) {
    Row.More more = waiter.more();
    for (Row row : more.awaits) {
      row.more().awaiters.remove(waiter);
    }
    more.awaits = Set.of();
    if (more.roomIn != null) {
      remove(byQueue, more.roomIn, waiter);
      more.roomIn = null;
    }
    waitsNoMore(waiter);
  }

  /// The waiter and all that wait, through others, for it: inside jobs or, blocked, by edges.
  private static Set<Row> chainOf(Row waiter) {
    Set<Row> chain = new HashSet<>();
    addChain(waiter, chain);
    return chain;
  }

  private static void addChain(Row waiter, Set<Row> chain) {
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
    return name(row.id, row.task);
  }

  static String name(long job, String task) {
    return "job " + job + " (" + task + ")";
  }
}
