package dev.treadle.internal.engine;

import dev.treadle.RefusedException;
import dev.treadle.spi.Receipt;
import dev.treadle.spi.Route.LimitRef;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The slot that an attempt has at its runner, which others get while it waits for other jobs.
/// Thread-safe: the monitor of the attempt guards it too, since most end under that and never wait.
final class AttemptSlot {
  private enum State {
    HELD,
    /// Given away while the attempt waits for other jobs.
    LENT,
    GONE
  }

  private final AttemptRun run;
  private State state = State.HELD;
  private @Nullable Wait currentWait;
  private @Nullable JobHandle<?> elsewhere;

  /// A wait inside the attempt. Its monitor makes sure that nothing is added to one that is over:
  /// the store would take that for a new wait, which nobody would end.
  private static final class Wait {
    private boolean over;
  }

  AttemptSlot(AttemptRun run) {
    this.run = run;
  }

  /// The attempt has it no more, whether it waits or not; returns whether it had it now.
  boolean leave() {
    synchronized (run) {
      boolean held = state == State.HELD;
      state = State.GONE;
      return held;
    }
  }

  /// Whether others have it because the attempt waits.
  boolean lent() {
    synchronized (run) {
      return state == State.LENT;
    }
  }

  /// Waits inside the attempt for a job of another engine, of which the store here knows nothing.
  <T extends @Nullable Object> T waitingElsewhere(JobHandle<?> job, Supplier<T> wait) {
    if (run.engine().delegates) {
      elsewhere(job);
      try {
        return wait.get();
      } finally {
        elsewhere(null);
      }
    }
    try {
      return waiting(
          List.of(),
          () -> {
            elsewhere(job);
            return wait.get();
          });
    } finally {
      elsewhere(null);
    }
  }

  private void elsewhere(@Nullable JobHandle<?> job) {
    synchronized (run) {
      elsewhere = job;
    }
  }

  /// The job of another engine that the attempt waits for, if it does.
  @Nullable JobHandle<?> elsewhere() {
    synchronized (run) {
      return elsewhere;
    }
  }

  /// Waits inside the attempt: the slot and the permit of its queue go to others meanwhile.
  ///
  /// @throws RefusedException if the wait could never end
  <T extends @Nullable Object> T waiting(Collection<Receipt> awaited, Supplier<T> wait) {
    refuse(beginWait(awaited));
    return lending(wait);
  }

  /// Waits inside the attempt for room in a full queue of its engine, as [#waiting] does.
  ///
  /// @throws RefusedException if there would never be any
  void waitingForRoom(String queue, Runnable wait) {
    refuse(run.engine().store.beginRoomWait(run.claimed.id(), run.claimed.fence(), queue));
    boolean unused =
        lending(() -> {
          wait.run();
          return true;
        });
  }

  /// Refuses a wait for a job that was submitted inside the attempt and has ended, if it would have
  /// been refused a moment before.
  ///
  /// @throws RefusedException if the job needs a limit that is held here
  void checkWait(JobHandle<?> job, List<LimitRef> limits) {
    refuse(
        run.engine()
            .store
            .refusesWait(run.claimed.id(), run.claimed.fence(), job.id(), job.task(), limits));
  }

  private static void refuse(@Nullable String refusal) {
    if (refusal != null) {
      throw new RefusedException(RefusedException.Reason.WOULD_DEADLOCK, refusal);
    }
  }

  /// Waits, in a wait that has begun in the store.
  private <T extends @Nullable Object> T lending(Supplier<T> wait) {
    boolean lent;
    Wait token = new Wait();
    synchronized (run) {
      lent = state == State.HELD;
      if (lent) {
        state = State.LENT;
      }
      currentWait = token;
    }
    if (lent) {
      run.runner.giveSlot();
    }
    try {
      return wait.get();
    } finally {
      synchronized (token) {
        token.over = true;
      }
      comeBack(lent);
    }
  }

  /// Waits, during a wait, for one more job; says why that could never end, or null. Nothing if the
  /// wait is over.
  @Nullable String alsoWaitsFor(Receipt job) {
    Wait wait;
    synchronized (run) {
      wait = currentWait;
    }
    if (wait == null) {
      return null;
    }
    synchronized (wait) {
      return wait.over ? null : beginWait(List.of(job));
    }
  }

  private @Nullable String beginWait(Collection<Receipt> awaited) {
    return run.engine().store.beginWait(run.claimed.id(), run.claimed.fence(), awaited);
  }

  private void comeBack(boolean lent) {
    CountDownLatch queue = new CountDownLatch(1);
    run.engine().store.endWait(run.claimed.id(), run.claimed.fence(), queue::countDown);
    run.engine().awaitGrant(queue);
    if (lent && lent()) {
      CountDownLatch granted = new CountDownLatch(1);
      run.runner.takeSlotBack(granted::countDown);
      run.engine().awaitGrant(granted);
      if (!holdAgain()) {
        run.runner.giveSlot();
      }
    }
  }

  /// Returns false if the attempt has left meanwhile.
  private boolean holdAgain() {
    synchronized (run) {
      if (state == State.GONE) {
        return false;
      }
      state = State.HELD;
      return true;
    }
  }
}
