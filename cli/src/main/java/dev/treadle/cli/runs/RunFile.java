package dev.treadle.cli.runs;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Outcome;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The runs in a file: to list and to forget them. Nothing runs meanwhile.
public final class RunFile implements AutoCloseable {
  private static final int PAGE = 1_000;

  private final Treadle treadle;

  /// A run in a file.
  ///
  /// @param id what it is called
  /// @param done inputs whose job has ended well
  /// @param failed inputs whose latest job has not
  /// @param open inputs whose job has not ended
  public record Found(String id, Run.Description description, long done, long failed, long open) {}

  /// Opens it.
  ///
  /// @throws dev.treadle.StoreException if it cannot be opened, or another process has it open
  public RunFile(Opening opening, Path file) {
    this.treadle = opening.open(Treadle.with(Run.DESCRIBE).submitOnly(), file);
  }

  /// All of them, the oldest first.
  public List<Found> runs() {
    List<Found> found = new ArrayList<>();
    each(
        JobQuery.ALL.task(Run.DESCRIBE.name()).states(JobState.SUCCEEDED),
        job ->
            treadle
                .job(job.id(), Run.DESCRIBE)
                .flatMap(handle -> handle.outcome())
                .ifPresent(outcome -> {
                  if (outcome instanceof Outcome.Succeeded<Run.Description> it) {
                    found.add(found(job.queue(), it.value()));
                  }
                }));
    return found;
  }

  private Found found(String queue, Run.Description description) {
    Set<@Nullable String> failed = new HashSet<>(); // the keys whose latest job has
    long[] counts = new long[2]; // done, open
    each(
        JobQuery.ALL.queue(queue).task(queue),
        job -> {
          switch (job.state()) {
            case SUCCEEDED -> {
              counts[0]++;
              failed.remove(job.key());
            }
            case FAILED, CANCELLED -> failed.add(job.key());
            case SCHEDULED, BLOCKED, AVAILABLE, RUNNING, HELD -> {
              counts[1]++;
              failed.remove(job.key());
            }
          }
        });
    return new Found(Run.id(queue), description, counts[0], failed.size(), counts[1]);
  }

  private void each(JobQuery query, Consumer<JobInfo> action) {
    List<JobInfo> page = treadle.jobs(query.limit(PAGE));
    while (!page.isEmpty()) {
      page.forEach(action);
      page = treadle.jobs(query.limit(PAGE).after(page.getLast().id()));
    }
  }

  /// Deletes a run, and says of how many inputs it knew. What has not ended is cancelled.
  public long forget(Found run) {
    String queue = Run.queue(run.id());
    each(
        JobQuery.ALL
            .queue(queue)
            .states(
                JobState.SCHEDULED,
                JobState.BLOCKED,
                JobState.AVAILABLE,
                JobState.RUNNING,
                JobState.HELD),
        job -> treadle.cancel(job.id()));
    long unused = treadle.forget(queue);
    return run.done() + run.failed() + run.open();
  }

  @Override
  public void close() {
    treadle.close();
  }
}
