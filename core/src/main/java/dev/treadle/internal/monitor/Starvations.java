package dev.treadle.internal.monitor;

import dev.treadle.internal.thrown.Frames;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tasks that compute on virtual threads, as far as there is enough evidence; each is logged
/// once. Thread-safe.
///
/// An attempt that computed for seconds is evidence enough. Shorter findings are evidence when they
/// come from several attempts: one may be an input of its own kind.
public final class Starvations implements Starved {
  private static final Logger LOG = LoggerFactory.getLogger(Starvations.class);

  /// Of more tasks than this nothing is kept.
  private static final int TASKS_MAX = 1_000;

  private static final int FRAMES_MAX = 64;

  /// So many attempts are evidence.
  static final int ENOUGH = 3;

  private record Evidence(Starvation found, boolean certain) {
    boolean isEnough() {
      return certain || found.times() >= ENOUGH;
    }
  }

  private final ConcurrentHashMap<String, Evidence> byTask = new ConcurrentHashMap<>();
  private volatile boolean silent;

  /// From now on nothing is logged.
  public void silence() {
    silent = true;
  }

  /// Returns what is known of a task; empty without enough evidence.
  public Optional<Starvation> of(String task) {
    return Optional.ofNullable(byTask.get(task)).filter(Evidence::isEnough).map(Evidence::found);
  }

  /// All tasks of which there is enough evidence.
  public List<Starvation> all() {
    return byTask.values().stream().filter(Evidence::isEnough).map(Evidence::found).toList();
  }

  @Override
  public void starved(
      long job, String task, StackTraceElement[] where, Duration lasted, boolean certain) {
    if (!byTask.containsKey(task) && byTask.size() >= TASKS_MAX) {
      return;
    }
    List<StackTraceElement> stack = Frames.ofCodeIfAny(where).stream().limit(FRAMES_MAX).toList();
    Starvation now = new Starvation(job, task, 1, lasted, stack);
    boolean first;
    synchronized (this) {
      Evidence before = byTask.get(task);
      Evidence after =
          before == null
              ? new Evidence(now, certain)
              : new Evidence(before.found.and(now), before.certain || certain);
      byTask.put(task, after);
      first = after.isEnough() && (before == null || !before.isEnough());
    }
    if (first && !silent) {
      LOG.warn(
          "job {} ({}) computes on a virtual thread: seen on its core for {} ms without a pause,"
              + " while others had to wait for one; make {} a cpu task. It is at{}",
          job,
          task,
          lasted.toMillis(),
          task,
          Frames.lines(stack));
    }
  }
}
