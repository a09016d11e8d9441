package dev.treadle.internal.ready;

import dev.treadle.QueueSettings;
import dev.treadle.Strategy;
import dev.treadle.spi.LimitDef;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Route;
import dev.treadle.spi.Route.LimitRef;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The jobs that may start, in the order in which they do.
///
/// Jobs of one route wait in one [Lane]; the lanes of a strategy stand in the order of their first
/// jobs. A lane whose first job cannot pass a [Gate] (its queue, a limit, a rate) is parked at that
/// gate, and the ready order never sees it again until the gate opens: a hundred thousand jobs of
/// one full key are one parked lane.
///
/// Invariant: of the lanes parked at a gate that is open, the best stands in the ready order
/// instead (for each strategy). Every change that could break this ends in [#offer].
///
/// Costs: add and poll O(log jobs of the lane + log lanes). Not thread-safe: its store guards it.
public final class ReadySet {
  private static final Strategy[] STRATEGIES = Strategy.values();

  private final IdHeap.Live live;
  private final LaneHeap[] ready = new LaneHeap[STRATEGIES.length];
  private final Map<Route, Lane> lanes = new HashMap<>();

  /// The lane that was joined last, and likely is next.
  private @Nullable Lane latest;

  private final Map<String, QueueGate> queues = new HashMap<>();
  private final Map<String, Limit> limits = new HashMap<>();

  /// How many gates the limits have.
  private int gates;

  private final SteadyTime time = new SteadyTime();
  private final PriorityQueue<RateGate> waking =
      new PriorityQueue<>((one, other) -> Long.compare(one.wakeAt, other.wakeAt));

  /// With so many gates, those are let go that nobody needs any more.
  private int sweepAt = 1_024;

  private int woken;
  private boolean sooner;

  /// A limit as it is defined, and its gates, one for each key.
  private static final class Limit {
    private LimitDef def;
    private final Map<@Nullable String, Gate> gates = new HashMap<>();

    Limit(LimitDef def) {
      this.def = def;
    }

    boolean isRate() {
      return def.perMicros() > 0;
    }
  }

  /// An empty set.
  ///
  /// @param live whether the wait of a ticket still goes on
  public ReadySet(IdHeap.Live live) {
    this.live = live;
    for (int i = 0; i < ready.length; i++) {
      ready[i] = new LaneHeap();
    }
  }

  /// Defines or redefines a limit.
  public void define(LimitDef def, long now) {
    Limit limit = limits.computeIfAbsent(def.name(), name -> new Limit(def));
    if (limit.isRate() != def.perMicros() > 0) {
      throw new IllegalArgumentException(
          "limit " + def.name() + " cannot be both a rate and a limit on attempts at once");
    }
    if (limit.def.equals(def)) {
      return; // As most are, which many tasks bring along.
    }
    limit.def = def;
    Set<Gate> changed = new HashSet<>(limit.gates.values());
    // They may open sooner now.
    waking.removeIf(changed::contains);
    for (Gate gate : changed) {
      switch (gate) {
        case LimitGate it -> it.max(def.max());
        case RateGate it -> {
          it.define(def.max(), def.perMicros());
          it.wakeAt = 0;
        }
        case QueueGate it -> throw new AssertionError(it);
      }
    }
    changed.forEach(gate -> offer(gate, now));
  }

  /// Defines or redefines a queue.
  public void define(String queue, QueueSettings settings, long now, Consumer<Runnable> tell) {
    QueueGate gate = queue(queue);
    gate.settings(settings);
    gate.handOver(tell);
    offer(gate, now);
  }

  /// The settings of a queue, as they were last defined.
  public QueueSettings settings(String queue) {
    QueueGate gate = queues.get(queue);
    return gate == null ? QueueSettings.DEFAULT : gate.settings();
  }

  /// The gate of a queue.
  public QueueGate queue(String name) {
    return queues.computeIfAbsent(name, QueueGate::new);
  }

