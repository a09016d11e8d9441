package dev.treadle.testkit;

import dev.treadle.Job;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Treadle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A treadle on a manual clock, for tests of tasks: waits have a bound in real time, and say which
/// jobs wait for what when it passes.
///
/// ```java
/// try (JobTester tester = JobTester.open(clock -> Treadle.with(MAIL).clock(clock).open())) {
///   Job<Void> job = tester.treadle().submit(MAIL.with("ann").delay(Duration.ofHours(3)));
///   Outcome<Void> outcome = tester.runUntilEnded(job);
/// }
/// ```
///
/// Used by one thread.
public final class JobTester implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int JOBS_TOLD = 50;
  private static final int MOVES_MAX = 10_000;

  private final Function<ManualClock, Treadle> opener;
  private final Duration patience;
  private final ManualClock clock = new ManualClock();
  private Treadle treadle;

  private JobTester(Function<ManualClock, Treadle> opener, Duration patience) {
    this.opener = opener;
    this.patience = patience;
    this.treadle = opener.apply(clock);
  }

  /// Opens a treadle with waits of at most 10 s.
  ///
  /// @param opener opens it on the clock that it is handed; called again by [#restart]
  public static JobTester open(Function<ManualClock, Treadle> opener) {
    return open(opener, PATIENCE);
  }

  /// Opens a treadle with waits of at most so long, in real time.
  public static JobTester open(Function<ManualClock, Treadle> opener, Duration patience) {
    return new JobTester(opener, patience);
  }

  /// The treadle; another after [#restart].
  public Treadle treadle() {
    return treadle;
  }

  /// The clock, on which everything stands still.
  public ManualClock clock() {
    return clock;
  }

  /// Waits until a job has ended.
  ///
  /// @throws AssertionError if it has not ended in time: the message names all jobs that have not
  ///   ended, with the reason and the stack of each
  public <R extends @Nullable Object> Outcome<R> settled(Job<R> job) {
    CompletableFuture<Outcome<R>> ended = new CompletableFuture<>();
    job.whenEnded(ended::complete);
    return await(ended, job + " has not ended");
  }

  /// Waits until nothing is available or running.
  ///
  /// @throws AssertionError if that takes too long
  public void awaitIdle() {
    CompletableFuture<Boolean> idle = new CompletableFuture<>();
    Thread waits = waitForIdle(idle);
    try {
      Boolean unused = await(idle, "the treadle is not idle");
    } finally {
      waits.interrupt();
    }
  }

  /// Moves the clock to the next instant at which something is due: a delay, a retry, a timeout, a
  /// rate. Returns false, and moves nothing, if nothing is.
  public boolean advanceToNext() {
    return clock.advanceToNext();
  }

  /// Waits until a job has ended, and moves the clock to what is due next whenever nothing else
  /// moves. Code that itself waits for the clock must be helped along with [#advanceToNext].
  ///
  /// @throws AssertionError if that takes too long, or nothing is due and the job waits for ever
  public <R extends @Nullable Object> Outcome<R> runUntilEnded(Job<R> job) {
    CompletableFuture<Outcome<R>> ended = new CompletableFuture<>();
    job.whenEnded(ended::complete);
    for (int moves = 0; moves < MOVES_MAX; moves++) {
      CompletableFuture<Boolean> idle = new CompletableFuture<>();
      Thread waits = waitForIdle(idle);
      try {
        Object unused = await(CompletableFuture.anyOf(ended, idle), job + " has not ended");
      } finally {
        waits.interrupt();
      }
      if (job.outcome().isPresent()) {
        return await(ended, job + " has ended, and its callback was not called");
      }
      if (!advanceToNext()) {
        throw new AssertionError(job + " has not ended, and nothing is due" + unended());
      }
    }
    throw new AssertionError(
        job + " has not ended after " + MOVES_MAX + " moves of the clock" + unended());
  }

  /// Closes the treadle and opens it again, as a deploy does. What is in memory is gone; what is in
  /// a file goes on. The clock stays.
  public void restart() {
    treadle.close();
    treadle = opener.apply(clock);
  }

  private Thread waitForIdle(CompletableFuture<Boolean> idle) {
    Treadle now = treadle;
    return Thread.startVirtualThread(() -> {
      try {
        now.awaitIdle();
        idle.complete(true);
      } catch (RuntimeException e) {
        idle.completeExceptionally(e);
      }
    });
  }

  private <T extends @Nullable Object> T await(CompletableFuture<T> future, String otherwise) {
    try {
      return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(otherwise + " within " + patience.toMillis() + " ms" + unended(), e);
    } catch (ExecutionException e) {
      throw new AssertionError(otherwise + ": " + e.getCause() + unended(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted: " + otherwise + unended(), e);
    }
  }

  /// All that have not ended, each with the reason and, if it runs, with its stack.
  private String unended() {
    List<JobInfo> jobs =
        treadle.jobs(
            JobQuery.ALL.states(
                JobState.RUNNING,
                JobState.AVAILABLE,
                JobState.SCHEDULED,
                JobState.BLOCKED,
                JobState.HELD));
    StringBuilder text = new StringBuilder("; the clock stands at ").append(clock.instant());
    for (JobInfo job : jobs.subList(0, Math.min(JOBS_TOLD, jobs.size()))) {
      text.append("\njob ").append(job.id()).append(" (").append(job.task()).append(") ");
      text.append(why(job.id()));
      treadle.stack(job.id()).ifPresent(stack -> text.append('\n').append(stack));
    }
    if (jobs.size() > JOBS_TOLD) {
      text.append("\nand ").append(jobs.size() - JOBS_TOLD).append(" more");
    }
    return text.toString();
  }

  private String why(long id) {
    return Optional.of(id)
        .flatMap(it -> treadle.job(it))
        .map(info -> info.state().ended() ? "has ended meanwhile" : treadle.why(id).text())
        .orElse("is no longer kept");
  }

  @Override
  public void close() {
    treadle.close();
  }
}
