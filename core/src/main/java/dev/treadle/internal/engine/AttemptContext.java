package dev.treadle.internal.engine;

import dev.treadle.Job;
import dev.treadle.JobContext;
import dev.treadle.Jobs;
import dev.treadle.Progress;
import dev.treadle.Submission;
import dev.treadle.Task;
import dev.treadle.spi.Micros;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An attempt as its code sees it. Thread-safe.
final class AttemptContext implements JobContext {
  final AttemptRun run;

  AttemptContext(AttemptRun run) {
    this.run = run;
  }

  @Override
  public long jobId() {
    return run.claimed.id();
  }

  @Override
  public int attempt() {
    return run.claimed.attempt();
  }

  @Override
  public Optional<Instant> deadline() {
    long end = run.mustEndBy();
    return end == Micros.NEVER ? Optional.empty() : Optional.of(Micros.instant(end));
  }

  @Override
  public Optional<String> traceparent() {
    return Optional.ofNullable(run.claimed.traceparent());
  }

  @Override
  public boolean cancelled() {
    return run.endWanted();
  }

  @Override
  public void progress(long done, long total) {
    run.engine()
        .store
        .note(
            run.claimed.id(),
            run.claimed.fence(),
            new Progress(done, Math.max(-1, total), 0),
            List.of());
  }

  /// The most lines of one entry that are kept: as many as are of a job.
  private static final int LINES_MAX = 200;

  @Override
  public void log(String line) {
    run.printed(line.getBytes(StandardCharsets.UTF_8).length);
    // A line end inside would make one line look like several of other attempts.
    List<String> lines = line.lines().toList();
    run.engine()
        .store
        .note(
            run.claimed.id(),
            run.claimed.fence(),
            null,
            lines.isEmpty()
                ? List.of("")
                : List.copyOf(lines.subList(Math.max(0, lines.size() - LINES_MAX), lines.size())));
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Task<A, R> task, A input) {
    return run.engine().submitter.submit(task.with(input), run);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Job<R> submit(
      Submission<A, R> submission) {
    return run.engine().submitter.submit(submission, run);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Collection<? extends A> inputs) {
    return run.engine().submitter.map(task, inputs, run);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Jobs<A, R> map(
      Task<A, R> task, Stream<? extends A> inputs) {
    return run.engine().submitter.map(task, inputs, run);
  }
}
