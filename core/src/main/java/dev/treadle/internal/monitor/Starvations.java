package dev.treadle.internal.monitor;

import dev.treadle.internal.thrown.Frames;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tasks that were seen to compute on virtual threads; each is logged once. Thread-safe.
public final class Starvations implements Starved {
  private static final Logger LOG = LoggerFactory.getLogger(Starvations.class);

  /// Of more tasks than this nothing is kept.
  private static final int TASKS_MAX = 1_000;

  private static final int FRAMES_MAX = 64;

  private final ConcurrentHashMap<String, Starvation> byTask = new ConcurrentHashMap<>();

  /// What is known of a task; empty if it was never seen.
  public Optional<Starvation> of(String task) {
    return Optional.ofNullable(byTask.get(task));
  }

  /// All that were seen.
  public List<Starvation> all() {
    return List.copyOf(byTask.values());
  }

  @Override
  public void starved(long job, String task, StackTraceElement[] where, Duration lasted) {
    boolean known = byTask.containsKey(task);
    if (!known && byTask.size() >= TASKS_MAX) {
      return;
    }
    List<StackTraceElement> stack = Frames.ofCodeIfAny(where).stream().limit(FRAMES_MAX).toList();
    byTask.merge(task, new Starvation(job, task, 1, lasted, stack), Starvation::and);
    if (!known) {
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
