package dev.treadle.internal.engine;

import dev.treadle.RefusedException;
import dev.treadle.TreadleException;
import dev.treadle.WaitException;
import dev.treadle.spi.Receipt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Those who wait for something to be so of a map. An attempt among them gives its slot away
/// meanwhile, and is refused if the wait could never end, at its beginning or for a job that is fed
/// later. Guarded by the lock of the map.
final class Readers {
  private final JobsHandle<?, ?> jobs;

  /// All have ended, one more can be read, or somebody must not wait.
  private final Condition readable;

  /// Attempts that wait here, and why one of them must not go on waiting.
  private final Set<AttemptRun> attempts = new HashSet<>();

  private final Map<AttemptRun, String> refused = new HashMap<>();

  /// What those are told who wait for what does not come any more.
  private @Nullable Supplier<TreadleException> givenUp;

  Readers(JobsHandle<?, ?> jobs, Condition readable) {
    this.jobs = jobs;
    this.readable = readable;
  }

  // ---- under the lock

  /// Something has changed.
  void look() {
    readable.signalAll();
  }

  /// Nothing more comes for who waits; who was told why stays with that.
  void giveUp(@Nullable Supplier<TreadleException> why) {
    givenUp = givenUp == null ? why : givenUp;
    readable.signalAll();
  }

  /// The attempts that wait, who are to hear of a job that is fed now.
  List<AttemptRun> attempts() {
    return attempts.isEmpty() ? List.of() : List.copyOf(attempts);
  }

  // ---- without the lock

  /// Has attempts wait for a job, too, that was fed while they wait.
  void alsoWaitFor(Receipt job, List<AttemptRun> waiting) {
    for (AttemptRun each : waiting) {
      String refusal = each.slot.alsoWaitsFor(job);
      if (refusal != null) {
        jobs.acquire();
        try {
          refused.put(each, refusal);
          readable.signalAll();
        } finally {
          jobs.release();
        }
      }
    }
  }

  /// Waits until something about the map is so; inside an attempt, with its slot given away.
  void await(BooleanSupplier so) {
    List<Receipt> awaited;
    int knownJobs;
    AttemptRun self = AttemptRun.current();
    jobs.acquire();
    try {
      if (so.getAsBoolean()) {
        return;
      }
      awaited = self == null ? List.of() : jobs.notEnded();
      knownJobs = jobs.jobCount();
    } finally {
      jobs.release();
    }
    if (self == null) {
      park(so, null);
    } else if (self.engine() != jobs.engine) {
      self.slot.waiting(
          List.of(),
          () -> {
            park(so, null);
            return true;
          });
    } else {
      self.slot.waiting(
          awaited,
          () -> {
            parkInside(so, self, awaited, knownJobs);
            return true;
          });
    }
  }

  /// Parks an attempt of this engine, which hears of every job fed meanwhile.
  private void parkInside(BooleanSupplier so, AttemptRun self, List<Receipt> known, int knownJobs) {
    List<Receipt> fedSince = List.of();
    jobs.acquire();
    try {
      attempts.add(self);
      if (jobs.jobCount() != knownJobs) {
        fedSince = new ArrayList<>(jobs.notEnded());
        fedSince.removeAll(new HashSet<>(known));
      }
    } finally {
      jobs.release();
    }
    try {
      for (Receipt receipt : fedSince) {
        String refusal = self.slot.alsoWaitsFor(receipt);
        if (refusal != null) {
          throw new RefusedException(RefusedException.Reason.WOULD_DEADLOCK, refusal);
        }
      }
      park(so, self);
    } finally {
      jobs.acquire();
      try {
        attempts.remove(self);
        refused.remove(self);
      } finally {
        jobs.release();
      }
    }
  }

  private void park(BooleanSupplier so, @Nullable AttemptRun self) {
    jobs.acquire();
    try {
      while (!so.getAsBoolean()) {
        String refusal = self == null ? null : refused.get(self);
        if (refusal != null) {
          throw new RefusedException(RefusedException.Reason.WOULD_DEADLOCK, refusal);
        }
        if (givenUp != null) {
          throw givenUp.get();
        }
        readable.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitException("interrupted while waiting for " + jobs + "; its jobs go on", e);
    } finally {
      jobs.release();
    }
  }
}