  /// Pauses a queue, or ends its pause.
  public void pause(String queue, boolean paused, long now) {
    QueueGate gate = queue(queue);
    gate.paused(paused);
    offer(gate, now);
  }

  /// The lane of a route, with one more user; every user calls [#leave] once.
  public Lane join(Route route, long now) {
    Lane lane = latest;
    if (lane == null || lane.route != route) {
      lane = lanes.get(route);
      if (lane == null) {
        lane = newLane(route, now);
        lanes.put(route, lane);
      }
      latest = lane;
    }
    lane.users++;
    return lane;
  }

  /// The lane of a route that has users.
  public Lane lane(Route route) {
    Lane lane = latest;
    if (lane == null || lane.route != route) {
      lane = lanes.get(route);
      if (lane == null) {
        throw new AssertionError("no lane for " + route);
      }
    }
    return lane;
  }

  /// A job of this lane runs, though nobody polled it: it holds what it would hold then. Its start
  /// counts for its rates when it came, not now: see [#started].
  public void hold(Lane lane, long now) {
    for (Gate gate : lane.gates) {
      if (!(gate instanceof RateGate)) {
        gate.take(now);
      }
    }
  }

  /// A job started under a rate, in an earlier run of the store. In the order in which they did.
  public void started(LimitRef rate, long at) {
    Limit limit = limits.get(rate.name());
    if (limit != null && limit.isRate() && gate(rate) instanceof RateGate gate) {
      gate.take(at);
    }
  }

  /// Whether a further job of this route would be one too many for its queue.
  public boolean full(Route route) {
    Lane lane = latest;
    return (lane != null && lane.route == route ? lane.queue() : queue(route.queue())).full();
  }

  private Lane newLane(Route route, long now) {
    List<LimitRef> refs = route.limits();
    Gate[] passed = new Gate[1 + refs.size()];
    passed[0] = queue(route.queue());
    for (int i = 0; i < refs.size(); i++) {
      passed[1 + i] = gate(refs.get(i));
    }
    for (Gate gate : passed) {
      gate.users++;
    }
    if (gates > sweepAt) {
      sweep(now);
    }
    return new Lane(route, passed, live);
  }

  private void sweep(long now) {
    gates = 0;
    for (Limit limit : limits.values()) {
      limit.gates.values().removeIf(gate -> gate.users == 0 && forgettable(gate, now));
      gates += limit.gates.size();
    }
    sweepAt = Math.max(1_024, 2 * gates);
  }

  private Gate gate(LimitRef ref) {
    Limit limit = limits.get(ref.name());
    if (limit == null) {
      throw new IllegalArgumentException("limit " + ref.name() + " is not defined");
    }
    Gate known = limit.gates.get(ref.key());
    if (known != null) {
      return known;
    }
    LimitDef def = limit.def;
    Gate gate =
        limit.isRate()
            ? new RateGate(ref, def.max(), def.perMicros(), time)
            : new LimitGate(ref, def.max());
    limit.gates.put(ref.key(), gate);
    gates++;
    return gate;
  }

  private void remove(LimitRef ref) {
    Limit limit = limits.get(ref.name());
    if (limit != null && limit.gates.remove(ref.key()) != null) {
      gates--;
    }
  }

  private static boolean forgettable(Gate gate, long now) {
    return !(gate instanceof RateGate rate) || rate.forgettable(now);
  }

  /// A job of the lane has ended, or its abandoned code has returned.
  public void leave(Lane lane, long now) {
    if (--lane.users == 0 && !lane.route.limits().isEmpty()) {
      lanes.remove(lane.route);
      latest = null;
      for (Gate gate : lane.gates) {
        gate.users--;
        if (gate instanceof LimitGate limit && gate.users == 0) {
          remove(limit.ref());
        } else if (gate instanceof RateGate rate && gate.users == 0 && rate.forgettable(now)) {
          remove(rate.ref());
        }
      }
    }
  }

