package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Attempt;
import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.LostException;
import dev.treadle.Outcome;
import dev.treadle.Strategy;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A job that ends its JVM each time it runs ends failed, and takes no other with it.
class CrashLoopTest {
  private static final int DEAD = 9;
  private static final int BESIDE = 20;

  private static final Task<Integer, Integer> HALTS =
      Task.io(
          "halts",
          Integer.class,
          Integer.class,
          millis -> {
            Thread.sleep(millis); // It is what the test is about: a job that dies so late.
            Runtime.getRuntime().halt(DEAD);
            return millis;
          });

  private static final Task<Integer, Integer> BRIEF =
      Task.io(
          "brief",
          Integer.class,
          Integer.class,
          millis -> {
            Thread.sleep(millis);
            return millis;
          });

  @TempDir Path folder;

  /// Opens, submits if it is told to, and closes when nothing is left to do.
  static final class Runner {
    public static void main(String[] args) {
      ChildJvm.endWithParent();
      try (Treadle treadle = open(args)) {
        if (args.length > 3) {
          // All are there before the first runs.
          treadle.pause("default");
          for (int i = 0; i < BESIDE; i++) {
            treadle.submit(BRIEF, Integer.parseInt(args[4]));
            if (i == BESIDE / 2) {
              treadle.submit(HALTS, Integer.parseInt(args[3]));
            }
          }
          treadle.resume("default");
        }
        treadle.awaitIdle();
      }
    }
  }

  private static Treadle open(String... args) {
    return Treadle.with(HALTS, BRIEF)
        .lossBudget(Integer.parseInt(args[1]))
        .permits(Strategy.IO, Integer.parseInt(args[2]))
        .open(Path.of(args[0]));
  }

  /// Of jobs that run at the same time nobody can tell which of them ended the JVM.
  @ParameterizedTest(name = "budget {0}, dies after {1} ms, beside jobs of {2} ms, {3} at once")
  @CsvSource({"0,0,0,1", "1,0,0,1", "3,0,5,1", "1,200,5,1", "3,0,100,256"})
  void aJobThatEndsItsJvmEndsFailedAfterItsBudget(int budget, int millis, int beside, int permits) {
    Path file = folder.resolve("jobs.db");
    try (ChildJvm first = ChildJvm.start(Runner.class, file, budget, permits, millis, beside)) {
      assertThat(first.awaitEnd()).isEqualTo(DEAD);
    }
    int reopened = 0;
    int code = DEAD;
    while (code != 0 && reopened < budget + 3) {
      try (ChildJvm next = ChildJvm.start(Runner.class, file, budget, permits)) {
        code = next.awaitEnd();
        reopened++;
      }
    }
    assertThat(code).as("after " + reopened + " reopenings").isZero();

    try (Treadle treadle = Treadle.open(file, HALTS, BRIEF)) {
      JobInfo halts = treadle.jobs(JobQuery.ALL.task("halts")).getFirst();
      assertThat(halts.state()).isEqualTo(JobState.FAILED);
      Outcome.Failed<?> failed = (Outcome.Failed<?>) Objects.requireNonNull(halts.outcome());
      assertThat(failed.reason()).isEqualTo(Outcome.Failed.Reason.LOST);
      assertThat(failed.cause()).isInstanceOf(LostException.class);
      assertThat(losses(halts)).isEqualTo(budget + 1L);
      // One at a time: the start of the one before may be in the file when its end is not yet.
      int lossesMax = permits > 1 ? 2 : beside > 0 ? 1 : 0;
      List<JobInfo> others = treadle.jobs(JobQuery.ALL.task("brief"));
      assertThat(others)
          .hasSize(BESIDE)
          .allMatch(job -> job.state() == JobState.SUCCEEDED || permits > 1 && budget < 3)
          .allMatch(job -> losses(job) <= lossesMax);
    }
    assertThat(Sqlite.check(file)).isEqualTo("ok");
  }

  private static long losses(JobInfo job) {
    return job.attempts().stream()
        .filter(it -> it.end() instanceof Attempt.End.Lost lost && !lost.blameless())
        .count();
  }
}
