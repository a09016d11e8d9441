package dev.treadle.cli.report;

import dev.treadle.Attempt;
import dev.treadle.JobContext;
import dev.treadle.Listener;
import dev.treadle.Outcome;
import dev.treadle.cli.records.Watch;
import dev.treadle.stats.Advice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Looks on at a run and notes what a report tells. Its size does not depend on how many jobs there
/// are. Thread-safe.
final class Recorder implements Watch {
  static final int SLOWEST = 20;
  static final int FAILURES = 100;

  private final LongSupplier clock;
  private final Timeline timeline = new Timeline();
  private final Map<Long, Begun> running = new HashMap<>();

  /// What jobs that have not ended work on.
  private final Map<Long, String> items = new HashMap<>();

  private final PriorityQueue<Slow> slowest = new PriorityQueue<>(Comparator.comparing(Slow::ran));
  private final List<Failure> failures = new ArrayList<>();
  private final Times waited = new Times();
  private final Times ran = new Times();
  private final TaskTallies tasks = new TaskTallies();
  private final Totals totals = new Totals();

  /// Jobs in a file that have not ended, by their number there.
  private final Map<Long, Kept> kept = new HashMap<>();

  /// Attempts that ended in memory while the attempt in the file has not yet, by the job in memory.
  private final Map<Long, Ran> pending = new HashMap<>();

  /// Whether the jobs are those of a file, each attempt of which runs as a job in memory.
  private boolean inFile;

  private List<Advice> advice = List.of();

  private record Begun(String task, int lane, long at) {}

  /// An attempt that ended.
  ///
  /// @param output the end of what its command wrote on standard error; empty for none
  private record Ran(
      String item,
      long job,
      String task,
      int attempt,
      Duration ran,
      Duration waited,
      OptionalLong cpuNanos,
      End end,
      String output) {
    // The attempt in the file has the number, and waited too, before that in memory did.
    Ran in(Attempt outer) {
      return new Ran(
          item, job, task, outer.number(), ran, outer.waited().plus(waited), cpuNanos, end, output);
    }
  }

  /// A job in a file.
  private static final class Kept {
    final String item;
    long job; // in memory, of its latest attempt
    @Nullable Ran latest;

    Kept(String item) {
      this.item = item;
    }
  }

  /// An attempt that took long.
  ///
  /// @param item what it worked on
  /// @param waited null if nobody knows
  /// @param end how it ended, in words
  record Slow(
      String item,
      long job,
      int attempt,
      Duration ran,
      @Nullable Duration waited,
      OptionalLong cpuNanos,
      End end) {}

  /// A job that failed.
  ///
  /// @param output the end of what its command wrote on standard error; empty for none
  record Failure(String item, long job, End how, String cause, int attempts, String output) {}

  /// How an attempt or a job ended, by the word for it.
  enum End {
    SUCCEEDED("succeeded"),
    FAILED("failed"),
    TIMED_OUT("timed out"),
    CANCELLED("cancelled"),
    SNOOZED("snoozed"),
    LOST("lost");

    final String word;

    End(String word) {
      this.word = word;
    }

    boolean good() {
      return this == SUCCEEDED || this == SNOOZED || this == CANCELLED;
    }
  }

  /// What is counted of all of them.
  static final class Totals {
    long succeeded;
    long failed;
    long cancelled;
    long doneBefore;
    long attempts;
    long repeated;
    long cpuNanos;
    long cpuKnown;
    long peakMemory = -1;

    private Totals copy() {
      Totals copy = new Totals();
      copy.succeeded = succeeded;
      copy.failed = failed;
      copy.cancelled = cancelled;
      copy.doneBefore = doneBefore;
      copy.attempts = attempts;
      copy.repeated = repeated;
      copy.cpuNanos = cpuNanos;
      copy.cpuKnown = cpuKnown;
      copy.peakMemory = peakMemory;
      return copy;
    }

    /// Jobs that ended in this run.
    long ended() {
      return succeeded + failed + cancelled;
    }
  }

  /// @param clock nanoseconds since the run began
  Recorder(LongSupplier clock) {
    this.clock = clock;
  }

