package dev.treadle.cli.runs;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.util.List;

/// A file of runs that nobody else has open, to forget some. Nothing runs meanwhile.
public final class RunFile implements AutoCloseable {
  private static final int PAGE = 1_000;

  private final Treadle treadle;

  /// Opens it.
  ///
  /// @throws dev.treadle.StoreException if it cannot be opened, or another process has it open
  public RunFile(Opening opening, Path file) {
    this.treadle = opening.open(Treadle.with(Run.DESCRIBE, Session.TASK).submitOnly(), file);
  }

  /// Deletes the run of that id. What has not ended is cancelled.
  public void forget(String id) {
    for (String queue : List.of(Run.queue(id), Session.queue(id))) {
      cancel(queue);
      long unused = treadle.forget(queue);
    }
  }

  private void cancel(String queue) {
    JobQuery unended =
        JobQuery.ALL
            .queue(queue)
            .states(
                JobState.SCHEDULED,
                JobState.BLOCKED,
                JobState.AVAILABLE,
                JobState.RUNNING,
                JobState.HELD)
            .limit(PAGE);
    List<JobInfo> page = treadle.jobs(unended);
    while (!page.isEmpty()) {
      page.forEach(job -> treadle.cancel(job.id()));
      page = treadle.jobs(unended.after(page.getLast().id()));
    }
  }

  @Override
  public void close() {
    treadle.close();
  }
}
