package dev.treadle.internal.monitor.jfr;

import dev.treadle.JobState;
import dev.treadle.Strategy;
import dev.treadle.spi.Claimed;
import dev.treadle.spi.Finish;
import org.jspecify.annotations.Nullable;

/// Puts what happens to jobs into a flight recording, if one runs. Otherwise each call is a look at
/// one flag.
///
/// The events are classes that need the module `jdk.jfr`, and to load one costs a quarter of a
/// second unless JFR is there already: they are touched only where it is.
public final class Flight {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private Flight() {}

  /// An attempt that is being recorded.
  public interface Attempt {
    /// Its code starts only now.
    void starts();

    /// It has ended.
    void ended(Claimed claimed, Strategy strategy, String queue, Finish finish);
  }

  /// A commit of a store that is being recorded.
  public interface Write {
    /// It is on disk.
    void done(int inserts, int ends, int changes);
  }

  private static boolean on() {
    return PRESENT && Events.on();
  }

  /// An attempt begins; null if nobody records that.
  public static @Nullable Attempt attempt() {
    return on() ? Events.attempt() : null;
  }

  /// Jobs were claimed.
  public static void claimed(Strategy strategy, int count) {
    if (on()) {
      Events.claimed(strategy, count);
    }
  }

  /// A job has ended.
  public static void finished(long job, String task, JobState state) {
    if (on()) {
      Events.finished(job, task, state);
    }
  }

  /// A commit begins; null if nobody records that.
  public static @Nullable Write write() {
    return on() ? Events.write() : null;
  }
}
