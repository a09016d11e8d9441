package dev.treadle.internal.monitor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks, again and again, whether virtual threads have to wait because a job computes on one; then
/// widens the scheduler and says which job it is.
///
/// It takes both: all carriers taken and a queue at several looks in a row, and an attempt that was
/// on one and the same carrier at all of them. Many short jobs alone fill carriers and queue, but
/// none of them stays. A job is named only if its carrier had CPU time meanwhile: one that the
/// machine kept waiting, or a call of the system, has computed nothing. Not thread-safe: one thread
/// looks.
final class StarvationWatch {
  private static final Logger LOG = LoggerFactory.getLogger(StarvationWatch.class);

  /// So many looks in a row make a finding.
  static final int LOOKS = 4;

  /// The scheduler gets at least so many carriers more.
  private static final int STEP = 2;

  /// It becomes at most so many times as wide as it was.
  private static final int TIMES_MAX = 4;

  /// Who computes has had at least one in so many parts of the time; who is pinned and waits has
  /// had next to none. Not more, since machines are shared: with eight busy processes to two cores,
  /// a quarter is all there is.
  private static final int SHARE = 20;

  /// An attempt that has had so much CPU time without a pause computes: no code takes so long to be
  /// made ready.
  static final long CERTAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

  /// It is made narrow again when nobody has kept a carrier for so long.
  static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Carriers carriers;
  private final Collection<Watched> watched;

  /// Attempts that were on a carrier at the last look.
  private Map<Suspect, Held> held = new IdentityHashMap<>();

  private int looksFull;
  private int looksAtAll;
  private int seen;

  /// What the scheduler was before it was widened; 0 if it is not.
  private int original;

  private int widened;
  private long calmSince;
  private boolean cannotWiden;

  /// An attempt that does not leave its carrier.
  private static final class Held {
    final Watched by;
    final String carrier;
    long since;
    long cpuThen;
    int looks = 1;

    /// At how many looks it is a finding.
    int finding = LOOKS;

    boolean told;
    boolean certain;

    Held(Watched by, String carrier, long since, long cpuThen) {
      this.by = by;
      this.carrier = carrier;
      this.since = since;
      this.cpuThen = cpuThen;
    }

    /// What it did so far was to make its code ready, and does not count.
    void restart(long now, long cpuNow) {
      since = now;
      cpuThen = cpuNow;
      finding = looks + LOOKS;
    }
  }

  StarvationWatch(Carriers carriers, Collection<Watched> watched) {
    this.carriers = carriers;
    this.watched = watched;
  }

  /// Whether there is something left to do although no attempt runs.
  boolean widened() {
    return original != 0;
  }

  /// At how many attempts the last look was.
  int seen() {
    return seen;
  }

  /// Looks once.
  ///
  /// @param now a time in nanoseconds that only goes forward
  void look(long now) {
    int parallelism = carriers.parallelism();
    if (widened() && parallelism != widened) {
      original = 0; // Somebody else has set it: it is his now.
    }
    int mounted = carriers.mounted();
    boolean full = mounted >= parallelism && carriers.queued() > 0;
    looksFull = full ? looksFull + 1 : 0;
    seen = held.size();
    if (full || widened() && mounted >= original) {
      seeWhoStays(now);
    } else {
      // Not forgotten: how many are mounted is an estimate, and one low reading after another would
      // begin the time of an attempt anew that never left its carrier.
      keepWhoStays(0);
      looksAtAll = 0;
    }
    if (looksFull >= LOOKS && anyStays()) {
      // First of all: who writes the log may be one of those that wait.
      widen(parallelism);
      tell(now);
      looksFull = 0;
    } else if (widened() || !held.isEmpty()) {
      tell(now); // Without the others it would be too narrow for these.
    }
    if (widened()) {
      narrowIfCalm(now);
    }
    // A scheduler that was widened need not have noticed who waits already.
    if (widened() && carriers.queued() > 0 && carriers.mounted() < carriers.parallelism()) {
      carriers.stir();
    }
  }

