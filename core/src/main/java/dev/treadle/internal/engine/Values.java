package dev.treadle.internal.engine;

import dev.treadle.JobInfo;
import dev.treadle.Outcome;
import dev.treadle.RefusedException;
import dev.treadle.Task;
import dev.treadle.internal.codec.Codec;
import dev.treadle.internal.codec.Payload;
import dev.treadle.spi.Json;
import dev.treadle.spi.MissingValue;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The way of inputs and results over the seam to a store that keeps no objects, where they are
/// null, text, bytes or [Json]; and back, by the types their task names.
final class Values {
  private final int max;

  /// For a store that takes values of so many bytes.
  Values(int max) {
    this.max = max;
  }

  // ---- out

  /// The input of a job as its store takes it.
  ///
  /// @throws Codec.Unfit if it cannot be stored
  /// @throws RefusedException if it is too large
  @Nullable Object input(Task.Settings<?> task, @Nullable Object value) {
    String what = "the input of task " + task.name();
    Object stored = stored(value, task.input().type(), what);
    long size = size(stored, what);
    if (size > max) {
      throw new RefusedException(RefusedException.Reason.TOO_LARGE, tooLarge(what, size));
    }
    return stored;
  }

  /// The result of an attempt as its store takes it.
  ///
  /// @throws Codec.Unfit if it cannot be stored, or is too large
  @Nullable Object result(Task.Settings<?> task, @Nullable Object value) {
    String what = "the result of task " + task.name();
    Object stored = stored(value, task.output().type(), what);
    long size = size(stored, what);
    if (size > max) {
      throw new Codec.Unfit(tooLarge(what, size), null);
    }
    return stored;
  }

  private static @Nullable Object stored(@Nullable Object value, Type type, String what) {
    if (value == null || value instanceof String && type == String.class) {
      return value;
    }
    Payload payload = Codec.encode(value, type, what);
    return switch (payload.kind()) {
      case NULL -> null;
      case TEXT -> value;
      case BYTES -> payload.bytes().clone(); // What the caller does with its own is its own matter.
      case JSON -> new Json(payload.bytes());
    };
  }

  private static long size(@Nullable Object stored, String what) {
    return switch (stored) {
      case String text -> utf8Size(text, what);
      case byte[] bytes -> bytes.length;
      case Json json -> json.utf8().length;
      case null, default -> 0;
    };
  }

