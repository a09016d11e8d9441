package dev.treadle.internal.sqlite;

import dev.treadle.QueueSettings;
import dev.treadle.spi.LimitDef;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/// What numbers a file may have. Used by an open, by reads, by `check` and by an import alike; what
/// is out of range throws an [IllegalArgumentException] that says what.
public final class Ranges {
  /// The highest id of a job or a group: tickets and the table of large values need bits beside it.
  public static final long ID_MAX = 1L << 46;

  /// The highest number of a task or a node: open packs it with others.
  static final int NUMBER_MAX = 1 << 25;

  private Ranges() {}

  /// Returns a number from 0 to a maximum.
  static long within(String what, long value, long max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(
          "its " + what + " is " + value + ", which must be from 0 to " + max);
    }
    return value;
  }

  /// Returns a count that fits into an int.
  static int count(String what, long value) {
    return (int) within(what, value, Integer.MAX_VALUE);
  }

  /// Returns the id of an earlier job, or 0 for none.
  static long earlier(String what, long value, long id) {
    if (value < 0 || value >= id) {
      throw new IllegalArgumentException(
          "its " + what + " is job " + value + ", which must be an earlier one");
    }
    return value;
  }

  /// Returns the settings of a queue.
  public static QueueSettings queue(
      long limit, long bound, boolean refuses, long stepMicros, boolean keeps) {
    return new QueueSettings(
        count("limit", limit),
        count("bound", bound),
        refuses,
        Duration.of(within("step", stepMicros, Long.MAX_VALUE), ChronoUnit.MICROS),
        keeps);
  }

  /// Returns a limit.
  public static LimitDef limit(String name, long max, long perMicros) {
    if (max < 1 || max > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("its maximum is " + max + ", which must be 1 or more");
    }
    return new LimitDef(name, (int) max, within("window", perMicros, Long.MAX_VALUE));
  }

  /// Returns the last id that a file says it gave out.
  public static long last(String what, long id) {
    return within(what, id, ID_MAX);
  }
}
