package dev.treadle.internal.monitor;

import dev.treadle.Attempt;
import dev.treadle.stats.Advice;
import dev.treadle.stats.Figures;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// How many different inputs stand behind the timeouts and losses of a task: one input that always
/// fails says something of that input, and nothing of the task. Thread-safe, bounded.
public final class InputEvidence {
  private static final int TASKS_MAX = 1_000;
  private static final int INPUTS_MAX = 256;

  /// So many inputs that timed out are evidence.
  private static final int TIMED_OUT_ENOUGH = 3;

  /// And so large a share of those that succeeded.
  private static final double SHARE = 0.01;

  /// So many inputs that were lost for want of memory are evidence.
  private static final int LOST_ENOUGH = 2;

  private final Map<String, Inputs> byTask = new ConcurrentHashMap<>();

  private static final class Inputs {
    final Set<Long> timedOut = new HashSet<>();
    final Set<Long> lost = new HashSet<>();

    synchronized void add(Set<Long> to, long input) {
      if (to.size() < INPUTS_MAX) {
        to.add(input);
      }
    }

    synchronized int count(Set<Long> of) {
      return of.size();
    }
  }

  /// Notes the end of an attempt.
  ///
  /// @param input as the store has it
  public void ended(String task, long job, @Nullable Object input, Attempt.End end) {
    boolean timedOut = end instanceof Attempt.End.TimedOut;
    boolean lost = end instanceof Attempt.End.Lost it && it.cause().contains("memory");
    if (!timedOut && !lost || !byTask.containsKey(task) && byTask.size() >= TASKS_MAX) {
      return;
    }
    Inputs inputs = byTask.computeIfAbsent(task, it -> new Inputs());
    inputs.add(timedOut ? inputs.timedOut : inputs.lost, identity(job, input));
  }

  /// Equal for inputs that are known to be equal; where that cannot be told, each job counts as an
  /// input of its own.
  private static long identity(long job, @Nullable Object input) {
    return switch (input) {
      case null -> 0;
      case String text -> text.hashCode();
      case Number number -> number.hashCode();
      case byte[] bytes -> Arrays.hashCode(bytes);
      case Path path -> path.hashCode();
      case UUID id -> id.hashCode();
      case java.net.URI uri -> uri.hashCode();
      case Enum<?> constant -> constant.name().hashCode();
      case Record fields -> hash(job, fields);
      default -> Long.MIN_VALUE | job;
    };
  }

  private static long hash(long job, Record fields) {
    try {
      return fields.hashCode();
    } catch (RuntimeException | StackOverflowError e) {
      return Long.MIN_VALUE | job; // Code of users.
    }
  }

  /// Returns whether enough inputs stand behind an advice on a task.
  public boolean supports(Advice advice, @Nullable Figures figures) {
    Inputs inputs = byTask.get(advice.subject());
    return switch (advice.kind()) {
      case LONGER_TIMEOUT -> {
        int timedOut = inputs == null ? 0 : inputs.count(inputs.timedOut);
        long succeeded = figures == null ? 0 : figures.ends().succeeded();
        yield timedOut >= TIMED_OUT_ENOUGH
            && (timedOut == INPUTS_MAX || timedOut >= SHARE * succeeded);
      }
      case MORE_MEMORY -> inputs != null && inputs.count(inputs.lost) >= LOST_ENOUGH;
      case USE_CPU, USE_IO, FEWER_PERMITS -> true;
    };
  }
}
