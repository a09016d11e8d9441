package dev.treadle.bench;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Outcome;
import dev.treadle.Retry;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.bench.CrashLedger.Line;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The jobs of `bench crash`: a mix of all that a store has to bring through a crash.
///
/// A result holds the number of its job and what is drawn at random in each run: a job that ran
/// again after its result was told shows by another result.
final class CrashJobs {
  /// So often that no job fails for having been in the way of kills: what is counted here is loss.
  private static final int LOSSES = 1_000;

  private static final int FLAKY_RUNS = 3;
  private static final int IO_MILLIS = 8;
  private static final int CPU_STEPS = 200_000;

  private static final Task<Load, String> IO = io("crash-io", Kind.IO);
  private static final Task<Load, String> DELAYED = io("crash-delayed", Kind.DELAYED);
  private static final Task<Load, String> KEYED = io("crash-keyed", Kind.KEYED);
  private static final Task<Load, String> CPU =
      Task.cpu("crash-cpu", Load.class, String.class, CrashJobs::compute);
  private static final Task<Load, String> FLAKY =
      Task.io("crash-flaky", Load.class, String.class, CrashJobs::fail)
          .retry(Retry.fixed(FLAKY_RUNS, Duration.ofMillis(20)));
  private static final Task<Load, String> BROKEN =
      Task.cpu("crash-broken", Load.class, String.class, CrashJobs::failAlways)
          .retry(Retry.fixed(1, Duration.ofMillis(20)));
  private static final Task<String, String> NEXT =
      Task.cpu("crash-next", String.class, String.class, CrashJobs::next);

  private static final Pattern RESULT = Pattern.compile("\\d+:\\p{XDigit}+");

  private static @Nullable CrashLedger ledger;

  private CrashJobs() {}

  /// What becomes of a job, and of how many runs if nothing is killed.
  enum Kind {
    /// Waits a little on `io`.
    IO(1),
    /// Computes a little on `cpu`.
    CPU(1),
    /// Starts later.
    DELAYED(1),
    /// Is one for all that hold its key.
    KEYED(1),
    /// Fails twice and succeeds then.
    FLAKY(FLAKY_RUNS),
    /// Fails for good.
    BROKEN(2),
    /// Takes the result of another for its input.
    NEXT(1);

    private final int runs;

    Kind(int runs) {
      this.runs = runs;
    }

    int runs() {
      return runs;
    }
  }

  /// An input.
  ///
  /// @param number its own among all of all processes
  /// @param filler makes it as large as it should be
  public record Load(long number, String filler) {}

  /// All that is needed to open the store; runs are told to this ledger.
  static Treadle.Setup setup(@Nullable CrashLedger runs) {
    ledger = runs;
    return Treadle.with(IO, DELAYED, KEYED, CPU, FLAKY, BROKEN, NEXT).lossBudget(LOSSES);
  }

  static Task<Load, String> task(Kind kind) {
    return switch (kind) {
      case IO -> IO;
      case CPU -> CPU;
      case DELAYED -> DELAYED;
      case KEYED -> KEYED;
      case FLAKY -> FLAKY;
      case BROKEN -> BROKEN;
      case NEXT -> throw new IllegalArgumentException("a job's result is its input");
    };
  }

  static Task<String, String> next() {
    return NEXT;
  }

  /// A job that was acknowledged, or null if the store has none with this id.
  static @Nullable Job<String> find(Treadle treadle, long id, Kind kind) {
    return (kind == Kind.NEXT ? treadle.job(id, NEXT) : treadle.job(id, task(kind))).orElse(null);
  }

  /// How a job ended, in one line. Of an exception only what its run drew: a store need not bring
  /// back the same class.
  static String words(Outcome<String> outcome) {
    String words =
        switch (outcome) {
          case Outcome.Succeeded<String> it -> "succeeded " + it.value();
          case Outcome.Failed<String> it -> "failed " + it.reason() + " " + drawn(it.cause());
          case Outcome.Cancelled<String> it -> "cancelled " + it.cause();
        };
    return words.replace('\n', ' ');
  }

  private static String drawn(Throwable cause) {
    Matcher found = RESULT.matcher(cause.toString());
    return found.find() ? found.group() : cause.toString();
  }

  private static Task<Load, String> io(String name, Kind kind) {
    return Task.io(
        name,
        Load.class,
        String.class,
        load -> {
          ran(kind);
          Thread.sleep(ThreadLocalRandom.current().nextInt(IO_MILLIS));
          return result(load);
        });
  }

  private static String compute(Load load) {
    ran(Kind.CPU);
    int steps = ThreadLocalRandom.current().nextInt(CPU_STEPS);
    double sum = 0;
    for (int i = 1; i < steps; i++) {
      sum += Math.sqrt(i);
    }
    return result(load) + (sum < 0 ? "-" : "");
  }

  private static String fail(Load load) {
    ran(Kind.FLAKY);
    if (JobContext.current().attempt() < FLAKY_RUNS) {
      throw new IllegalStateException("not yet " + load.number);
    }
    return result(load);
  }

  private static String failAlways(Load load) {
    ran(Kind.BROKEN);
    throw new IllegalStateException(result(load));
  }

  private static String next(String input) {
    ran(Kind.NEXT);
    return input + ">" + Long.toHexString(ThreadLocalRandom.current().nextLong());
  }

  private static String result(Load load) {
    return load.number + ":" + Long.toHexString(ThreadLocalRandom.current().nextLong());
  }

  private static void ran(Kind kind) {
    JobContext context = JobContext.current();
    if (ledger == null) {
      throw new IllegalStateException("job " + context.jobId() + " runs where none should");
    }
    ledger.add(new Line.Ran(context.jobId(), context.attempt(), kind));
  }
}
