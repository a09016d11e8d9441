package dev.treadle.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.JobInfo;
import dev.treadle.JobQuery;
import dev.treadle.JobState;
import dev.treadle.Propagation;
import dev.treadle.Task;
import dev.treadle.Treadle;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A job of a file that calls `System.exit`, in a JVM that closes the file in a shutdown hook.
class ExitTest {
  private static final Task<Integer, Integer> EXITS =
      Task.io(
          "exits",
          Integer.class,
          Integer.class,
          code -> {
            System.exit(code);
            return code;
          });

  @TempDir Path folder;

  static final class Exiting {
    public static void main(String[] args) throws InterruptedException {
      ChildJvm.endWithParent();
      Treadle treadle = Treadle.with(EXITS).lossBudget(1).open(Path.of(args[0]));
      Runtime.getRuntime().addShutdownHook(new Thread(treadle::close));
      if (args.length > 1) {
        treadle.submit(EXITS, Integer.parseInt(args[1]));
      }
      new CountDownLatch(1).await();
    }
  }

  @Test
  void jobThatExitsItsJvmCountsALossAndEndsFailed() {
    Path file = folder.resolve("jobs.db");
    try (ChildJvm child = ChildJvm.start(Exiting.class, file, 7)) {
      assertThat(child.awaitEnd()).isEqualTo(7);
    }
    try (ChildJvm child = ChildJvm.start(Exiting.class, file)) {
      assertThat(child.awaitEnd()).isEqualTo(7);
    }
    try (Treadle treadle = Treadle.with(EXITS).lossBudget(1).open(file)) {
      treadle.awaitIdle();
      assertThat(treadle.jobs(JobQuery.ALL))
          .extracting(JobInfo::state)
          .containsExactly(JobState.FAILED);
    }
  }

  @Test
  void propagationIsRefusedOnAFile() {
    Treadle.Setup setup = Treadle.with(EXITS).propagate(Propagation.mdc());
    assertThatThrownBy(() -> setup.open(folder.resolve("jobs.db")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("propagate");
  }
}