  @Override
  public void begins(String item) {
    JobContext.find().ifPresent(job -> works(job.jobId(), item));
  }

  /// A job works on an item.
  synchronized void works(long job, String item) {
    items.put(job, Text.item(item));
  }

  @Override
  public Listener attempts() {
    return new Listener() {
      @Override
      public void attemptStarted(long jobId, String task, int attempt) {
        started(jobId, task);
      }

      @Override
      public void attemptEnded(long jobId, String task, Attempt attempt) {
        ended(jobId, task, attempt);
      }

      @Override
      public void jobEnded(long jobId, String task, Outcome<?> outcome) {
        ended(jobId, task, outcome);
      }
    };
  }

  @Override
  public synchronized Listener kept() {
    inFile = true;
    return new Listener() {
      @Override
      public void attemptEnded(long jobId, String task, Attempt attempt) {
        keptEnded(jobId, attempt);
      }

      @Override
      public void jobEnded(long jobId, String task, Outcome<?> outcome) {
        keptEnded(jobId, outcome);
      }
    };
  }

  @Override
  public synchronized void runsAs(long keptJob, String item, long job) {
    Kept one = kept.computeIfAbsent(keptJob, unused -> new Kept(Text.item(item)));
    one.job = job;
    one.latest = null;
  }

  private synchronized void keptEnded(long keptJob, Attempt attempt) {
    Kept one = kept.get(keptJob);
    Ran ran = one == null ? null : pending.remove(one.job);
    if (one != null && ran != null) { // otherwise it runs no input
      one.latest = ran;
      count(ran.in(attempt));
    }
  }

  private synchronized void keptEnded(long keptJob, Outcome<?> outcome) {
    Kept one = kept.remove(keptJob);
    if (one == null) {
      return;
    }
    count(outcome);
    if (outcome instanceof Outcome.Failed<?> failed) {
      Ran latest = one.latest == null ? pending.get(one.job) : one.latest;
      Ran bad = latest == null || latest.end.good() ? null : latest;
      End how = end(failed.reason());
      failed(
          new Failure(
              one.item,
              keptJob,
              bad != null && how == End.FAILED ? bad.end : how,
              Text.cause(failed.cause()),
              failed.attempts(),
              bad == null ? "" : bad.output));
    }
  }

  private synchronized void started(long job, String task) {
    running.put(job, new Begun(task, timeline.take(), clock.getAsLong()));
  }

  private synchronized void ended(long job, String task, Attempt attempt) {
    End end = end(attempt.end());
    String item = item(job, task);
    Begun begun = running.remove(job);
    if (begun != null) {
      timeline.end(
          new Timeline.Span(
              begun.lane,
              begun.at,
              Math.max(begun.at, clock.getAsLong()),
              end.good(),
              Text.brief(item) + ": " + Text.time(attempt.ran()) + ", " + end.word));
    }
    totals.peakMemory = Math.max(totals.peakMemory, attempt.peakMemory().orElse(-1));
    Ran ended =
        new Ran(
            item,
            job,
            task,
            attempt.number(),
            attempt.ran(),
            attempt.waited(),
            attempt.cpu(),
            end,
            inFile ? output(attempt.end()) : "");
    if (inFile) {
      pending.put(job, ended);
    } else {
      count(ended);
    }
  }

  // The one place where an attempt is counted, so that all figures are of the same attempts.
  private void count(Ran one) {
    totals.attempts++;
    if (one.attempt > 1) {
      totals.repeated++;
    }
    if (one.cpuNanos.isPresent()) {
      totals.cpuKnown++;
      totals.cpuNanos += one.cpuNanos.getAsLong();
    }
    waited.add(one.waited);
    ran.add(one.ran);
    tasks.add(one.task, one.waited, one.ran, one.cpuNanos, one.end.good());
    if (slowest.size() < SLOWEST || slowest.element().ran.compareTo(one.ran) < 0) {
      slowest.add(
          new Slow(one.item, one.job, one.attempt, one.ran, one.waited, one.cpuNanos, one.end));
      if (slowest.size() > SLOWEST) {
        slowest.remove();
      }
    }
  }