  /// A job may start from now on.
  public void add(Lane lane, long rank, long ticket, long now) {
    lane.jobs.add(rank, ticket);
    LaneHeap home = lane.home;
    if (home == null) {
      toReady(lane);
    } else {
      home.moved(lane);
      if (lane.parkedAt == null) {
        wake(lane.route.strategy());
      } else if (lane.parkedAt.open(now)) {
        unpark(lane);
      }
    }
  }

  /// A job that stood in a lane no longer does: it was held, cancelled or is past its deadline.
  public void dropped(Lane lane, long now) {
    lane.jobs.dropped();
    LaneHeap home = lane.home;
    if (home == null) {
      return;
    }
    if (lane.jobs.isEmpty()) {
      home.remove(lane);
      lane.parkedAt = null;
      offerGates(lane, now);
    } else {
      home.moved(lane);
      if (lane.parkedAt == null) {
        // It may have been the best of several that wait at an open gate, and no longer is.
        offerGates(lane, now);
      }
    }
  }

  /// Takes the eligible job of the best rank, or returns -1. The job has passed its gates then.
  public long poll(Strategy strategy, long now) {
    LaneHeap heap = ready[strategy.ordinal()];
    for (Lane lane = heap.first(); lane != null; lane = heap.first()) {
      Gate closed = firstClosed(lane, now);
      if (closed != null) {
        park(lane, closed);
        offerGates(lane, now);
        continue;
      }
      for (Gate gate : lane.gates) {
        gate.take(now);
      }
      long id = IdHeap.id(lane.jobs.topTicket());
      lane.jobs.removeTop();
      if (lane.jobs.isEmpty()) {
        heap.remove(lane);
      } else {
        heap.moved(lane);
      }
      offerGates(lane, now);
      return id;
    }
    return -1;
  }

  /// A job that passed the gates of this lane has ended.
  ///
  /// @param withQueue whether it holds its queue's permit
  /// @param tell who waited for the queue's permit and has it now
  public void give(Lane lane, boolean withQueue, long now, Consumer<Runnable> tell) {
    if (withQueue) {
      stepAside(lane, now, tell);
    }
    for (int i = 1; i < lane.gates.length; i++) {
      lane.gates[i].give();
      offer(lane.gates[i], now);
    }
  }

  /// A running job waits for others: its queue has a permit more.
  public void stepAside(Lane lane, long now, Consumer<Runnable> tell) {
    QueueGate queue = lane.queue();
    queue.give();
    queue.handOver(tell);
    offer(queue, now);
  }

  /// A job that stepped aside wants to go on.
  ///
  /// @param stillWants asked when there is a permit for it
  /// @param granted told to go on, through `tell`, now or when a permit is free
  public void comeBack(
      Lane lane, BooleanSupplier stillWants, Runnable granted, Consumer<Runnable> tell) {
    lane.queue().comeBack(stillWants, granted);
    lane.queue().handOver(tell);
  }

  /// Opens the rates whose time has come.
  public void tick(long now) {
    long steady = time.of(now);
    for (RateGate gate = waking.peek();
        gate != null && gate.wakeAt <= steady;
        gate = waking.peek()) {
      waking.poll();
      gate.wakeAt = 0;
      offer(gate, now);
    }
  }

  /// When the next rate opens for lanes that wait for it.
  public long nextTime() {
    RateGate gate = waking.peek();
    return gate == null ? Micros.NEVER : time.wall(gate.wakeAt);
  }

  /// The strategies for which something may have become claimable since the last call, as bits.
  public int takeWoken() {
    int bits = woken;
    woken = 0;
    return bits;
  }

  /// Whether [#nextTime] may have become earlier since the last call.
  public boolean takeSooner() {
    boolean was = sooner;
    sooner = false;
    return was;
  }

