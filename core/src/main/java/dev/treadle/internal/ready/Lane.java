package dev.treadle.internal.ready;

import dev.treadle.JobState;
import dev.treadle.spi.Route;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The jobs of one route that may start, by rank, and the gates they pass on their way.
///
/// Guarded by the lock of its store, like everything in this package.
public final class Lane {
  final Route route;
  final Gate[] gates;
  final IdHeap jobs;
  private final WaitCounts waiting = new WaitCounts();

  /// The heap this lane stands in: the ready lanes of its strategy, or those parked at a gate.
  @Nullable LaneHeap home;

  /// Its place in that heap.
  int place;

  /// The gate it is parked at, if it is.
  @Nullable Gate parkedAt;

  /// Jobs that know this lane and have not ended, and abandoned code that holds its gates.
  int users;

  Lane(Route route, Gate[] gates, IdHeap.Live live) {
    this.route = route;
    this.gates = gates;
    this.jobs = new IdHeap(live);
  }

  /// A lane in which nobody waits, for jobs that have ended.
  public static Lane detached(Route route) {
    return new Lane(route, new Gate[0], ticket -> false);
  }

  /// One more user, as by [ReadySet#join].
  public void joined() {
    users++;
  }

  /// The tickets of jobs that come next in this lane, in order, up to so many; stale ones among
  /// them.
  public long[] following(int most) {
    return jobs.following(most);
  }

  /// The route all its jobs share.
  public Route route() {
    return route;
  }

  /// The gate of its queue.
  public QueueGate queue() {
    return (QueueGate) gates[0];
  }

  /// Hears how many jobs of a task wait in a state.
  @FunctionalInterface
  public interface WaitVisitor {
    /// Hears it.
    void visit(String task, JobState state, int jobs);
  }

  /// More, or fewer, jobs of a task wait in this state.
  public void waits(String task, JobState state, int change) {
    waiting.add(task, state, change);
  }

  /// Tells how many jobs wait, by task and state.
  public void waiting(WaitVisitor visitor) {
    waiting.forEach(visitor);
  }

  /// The rates that its jobs pass.
  public List<RateGate> rates() {
    List<RateGate> rates = List.of();
    for (Gate gate : gates) {
      if (gate instanceof RateGate rate) {
        rates = rates.isEmpty() ? new ArrayList<>(1) : rates;
        rates.add(rate);
      }
    }
    return rates;
  }

  /// Whether its jobs pass this gate.
  public boolean passes(Gate gate) {
    for (Gate each : gates) {
      if (each == gate) {
        return true;
      }
    }
    return false;
  }

  boolean before(Lane other) {
    long mine = jobs.topRank();
    long theirs = other.jobs.topRank();
    return mine < theirs || mine == theirs && jobs.topTicket() < other.jobs.topTicket();
  }
}