  /// Text that UTF-8 has no bytes for would come back as another.
  private static long utf8Size(String text, String what) {
    long size = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        size++;
      } else if (c < 0x800) {
        size += 2;
      } else if (!Character.isSurrogate(c)) {
        size += 3;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        size += 4;
        i++;
      } else {
        throw new Codec.Unfit(
            what
                + " cannot be carried as bytes, because char "
                + i
                + " of the java.lang.String is half of a surrogate pair, which is no text; make it"
                + " a byte[], or replace it",
            null);
      }
    }
    return size;
  }

  private String tooLarge(String what, long size) {
    return String.format(
        Locale.ROOT,
        "%s has %,d bytes and the store takes at most %,d; raise that with"
            + " Treadle.with(...).payloadMax(bytes), or put it elsewhere and hand over where it is",
        what,
        size,
        max);
  }

  // ---- back

  /// The input of an attempt.
  ///
  /// @throws Codec.Unfit if it does not come back as the type its task names
  @Nullable Object read(Task.Settings<?> task, @Nullable Object stored) {
    Type type = task.input().type();
    String what = "the input";
    if (!(stored instanceof List<?> list)) {
      return value(stored, type, what);
    }
    Type element = element(type);
    List<@Nullable Object> values = new ArrayList<>(list.size());
    for (Object each : list) {
      values.add(value(each, element, "item " + values.size() + " of the input"));
    }
    return values;
  }

  private static Type element(Type list) {
    if (list instanceof ParameterizedType generic
        && generic.getRawType() instanceof Class<?> raw
        && raw.isAssignableFrom(List.class)) {
      return generic.getActualTypeArguments()[0];
    }
    if (list instanceof Class<?> raw && raw.isAssignableFrom(List.class)) {
      return Object.class;
    }
    throw new Codec.Unfit("the input is a list and not of type " + list.getTypeName(), null);
  }

  private static @Nullable Object value(@Nullable Object stored, Type type, String what) {
    return switch (stored) {
      case null -> null;
      case String text when type == String.class || type == Object.class -> text;
      case String text ->
          Codec.decode(
              new Payload(Payload.Kind.TEXT, text.getBytes(StandardCharsets.UTF_8)), type, what);
      case Json json -> Codec.decode(new Payload(Payload.Kind.JSON, json.utf8()), type, what);
      case byte[] bytes when type == byte[].class || type == Object.class -> bytes.clone();
      case byte[] bytes ->
          throw new Codec.Unfit(
              what + " does not come back as " + type.getTypeName() + ": it is bytes", null);
      case MissingValue missing -> throw new Codec.Unfit(what + " " + missing.why(), null);
      default -> throw new AssertionError("the store gave a " + stored.getClass().getName());
    };
  }

  /// How a job ended, with its value as its task names it. A value that does not come back as that
  /// type, because the type has changed since, is a failure to whoever asks; the job itself keeps
  /// its value and its state.
  ///
  /// @param job which job, for the message
  Outcome<?> outcome(Task<?, ?> task, Outcome<?> stored, Object job) {
    if (!(stored instanceof Outcome.Succeeded<?> it)) {
      return stored;
    }
    try {
      return new Outcome.Succeeded<@Nullable Object>(
          value(it.value(), task.settings().output().type(), "the result of " + job),
          it.attempts());
    } catch (Codec.Unfit changed) {
      return new Outcome.Failed<>(Outcome.Failed.Reason.ERROR, changed, it.attempts());
    }
  }

  /// How a job ended, for those who only look: a value that is of no type known here is shown as
  /// the text or the bytes it is.
  ///
  /// @param task the task, or null if it is not known here
  static Outcome<?> shown(@Nullable Task<?, ?> task, Outcome<?> stored) {
    return stored instanceof Outcome.Succeeded<?> it
        ? new Outcome.Succeeded<@Nullable Object>(
            shown(task == null ? null : task.settings().output().type(), it.value()), it.attempts())
        : stored;
  }

  /// @param type what its task names, or null if that is not known here
  private static @Nullable Object shown(@Nullable Type type, @Nullable Object stored) {
    if (type != null) {
      try {
        return value(stored, type, "the value");
      } catch (Codec.Unfit changed) {
        // It is of an older version of the task: shown as if the task were unknown.
      }
    }
    return switch (stored) {
      case Json json -> new String(json.utf8(), StandardCharsets.UTF_8);
      case MissingValue missing -> null;
      case null, default -> stored;
    };
  }

  /// The input of a job as [#shown] shows a value: of a list of results, each.
  private static @Nullable Object shownInput(@Nullable Task<?, ?> task, @Nullable Object stored) {
    Type type = task == null ? null : task.settings().input().type();
    if (!(stored instanceof List<?> list)) {
      return shown(type, stored);
    }
    Type element = null;
    try {
      element = type == null ? null : element(type);
    } catch (Codec.Unfit changed) {
      // Its task took a list before: shown as if the task were unknown.
    }
    List<@Nullable Object> values = new ArrayList<>(list.size());
    for (Object each : list) {
      values.add(shown(element, each));
    }
    return Collections.unmodifiableList(values);
  }

  /// Returns what is known of a job, its input and its outcome [#shown].
  static JobInfo shown(@Nullable Task<?, ?> task, JobInfo job) {
    Outcome<?> outcome = job.outcome();
    return with(job, shownInput(task, job.input()), outcome == null ? null : shown(task, outcome));
  }

  /// Returns what is known of a job in memory: the input of one that does several items is the list
  /// of theirs.
  static JobInfo shown(JobInfo job) {
    return job.input() instanceof Chunk chunk
        ? with(job, Collections.unmodifiableList(Arrays.asList(chunk.inputs)), job.outcome())
        : job;
  }

  private static JobInfo with(JobInfo job, @Nullable Object input, @Nullable Outcome<?> outcome) {
    return new JobInfo(
        job.id(),
        job.task(),
        job.strategy(),
        job.queue(),
        job.state(),
        job.priority(),
        job.key(),
        input,
        job.parent(),
        job.retryOf(),
        job.traceparent(),
        job.created(),
        job.due(),
        job.deadline(),
        job.ended(),
        outcome,
        job.progress(),
        job.attempts(),
        job.attemptCount(),
        job.log());
  }
}