  /// Whether a job of one of these strategies can be claimed now, or later by the passing of a
  /// rate's window.
  public boolean claimable(Set<Strategy> strategies, long now) {
    for (Strategy strategy : strategies) {
      LaneHeap heap = ready[strategy.ordinal()];
      for (Lane lane = heap.first(); lane != null; lane = heap.first()) {
        Gate closed = firstClosed(lane, now);
        if (closed == null) {
          return true;
        }
        park(lane, closed);
        offerGates(lane, now);
      }
      for (RateGate gate : waking) {
        LaneHeap parked = gate.parked(strategy.ordinal());
        for (int i = 0; parked != null && i < parked.size(); i++) {
          if (onlyRatesClosed(parked.get(i), now)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /// How many attempts may hold a limit at once; 0 for a rate, which nobody holds.
  public int holders(LimitRef ref) {
    Limit limit = limits.get(ref.name());
    return limit == null || limit.isRate() ? 0 : limit.def.max();
  }

  /// The gate that keeps the jobs of this lane from starting now, the first of several; null if
  /// nothing does but that others may come first.
  public @Nullable Gate closed(Lane lane, long now) {
    return firstClosed(lane, now);
  }

  /// The job that a claim for this strategy would take now; -1 if it would take none. Changes
  /// nothing; may look at every lane.
  public long next(Strategy strategy, long now) {
    Lane best = ready[strategy.ordinal()].first();
    if (best == null || firstClosed(best, now) != null) {
      // A claim would park it, and so find what waits behind it.
      best = null;
      for (Lane lane : lanes.values()) {
        if (lane.route.strategy() == strategy
            && !lane.jobs.isEmpty()
            && firstClosed(lane, now) == null
            && (best == null || lane.before(best))) {
          best = lane;
        }
      }
    }
    return best == null ? -1 : IdHeap.id(best.jobs.topTicket());
  }

  /// Returns whether a lane is as asked for.
  public boolean anyLane(Predicate<Lane> asked) {
    return lanes.values().stream().anyMatch(asked);
  }

  /// Visits the lanes in which jobs stand.
  public void forEachLane(Consumer<Lane> visitor) {
    lanes.values().forEach(visitor);
  }

  private static @Nullable Gate firstClosed(Lane lane, long now) {
    for (Gate gate : lane.gates) {
      if (!gate.open(now)) {
        return gate;
      }
    }
    return null;
  }

  private static boolean onlyRatesClosed(Lane lane, long now) {
    for (Gate gate : lane.gates) {
      if (!(gate instanceof RateGate) && !gate.open(now)) {
        return false;
      }
    }
    return true;
  }

  private void toReady(Lane lane) {
    lane.parkedAt = null;
    ready[lane.route.strategy().ordinal()].add(lane);
    wake(lane.route.strategy());
  }

  private void park(Lane lane, Gate gate) {
    int strategy = lane.route.strategy().ordinal();
    ready[strategy].remove(lane);
    lane.parkedAt = gate;
    gate.toPark(strategy).add(lane);
    sleep(gate);
  }

  private void unpark(Lane lane) {
    var home = lane.home;
    if (home != null) {
      home.remove(lane);
    }
    toReady(lane);
  }

  private void offerGates(Lane lane, long now) {
    for (Gate gate : lane.gates) {
      offer(gate, now);
    }
  }

  /// Restores the invariant for one gate.
  private void offer(Gate gate, long now) {
    if (!gate.open(now)) {
      sleep(gate);
      return;
    }
    for (int i = 0; i < STRATEGIES.length; i++) {
      LaneHeap heap = gate.parked(i);
      Lane best = heap == null ? null : heap.first();
      if (best != null) {
        unpark(best);
      }
    }
  }

  /// A rate that is used up and has lanes waiting is looked at again when it opens.
  private void sleep(Gate gate) {
    if (gate instanceof RateGate rate && rate.wakeAt == 0 && rate.anyParked()) {
      rate.wakeAt = rate.opens();
      waking.add(rate);
      sooner |= waking.peek() == rate;
    }
  }

  private void wake(Strategy strategy) {
    woken |= 1 << strategy.ordinal();
  }
}
