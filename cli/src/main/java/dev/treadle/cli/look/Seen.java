package dev.treadle.cli.look;

import dev.treadle.sqlite.FileStats;
import dev.treadle.sqlite.Measured;
import dev.treadle.stats.Snapshot;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is seen of a file of jobs at one moment.
sealed interface Seen {
  /// The file.
  Path file();

  /// Somebody runs it, and says so.
  ///
  /// @param inputs the inputs of the jobs that run, where the file has them, by job
  /// @param run the run that was worked on last, if there is one
  record Live(Path file, Snapshot now, Map<Long, String> inputs, @Nullable RunSeen run)
      implements Seen {}

  /// Nobody does, or does not answer: what the file says.
  ///
  /// @param run the run that was worked on last, if there is one
  record Kept(Path file, FileStats stats, Measured measured, @Nullable RunSeen run)
      implements Seen {}
}
