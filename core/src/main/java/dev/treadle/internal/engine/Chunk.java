package dev.treadle.internal.engine;

import dev.treadle.JobContext;
import dev.treadle.Outcome;
import dev.treadle.Snooze;
import dev.treadle.Task;
import dev.treadle.internal.run.ThreadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/// Some items of a `map` run by one job, so that small computations do not each pay for a job.
///
/// It is the input of that job, and remembers what its items came to. In memory only; written by
/// the attempt, read by others when the job has ended.
final class Chunk {
  /// The place of the first item among all inputs of the map.
  final int first;

  final @Nullable Object[] inputs;
  private final @Nullable Object[] values;
  private @Nullable Map<Integer, Throwable> errors;

  /// Items before this one are done.
  private int position;

  /// How long the items took.
  private long nanos;

  Chunk(int first, @Nullable Object[] inputs) {
    this.first = first;
    this.inputs = inputs;
    this.values = new Object[inputs.length];
  }

  /// Runs the code of an attempt, whether its input is a chunk or not.
  static @Nullable Object run(Task.Body<Object, ?> body, @Nullable Object input, JobContext context)
      throws Exception {
    if (input instanceof Chunk chunk) {
      return chunk.run(body, context);
    }
    if (input instanceof List<?> list && !list.isEmpty() && list.getFirst() instanceof Chunk) {
      return run(body, flatten(list));
    }
    return run(body, input);
  }

  @SuppressWarnings("NullAway") // A task without input is handed null.
  private static @Nullable Object run(Task.Body<Object, ?> body, @Nullable Object input)
      throws Exception {
    return body.run(input);
  }

  private static List<@Nullable Object> flatten(List<?> chunks) {
    List<@Nullable Object> all = new ArrayList<>();
    for (Object each : chunks) {
      if (each instanceof Chunk chunk) {
        for (Object value : chunk.values) {
          all.add(value);
        }
      }
    }
    return all;
  }

  private Chunk run(Task.Body<Object, ?> body, JobContext context) throws Exception {
    long start = System.nanoTime();
    Throwable first = null;
    ThreadState state = ThreadState.ofCurrent();
    try {
      for (; position < inputs.length; position++) {
        // What an item leaves behind reaches no other. A cancel is known before it interrupts.
        Thread.interrupted();
        state.restore();
        if (context.cancelled()) {
          throw new CancellationException("asked to end");
        }
        try {
          values[position] = run(body, inputs[position]);
        } catch (Snooze snooze) {
          throw snooze; // The next attempt goes on with this item.
        } catch (Throwable thrown) {
          if (context.cancelled()) {
            throw thrown;
          }
          if (errors == null) {
            errors = new TreeMap<>();
          }
          errors.put(position, thrown);
        }
      }
    } finally {
      nanos += System.nanoTime() - start;
    }
    if (errors != null) {
      first = errors.values().iterator().next();
      throw sneaky(first);
    }
    return this;
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }

  /// How long an item took on average, in nanoseconds.
  double nanosPerItem() {
    return position == 0 ? 0 : (double) nanos / position;
  }

  /// How one item ended, given how the job did.
  Outcome<?> outcome(int item, Outcome<?> ofJob) {
    if (item >= position) {
      return ofJob;
    }
    Throwable error = errors == null ? null : errors.get(item);
    return error == null
        ? new Outcome.Succeeded<@Nullable Object>(values[item], 1)
        : new Outcome.Failed<>(Outcome.Failed.Reason.ERROR, error, 1);
  }

  /// Whether every item returned a value.
  boolean allSucceeded() {
    return errors == null && position == inputs.length;
  }

  /// The value of an item that succeeded.
  @Nullable Object value(int item) {
    return values[item];
  }
}
