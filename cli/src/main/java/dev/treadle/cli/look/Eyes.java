package dev.treadle.cli.look;

import dev.treadle.cli.runs.Runs;
import dev.treadle.sqlite.JobsFile;
import dev.treadle.sqlite.KeyCounts;
import dev.treadle.sqlite.StoredJob;
import dev.treadle.stats.Snapshot;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Looks at a file again and again. Used by one thread.
///
/// To count the inputs of a run takes as long as it is large, so that is done less often than the
/// rest where it takes long.
final class Eyes {
  private static final int INPUT_MAX = 200; // characters

  private static final int PAUSE = 20; // times as long as the count took

  private final Path file;
  private @Nullable KeyCounts counts;
  private String counted = "";
  private long again; // the time of the next count

  Eyes(Path file) {
    this.file = file;
  }

  /// Returns what is seen now.
  Seen look(JobsFile jobs) {
    Optional<Snapshot> now = jobs.snapshot();
    List<Snapshot.Running> running = now.map(Snapshot::running).orElse(List.of());
    RunSeen run = run(new Runs(jobs), running);
    return now.isPresent()
        ? new Seen.Live(file, now.get(), inputs(jobs, running), run)
        : new Seen.Kept(file, jobs.stats(false), jobs.measured(), run);
  }

  private static Map<Long, String> inputs(JobsFile jobs, List<Snapshot.Running> running) {
    return running.isEmpty()
        ? Map.of()
        : jobs.jobs(running.stream().map(Snapshot.Running::job).toList()).stream()
            .collect(Collectors.toMap(StoredJob::id, job -> start(job.input())));
  }

  // Of an input of any size only as much as a screen may show is cleaned and measured.
  private static String start(String input) {
    return input.length() <= INPUT_MAX ? input : input.substring(0, INPUT_MAX) + "…";
  }

  private @Nullable RunSeen run(Runs runs, List<Snapshot.Running> running) {
    Runs.Known run = runs.latest().orElse(null);
    if (run == null) {
      return null;
    }
    Map<Long, Runs.Input> inputs =
        runs.inputs(running.stream().map(Snapshot.Running::job).toList());
    return new RunSeen(run, counts(runs, run), inputs);
  }

  private KeyCounts counts(Runs runs, Runs.Known run) {
    long began = System.nanoTime();
    KeyCounts known = counts;
    if (known != null && run.id().equals(counted) && began - again < 0) {
      return known;
    }
    KeyCounts now = runs.counts(run);
    counts = now;
    counted = run.id();
    long took = System.nanoTime() - began;
    again = began + PAUSE * took;
    return now;
  }
}