  private synchronized void ended(long job, String task, Outcome<?> outcome) {
    if (!inFile) {
      count(outcome);
      if (outcome instanceof Outcome.Failed<?> it) {
        failed(
            new Failure(
                item(job, task),
                job,
                end(it.reason()),
                Text.cause(it.cause()),
                it.attempts(),
                Text.output(it.cause())));
      }
    }
    items.remove(job);
  }

  private void count(Outcome<?> outcome) {
    timeline.jobEnded(clock.getAsLong());
    switch (outcome) {
      case Outcome.Succeeded<?> it -> totals.succeeded++;
      case Outcome.Cancelled<?> it -> totals.cancelled++;
      case Outcome.Failed<?> it -> totals.failed++;
    }
  }

  private void failed(Failure failure) {
    if (failures.size() < FAILURES) {
      failures.add(failure);
    }
  }

  private static String output(Attempt.@Nullable End end) {
    return switch (end) {
      case Attempt.End.Failed(Throwable error) -> Text.output(error);
      case Attempt.End.TimedOut(Throwable error, boolean deadline) -> Text.output(error);
      case Attempt.End.Succeeded it -> "";
      case Attempt.End.Cancelled it -> "";
      case Attempt.End.Snoozed it -> "";
      case Attempt.End.Lost it -> "";
      case null -> "";
    };
  }

  private String item(long job, String task) {
    return items.getOrDefault(job, task + ", job " + job);
  }

  private static End end(Outcome.Failed.Reason reason) {
    return switch (reason) {
      case ERROR -> End.FAILED;
      case TIMED_OUT, DEADLINE -> End.TIMED_OUT;
      case LOST -> End.LOST;
    };
  }

  private static End end(Attempt.@Nullable End end) {
    return switch (end) {
      case Attempt.End.Succeeded it -> End.SUCCEEDED;
      case Attempt.End.Failed it -> End.FAILED;
      case Attempt.End.TimedOut it -> End.TIMED_OUT;
      case Attempt.End.Cancelled it -> End.CANCELLED;
      case Attempt.End.Snoozed it -> End.SNOOZED;
      case Attempt.End.Lost it -> End.LOST;
      case null -> End.LOST; // it has ended, and nobody said how
    };
  }

  @Override
  public synchronized void doneBefore() {
    totals.doneBefore++;
  }

  @Override
  public synchronized void advised(List<Advice> all) {
    advice = List.copyOf(all);
  }

  /// All that was seen until now; what still runs is drawn as far as it came.
  ///
  /// @param samples what the process took meanwhile
  /// @param cores how many cores it kept busy; NaN if that is not known
  synchronized Recorded recorded(List<Samples.Sample> samples, double cores) {
    long now = clock.getAsLong();
    running.forEach((job, begun) ->
        timeline.add(
            new Timeline.Span(
                begun.lane,
                begun.at,
                now,
                true,
                Text.brief(item(job, begun.task))
                    + ": "
                    + Text.nanos(now - begun.at)
                    + ", had not ended")));
    running.clear();
    pending.values().forEach(this::count); // their attempts in the file were cut short
    pending.clear();
    List<Slow> slow = new ArrayList<>(slowest);
    slow.sort(Comparator.comparing(Slow::ran).reversed());
    return new Recorded(
        totals.copy(),
        timeline.drawn(now),
        waited.copy(),
        ran.copy(),
        tasks.rows(),
        slow,
        List.copyOf(failures),
        advice,
        samples,
        cores);
  }

  /// What was seen of a run.
  ///
  /// @param waited from when an attempt could have started to its start; in a file and in memory
  /// @param slowest the attempts that took longest, the longest first
  /// @param failures the first jobs that failed
  /// @param cores how many cores this process kept busy; NaN if that is not known
  record Recorded(
      Totals totals,
      Timeline.Drawn timeline,
      Times waited,
      Times ran,
      List<FiguresTable.Row> tasks,
      List<Slow> slowest,
      List<Failure> failures,
      List<Advice> advice,
      List<Samples.Sample> samples,
      double cores) {}
}
