package dev.treadle.bench;

import dev.treadle.JobState;
import dev.treadle.Treadle;
import dev.treadle.bench.Result.Alone;
import dev.treadle.bench.Result.Compared;
import dev.treadle.bench.Result.Measured;
import dev.treadle.bench.Result.Skipped;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// The same durable jobs by JobRunr on SQLite: how many it processes a second, and how long jobs
/// take with their submission.
final class DurableJobRunr {
  private static final int ROUNDS = 3;
  private static final long ROOM = 2L << 30;
  private static final long POLL_NANOS = 100_000;

  private DurableJobRunr() {}

  /// What a round came to, in jobs a second.
  ///
  /// @param processed from the start of the first job until the last has ended
  /// @param total from the first submission until the last has ended
  record Speed(double processed, double total) {}

  static List<Result> run(Settings settings) throws Exception {
    Optional<Scratch> room = Scratch.withRoom(ROOM);
    if (room.isEmpty()) {
      return List.of(new Skipped("the same jobs by JobRunr", "it needs 2 GB on a disk"));
    }
    List<Speed> ours = new ArrayList<>();
    List<Speed> theirs = new ArrayList<>();
    int count = settings.size(100_000, 5_000);
    int few = settings.size(3_000, 200);
    try (Scratch scratch = room.get()) {
      // A round of the peer takes seconds, most of them waits: one to warm up, few that count.
      for (int i = -1; i < Math.min(ROUNDS, settings.rounds()); i++) {
        System.gc();
        Speed our = treadle(scratch.folder().resolve("treadle-" + i + ".db"), count);
        System.gc();
        Speed their = JobRunrPeer.run(scratch.folder().resolve("jobrunr-" + i + ".db"), few);
        if (i >= 0) {
          ours.add(our);
          theirs.add(their);
        }
      }
    }
    String counts =
        Figures.count(count) + " durable jobs, and " + Figures.count(few) + " by JobRunr";
    String peer = "JobRunr 8.7.0 on SQLite";
    return List.of(
        new Compared(
            counts + ": from the first start to the last end",
            "jobs/s",
            new Measured("Treadle on SQLite", samples(ours, true)),
            new Measured(peer, samples(theirs, true)),
            Target.atLeast(40)),
        new Alone(
            counts + ": from the first submission to the last end",
            "jobs/s",
            new Measured("Treadle on SQLite", samples(ours, false)),
            Target.none()),
        new Alone(
            counts + ": from the first submission to the last end",
            "jobs/s",
            new Measured(peer, samples(theirs, false)),
            Target.none()));
  }

  private static Samples samples(List<Speed> speeds, boolean processed) {
    return new Samples(
        speeds.stream().map(each -> processed ? each.processed : each.total).toList());
  }

  /// As the peer does it: all are stored before the first runs.
  private static Speed treadle(Path db, int count) throws Exception {
    try (Treadle treadle = Treadle.with(DurableWork.TASK).open(db)) {
      treadle.pause("default");
      long submission = System.nanoTime();
      Backlog.submit(treadle, count, Backlog.CALLERS);
      long start = System.nanoTime();
      treadle.resume("default");
      while (treadle.counts().getOrDefault(JobState.SUCCEEDED, 0L) < count) {
        LockSupport.parkNanos(POLL_NANOS);
      }
      long end = System.nanoTime();
      return new Speed(count / ((end - start) / 1e9), count / ((end - submission) / 1e9));
    }
  }
}
