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
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Looks on at a run and notes what a report tells. Its size does not depend on how many jobs there
/// are. Thread-safe.
final class Recorder implements Watch {
  static final int SLOWEST = 20;
  static final int FAILURES = 100;
  private static final int DIGITS = 2;

  private final LongSupplier clock;
  private final Timeline timeline = new Timeline();
  private final Map<Long, Begun> running = new HashMap<>();

  /// What jobs that have not ended work on.
  private final Map<Long, String> items = new HashMap<>();

  private final PriorityQueue<Slow> slowest = new PriorityQueue<>(Comparator.comparing(Slow::ran));
  private final List<Failure> failures = new ArrayList<>();
  private final Histogram waited = new Histogram(DIGITS);
  private final Histogram waitedInFile = new Histogram(DIGITS);
  private final Histogram ran = new Histogram(DIGITS);
  private final Totals totals = new Totals();
  private List<Advice> advice = List.of();

  private record Begun(String task, int lane, long at) {}

  /// An attempt that took long.
  ///
  /// @param item what it worked on
  /// @param end how it ended, in words
  record Slow(
      String item,
      long job,
      int attempt,
      Duration ran,
      Duration waited,
      OptionalLong cpuNanos,
      End end) {}

  /// A job that failed.
  record Failure(String item, long job, End how, String cause, int attempts) {}

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
  public Listener kept() {
    return new Listener() {
      @Override
      public void attemptEnded(long jobId, String task, Attempt attempt) {
        synchronized (Recorder.this) {
          waitedInFile.recordValue(nanos(attempt.waited()));
        }
      }
    };
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
    totals.attempts++;
    if (attempt.number() > 1) {
      totals.repeated++;
    }
    if (attempt.cpu().isPresent()) {
      totals.cpuKnown++;
      totals.cpuNanos += attempt.cpu().getAsLong();
    }
    totals.peakMemory = Math.max(totals.peakMemory, attempt.peakMemory().orElse(-1));
    waited.recordValue(nanos(attempt.waited()));
    ran.recordValue(nanos(attempt.ran()));
    if (slowest.size() < SLOWEST || slowest.element().ran.compareTo(attempt.ran()) < 0) {
      slowest.add(
          new Slow(
              item, job, attempt.number(), attempt.ran(), attempt.waited(), attempt.cpu(), end));
      if (slowest.size() > SLOWEST) {
        slowest.remove();
      }
    }
  }

  private synchronized void ended(long job, String task, Outcome<?> outcome) {
    switch (outcome) {
      case Outcome.Succeeded<?> it -> totals.succeeded++;
      case Outcome.Cancelled<?> it -> totals.cancelled++;
      case Outcome.Failed<?> it -> {
        totals.failed++;
        if (failures.size() < FAILURES) {
          failures.add(
              new Failure(
                  item(job, task), job, end(it.reason()), Text.cause(it.cause()), it.attempts()));
        }
      }
    }
    items.remove(job);
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

  private static long nanos(Duration duration) {
    return Math.clamp(duration.toNanos(), 0, Duration.ofDays(30).toNanos());
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
    List<Slow> slow = new ArrayList<>(slowest);
    slow.sort(Comparator.comparing(Slow::ran).reversed());
    boolean file = waitedInFile.getTotalCount() > 0;
    return new Recorded(
        totals.copy(),
        timeline.drawn(now),
        (file ? waitedInFile : waited).copy(),
        ran.copy(),
        slow,
        List.copyOf(failures),
        advice,
        samples,
        cores);
  }

  /// What was seen of a run.
  ///
  /// @param slowest the attempts that took longest, the longest first
  /// @param failures the first jobs that failed
  /// @param cores how many cores this process kept busy; NaN if that is not known
  record Recorded(
      Totals totals,
      Timeline.Drawn timeline,
      Histogram waited,
      Histogram ran,
      List<Slow> slowest,
      List<Failure> failures,
      List<Advice> advice,
      List<Samples.Sample> samples,
      double cores) {}
}
