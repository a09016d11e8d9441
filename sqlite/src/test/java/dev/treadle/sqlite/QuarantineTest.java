package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Job;
import dev.treadle.JobQuery;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Jobs that ran when their process was killed run one at a time, unless that is switched off.
@Timeout(60)
class QuarantineTest {
  private static final int RAN = 4;
  private static volatile boolean stuck;
  private static final CyclicBarrier ALL_RUN = new CyclicBarrier(RAN);

  private static final Task<Integer, Integer> MEET =
      Task.io(
          "meet",
          Integer.class,
          Integer.class,
          i -> {
            if (stuck) {
              new CountDownLatch(1).await();
            }
            if (i < RAN) { // the one that never ran meets nobody
              ALL_RUN.await();
            }
            return i;
          });

  @TempDir Path folder;
  private Path file;

  /// Runs four jobs that never end, and has one that waits for a permit.
  static final class Runner {
    public static void main(String[] args) throws Exception {
      ChildJvm.endWithParent();
      stuck = true;
      Treadle treadle = Treadle.with(MEET).permits(MEET.strategy(), RAN).open(Path.of(args[0]));
      for (int i = 0; i <= RAN; i++) {
        treadle.submit(MEET, i);
      }
      ChildJvm.say("SUBMITTED");
      new CountDownLatch(1).await();
    }
  }

  @BeforeEach
  void kill() {
    file = folder.resolve("jobs.db");
    try (ChildJvm runner = ChildJvm.start(Runner.class, file)) {
      runner.await("SUBMITTED", 1);
      while (JobsFile.at(file).lost("default") < RAN) { // their starts come to the disk
        Thread.onSpinWait();
      }
      runner.kill();
    }
  }

  @Test
  void onlyJobsThatRanCountAsLost() {
    assertThat(JobsFile.at(file).lost("default")).isEqualTo(RAN);
    assertThat(JobsFile.at(file).lost("another")).isZero();
  }

  @Test
  void jobsThatRanRunTogetherWithoutQuarantine() {
    try (Treadle treadle = Treadle.with(MEET).quarantine(false).open(file)) {
      List<Job<Integer>> ran =
          treadle.jobs(JobQuery.ALL.limit(RAN)).stream()
              .map(job -> treadle.job(job.id(), MEET).orElseThrow())
              .toList();
      assertThat(ran).extracting(Job::get).containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void jobsThatRanRunOneAtATimeByDefault() {
    stuck = true;
    try (Treadle treadle = Treadle.with(MEET).drainFor(Duration.ZERO).open(file)) {
      assertThat(treadle.jobs(JobQuery.ALL.limit(RAN)))
          .filteredOn(job -> treadle.why(job.id()).text().contains("waits for limit lost-before"))
          .hasSize(RAN - 1);
    } finally {
      stuck = false;
    }
  }
}
