package dev.treadle.cli.look;

import dev.treadle.sqlite.FileStats;
import dev.treadle.sqlite.JobsFile;
import dev.treadle.sqlite.Measured;
import dev.treadle.stats.Snapshot;
import java.nio.file.Path;
import java.util.Optional;

/// What is seen of a file of jobs at one moment.
sealed interface Seen {
  /// The file.
  Path file();

  /// Somebody runs it, and says so.
  record Live(Path file, Snapshot now) implements Seen {}

  /// Nobody does, or does not answer: what the file says.
  record Kept(Path file, FileStats stats, Measured measured) implements Seen {}

  static Seen of(Path file, JobsFile jobs) {
    Optional<Snapshot> now = jobs.snapshot();
    return now.isPresent()
        ? new Live(file, now.get())
        : new Kept(file, jobs.stats(false), jobs.measured());
  }
}