  /// Makes the scheduler as it was.
  void end() {
    if (widened()) {
      narrow();
    }
  }

  // ---- who stays

  /// Drops those that have left their carrier since the last look.
  ///
  /// @param looks what this look counts for the others
  private void keepWhoStays(int looks) {
    if (held.isEmpty()) {
      return; // at nearly every look
    }
    Map<Suspect, Held> still = new IdentityHashMap<>();
    held.forEach((suspect, was) -> {
      if (was.carrier.equals(carrier(suspect))) {
        was.looks += looks;
        still.put(suspect, was);
      }
    });
    held = still;
  }

  private void seeWhoStays(long now) {
    keepWhoStays(1);
    // All attempts may be very many: between two looks at all, only those seen before.
    if (held.isEmpty() || looksAtAll % LOOKS == 0) {
      for (Watched each : watched) {
        each.each(suspect -> {
          seen++;
          if (!held.containsKey(suspect)) {
            String carrier = carrier(suspect);
            if (carrier != null) {
              held.put(suspect, new Held(each, carrier, now, carriers.cpuNanos(carrier)));
            }
          }
        });
      }
    }
    looksAtAll++;
  }

  private @Nullable String carrier(Suspect suspect) {
    Thread thread = suspect.virtualThread();
    return thread == null ? null : carriers.carrier(thread);
  }

  private boolean anyStays() {
    return held.values().stream().anyMatch(each -> each.looks >= LOOKS);
  }

  private void tell(long now) {
    List<Runnable> found = new ArrayList<>();
    held.forEach((suspect, each) -> {
      Thread thread = suspect.virtualThread();
      if (each.looks < each.finding || each.certain || thread == null) {
        return;
      }
      long cpu = carriers.cpuNanos(each.carrier);
      boolean known = each.cpuThen >= 0 && cpu >= 0;
      long computed = known ? cpu - each.cpuThen : now - each.since;
      boolean certain = computed >= CERTAIN_NANOS;
      if (each.told && !certain || computed * SHARE < now - each.since) {
        return;
      }
      StackTraceElement[] stack = carriers.stack(thread);
      // It may have ended, or paused, just now.
      if (stack.length == 0 || !each.carrier.equals(carrier(suspect))) {
        return;
      }
      if (ClassLoading.isUnderWay(stack)) {
        each.restart(now, cpu);
        return;
      }
      each.told = true;
      each.certain = certain;
      Duration lasted = Duration.ofNanos(now - each.since);
      found.add(() -> each.by.starved(suspect.jobId(), suspect.task(), stack, lasted, certain));
    });
    found.forEach(Runnable::run);
  }

  // ---- wide and narrow

  private void widen(int parallelism) {
    int was = widened() ? original : parallelism;
    long staying = held.values().stream().filter(each -> each.looks >= LOOKS).count();
    int target = (int) Math.min((long) was * TIMES_MAX, parallelism + Math.max(STEP, staying));
    if (cannotWiden || target <= parallelism) {
      return;
    }
    try {
      carriers.parallelism(target);
    } catch (RuntimeException e) {
      cannotWiden = true;
      LOG.warn("virtual threads have to wait for jobs that compute; more cannot run at once", e);
      return;
    }
    original = was;
    widened = target;
    calmSince = Long.MIN_VALUE;
    LOG.info("jobs compute on virtual threads: {} run at once, not {}", target, was);
  }

  private void narrowIfCalm(long now) {
    if (anyStays()) {
      calmSince = Long.MIN_VALUE;
    } else if (calmSince == Long.MIN_VALUE) {
      calmSince = now;
    } else if (now - calmSince >= CALM_NANOS) {
      narrow();
    }
  }

  private void narrow() {
    if (carriers.parallelism() == widened) {
      carriers.parallelism(original);
      LOG.info("no job computes on a virtual thread any more: {} run at once again", original);
    }
    original = 0;
  }
}
