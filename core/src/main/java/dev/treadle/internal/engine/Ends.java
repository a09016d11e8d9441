package dev.treadle.internal.engine;

import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.TreadleException;
import dev.treadle.spi.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tells of the ends of jobs those who watch or wait for them; and, if the engine ends first, of
/// that.
final class Ends {
  private final Engine engine;
  private final Watchers watchers = new Watchers();

  /// What is thrown where somebody waits, once nothing more is heard of jobs here; else null.
  private volatile @Nullable Supplier<TreadleException> over;

  Ends(Engine engine) {
    this.engine = engine;
  }

  /// Notifies those who watch a job of its end, and returns whether there were any.
  boolean ended(long id, Outcome<?> outcome) {
    List<Watcher> told = watchers.take(id);
    for (Watcher watcher : told) {
      Telling.tell(id, () -> watcher.ended(outcome));
    }
    return !told.isEmpty();
  }

  /// Has a watcher told of nothing any more.
  void unwatch(Receipt job, Watcher watcher) {
    watchers.remove(job.id(), watcher);
  }

  /// Has a watcher told of the end of a job, at once if it has ended.
  void watch(Receipt job, Watcher watcher) {
    Outcome<?> outcome = job.outcome();
    if (outcome == null) {
      watchers.add(job.id(), watcher);
      outcome = job.outcome();
      Supplier<TreadleException> why = over;
      if (outcome == null && why == null && job.gone()) {
        why = () -> gone(job);
      }
      if (outcome == null && why == null || !watchers.remove(job.id(), watcher)) {
        return; // It is told when the job ends, or is being told just now.
      }
      if (outcome == null && why != null) {
        watcher.givenUp(why);
        return;
      }
    }
    if (outcome != null) {
      engine.unheard.asked(job.id(), outcome);
      watcher.ended(outcome);
    }
  }

  private static RefusedException gone(Receipt job) {
    return new RefusedException(
        RefusedException.Reason.UNKNOWN_JOB,
        "job "
            + job.id()
            + " has ended, and how it ended is no longer kept; keep ended jobs longer (retain) if"
            + " they are looked at later");
  }

  /// Refuses a job of whose end nothing is known any more.
  void checkKept(Receipt job) {
    if (job.gone()) {
      throw gone(job);
    }
  }

  /// Waits inside an attempt for what follows from a job: its slot goes to others meanwhile.
  void lending(JobHandle<?> job, Runnable wait) {
    AttemptRun self = AttemptRun.current();
    Supplier<Boolean> waiting =
        () -> {
          wait.run();
          return true;
        };
    if (self == null) {
      wait.run();
    } else if (self.engine() == engine) {
      boolean unused = self.slot.waiting(List.of(job.receipt), waiting);
    } else {
      boolean unused = self.slot.waitingElsewhere(job, waiting);
    }
  }

  /// Tells all who wait, now or later, that nothing more will be heard of jobs here.
  void giveUp(Supplier<TreadleException> why) {
    // What was the matter first is told to all: a close that follows a failure is no news.
    Supplier<TreadleException> first = over == null ? why : over;
    over = first;
    for (long id : watchers.jobs()) {
      for (Watcher watcher : watchers.take(id)) {
        Telling.tell(id, () -> watcher.givenUp(first));
      }
    }
    engine.feeders.forEach(feeder -> feeder.givenUp(first));
    engine.room.made();
    engine.idleMayHaveChanged();
  }

  /// What to throw where somebody waits; null as long as there is something to wait for.
  @Nullable Supplier<TreadleException> why() {
    return over;
  }

  /// Waits for the end of a job, giving up the slot of the attempt that waits, if one does.
  @Nullable Outcome<?> await(JobHandle<?> job, @Nullable Duration atMost) {
    Outcome<?> outcome = job.receipt.outcome();
    if (outcome != null) {
      job.checkWait();
      engine.unheard.asked(job.id(), outcome);
      return outcome;
    }
    long until = atMost == null ? Long.MAX_VALUE : engine.time.nanos() + Engine.nanos(atMost);
    AttemptRun self = AttemptRun.current();
    if (self == null) {
      return park(job, until);
    }
    Supplier<@Nullable Outcome<?>> wait = () -> park(job, until);
    return self.engine() == engine
        ? self.slot.waiting(List.of(job.receipt), wait)
        : self.slot.waitingElsewhere(job, wait);
  }

  /// Waits for whatever it takes of the ends of several jobs, as [#await] does for that of one.
  <T extends @Nullable Object> T await(Collection<? extends JobHandle<?>> jobs, Supplier<T> wait) {
    AttemptRun self = AttemptRun.current();
    if (self == null) {
      return wait.get();
    }
    List<Receipt> awaited = new ArrayList<>();
    jobs.forEach(job -> awaited.add(job.receipt));
    return self.slot.waiting(self.engine() == engine ? awaited : List.of(), wait);
  }

  private @Nullable Outcome<?> park(JobHandle<?> job, long until) {
    Waiter waiter = new Waiter();
    Alarm.Entry alarmed =
        until == Long.MAX_VALUE
            ? null
            : engine.alarm.in(until - engine.time.nanos(), waiter::lookAtTime);
    watch(job.receipt, waiter);
    try {
      return waiter.await(engine.time, until, job);
    } finally {
      watchers.remove(job.id(), waiter);
      if (alarmed != null) {
        engine.alarm.cancel(alarmed);
      }
    }
  }
}
