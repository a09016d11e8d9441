package dev.treadle.internal.engine;

import dev.treadle.Attempt;
import dev.treadle.StoreException;
import dev.treadle.internal.run.Runner;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import dev.treadle.spi.Micros;
import dev.treadle.spi.Next;
import dev.treadle.spi.Store;
import dev.treadle.spi.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Ends what died with its node, so that it is tried again elsewhere or later.
final class Rescue {
  private final Engine engine;

  Rescue(Engine engine) {
    this.engine = engine;
  }

  /// Says that this node lives, three times a lease, and ends what dead nodes have left.
  void keepLease(Duration lease) {
    if (engine.closed || engine.broken()) {
      return;
    }
    try {
      engine.store.renew(engine.node, Micros.plus(engine.time.micros(), Micros.of(lease)));
      endLost("its node is gone");
    } catch (StoreException e) {
      engine.broke(e);
    } finally {
      engine.alarm.in(lease.toNanos() / 3, () -> keepLease(lease));
    }
  }

  /// Ends, as lost, what ran on nodes that are gone.
  void endLost(String cause) {
    List<Finish> ends = new ArrayList<>();
    List<Claimed> lost = engine.store.rescue(engine.node);
    for (Claimed one : lost) {
      Tasks.Known known = engine.tasks.of(one);
      Attempt.End end = new Attempt.End.Lost(cause);
      Next next =
          known == null
              ? unknown(one.task())
              : Transition.after(
                  end,
                  null,
                  one,
                  one.cancel(),
                  known.policy,
                  engine.time.micros(),
                  ThreadLocalRandom.current());
      ends.add(new Finish(one.id(), one.fence(), tally(one), end, next, false));
    }
    if (!ends.isEmpty()) {
      var unused = engine.store.finish(ends);
      long now = engine.time.micros();
      for (int i = 0; i < ends.size(); i++) {
        Claimed of = lost.get(i);
        engine.monitor.ended(of.task(), of.queue(), ends.get(i).tally(), ends.get(i).end(), now);
      }
    }
  }

  /// A claimed job and its task.
  record KnownClaim(Claimed claimed, Tasks.Known task) {}

  /// Parks jobs for the claims of one call.
  Parking parking(Runner runner) {
    return new Parking(runner);
  }

  /// Parks claimed jobs whose tasks are not registered here, and claims others in their place.
  ///
  /// Parking does not wait for the disk: after a crash before the commit a job is claimed and
  /// parked again. So the jobs of a removed task share commits, and cost those behind them little.
  /// After [#PARKED_MAX] jobs the rest is left to a later call, since the jobs that were claimed
  /// before them have yet to start.
  final class Parking {
    private static final int PARKED_MAX = 1_000;

    private final Runner runner;
    private int parked;

    private Parking(Runner runner) {
      this.runner = runner;
    }

    /// Returns the job if its task is known, or the first of those claimed in its place whose task
    /// is; null if there is none.
    @Nullable KnownClaim firstKnown(Claimed first) {
      @Nullable Claimed claimed = first;
      while (claimed != null) {
        Tasks.Known known = engine.tasks.of(claimed);
        if (known != null) {
          return new KnownClaim(claimed, known);
        }
        claimed = parkAndClaim(claimed);
      }
      return null;
    }

    private @Nullable Claimed parkAndClaim(Claimed claimed) {
      Attempt.End end = new Attempt.End.Snoozed(Duration.ZERO);
      Next next = unknown(claimed.task());
      Finish finish = new Finish(claimed.id(), claimed.fence(), tally(claimed), end, next, false);
      Store.Turn turn;
      if (parked++ < PARKED_MAX) {
        turn = engine.finishAndClaim(finish, runner.strategy());
      } else {
        turn = new Store.Turn(engine.stored(finish), null);
        Thread.startVirtualThread(runner::available);
      }
      if (turn.accepted()) {
        engine.tasks.parked(claimed.task(), null);
      }
      engine.idleMayHaveChanged();
      return turn.next();
    }
  }

  private Finish.Tally tally(Claimed of) {
    return new Finish.Tally(
        of.attempt(), engine.node, of.started(), 0, -1, 0, Finish.Cost.UNKNOWN, false);
  }

  private static Next unknown(String task) {
    return new Next.Parked(
        "task " + task + " is not registered here; it goes on when it is, or release the job",
        true);
  }
}
